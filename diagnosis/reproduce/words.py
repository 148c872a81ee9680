"""The reproduction in words: its title and its README."""

from textwrap import indent

import numpy as np

from clgold.conformance.judge.compare import Comparison
from clgold.device.record import Record
from clgold.reference import Question

from .case import FLEETING, Trial

SHOWN = 36  # operands of more elements are not written out

SAYS = {
    "wrong": "computes wrong values",
    "imprecise": "is less precise than float32 sums are",
    "unwritten": "leaves elements of its output unwritten",
    "overrun": "writes beyond an array",
    "input-modified": "changes its input",
    "nondeterministic": "gives other bits in every run",
    "crash": "takes its process down, or cannot be launched",
    "timeout": "does not end",
    "build-error": "does not build",
}

README = """\
# {headline}

{numbers}Found with {where}. The case, shrunk as far as it still fails:

{case}

Run it with

    python repro.py

It needs numpy and pyopencl, launches {kernels} as the table in repro.py says, prints the worst \
elements, and exits with 1 while the fault is there. Edit a kernel in this folder, or a launch in \
the table, and run it again: exit code 0 says that every element of every result is within its \
bound (expected.npy, bound.npy: float64), that nothing was written beyond an array or into an \
input, and that all runs gave the same bits.
"""


def title(trial: Trial, question: Question, verdict: str) -> str:
    """The first line of repro.py and of README.md."""
    does, driver = SAYS.get(verdict, verdict), trial.session.driver.name
    return f"{question.chain.name} {trial.variant.name!r} {does}, on {driver}."


def readme(
    headline: str, trial: Trial, question: Question, found: Comparison, record: Record
) -> str:
    """README.md: what fails, with which numbers, how to run it, how to tell that it is fixed."""
    device = trial.session.describe()
    said = numbers(found)
    return README.format(
        headline=headline,
        numbers=f"{said}\n\n" if said else "",
        where=f"{device['name']} ({device['platform_version']})",
        case=indent("\n".join([str(question), *operand_lines(question)]), "    "),
        kernels=", ".join(sorted({f"`{one.entry}`" for one in record.launches if one.source})),
    )


def numbers(found: Comparison) -> str:
    """What was seen, in a sentence; of a fault that changes, only the verdict."""
    if found.verdict in FLEETING:
        return "Two runs on the same data differ."
    text = f"{found.message[0].upper()}{found.message[1:]}." if found.message else ""
    worst = found.worst
    if worst is not None:
        written = found.verdict != "unwritten"
        got = f"the device gave {worst.got:.9g}" if written else "nothing was written"
        text += (
            f" At {list(worst.index)} {worst.expected:.9g} is expected, "
            f"within {worst.bound:.3g}; {got}."
        )
    return text.strip()


def operand_lines(question: Question) -> list[str]:
    """Small operands, written out."""
    return [
        f"{name} = {np.array2string(values, separator=', ', prefix=f'{name} = ')}"
        for name, values in zip(question.names, question.operands, strict=True)
        if values is not None and values.size <= SHOWN
    ]
