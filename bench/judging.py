"""What judging costs beside the reference's own value, and whole commands.

    python bench/judging.py             conv2d, 16 → 16 channels of 3×3, 10⁶ and 10⁷ outputs
    python bench/judging.py --commands  verify, bisect, golden check, devices, --help besides

In one process, in turn: the value alone; value and bound in one pass; the comparison of a result
with them. CPU time, that of one thread with OPENBLAS_NUM_THREADS=1: what counts on a machine that
has other work. Medians; `ratio` is of the last two together to the first, and `bytes` the most that
NumPy holds for an element of the output beyond operands and result. Of commands the wall's and the
processors' seconds, and the most memory of one process; the load of the machine is said.
"""

import os
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from clgold.conformance.judge.compare import Comparison, compare
from clgold.reference import FULL, Question, ask, find_chain, generator

REPEATS = 3
SIDES = (250, 790)
PROGRAM = "from clgold.conformance.commands.cli import main; main()"
COMMANDS = (
    *("verify vgg16", "verify alexnet", "verify stn", "verify conv2d", "bisect vgg16"),
    *("golden check", "devices", "--help"),
)


def convolution(side: int) -> Question:
    """3×3 with padding, and a bias."""
    shapes = (1, 16, side, side), (16, 16, 3, 3), (16,)
    operands = tuple(generator.bell32(0, str(shape), shape, 1.0) for shape in shapes)
    return ask(find_chain("conv2d"), operands, {"padding": 1})


def plain(question: Question) -> np.ndarray:
    """The formula's value."""
    layer = question.chain.layers[0]
    value: np.ndarray = layer.formula(*question.operands, **question.attributes[layer.name])
    return value


def fresh(question: Question) -> Question:
    """The same question, of which nothing is known."""
    return question.with_operands(question.operands)


def judged(question: Question, got: np.ndarray) -> Comparison:
    """Value, bound and comparison."""
    return compare(got, fresh(question).answer(FULL), np.float32)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak(work: Callable[[], object]) -> int:
    """The most bytes that NumPy holds at a time, beyond what it held before."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def layers() -> Table:
    table = Table("outputs", "value, ns", "and bound", "comparison", "ratio", "bytes")
    for side in SIDES:
        question = convolution(side)
        got = plain(question).astype(np.float32)
        expected = fresh(question).answer(FULL)
        works: tuple[Callable[[], object], ...] = (
            lambda question=question: plain(question),
            lambda question=question: fresh(question).answer(FULL),
            lambda got=got, expected=expected: compare(got, expected, np.float32),
        )
        turns = [[seconds(work) for work in works] for _ in range(REPEATS)]
        value, bound, comparison = (
            median(one) / got.size * 1e9 for one in zip(*turns, strict=True)
        )
        del expected
        most = peak(lambda question=question, got=got: judged(question, got)) / got.size
        row = (
            f"{one:.1f}" for one in (value, bound, comparison, (bound + comparison) / value, most)
        )
        table.add_row(f"{got.size:.1e}", *row)
    return table


def commands() -> Table:
    """Each once without being counted, so that kernel caches are warm."""
    table = Table("clgold …", "s", "CPU s", "MB", "load")
    for command in COMMANDS:
        timed(command)
        taken, usage = timed(command)
        numbers = f"{taken:.1f}", f"{usage.ru_utime + usage.ru_stime:.1f}"
        load = f"{os.getloadavg()[0]:.1f}"
        table.add_row(command, *numbers, f"{usage.ru_maxrss / 1000:.0f}", load)
    return table


def timed(command: str) -> tuple[float, resource.struct_rusage]:
    """The seconds that a command takes, and what it and its processes used."""
    program = [sys.executable, "-P", "-c", PROGRAM, *command.split()]
    start = time.perf_counter()
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = 0  # it has been waited for
    return taken, usage


def main(options: list[str]) -> None:
    console = Console()
    console.print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    console.print(layers())
    if "--commands" in options:
        console.print(commands())


if __name__ == "__main__":
    main(sys.argv[1:])
