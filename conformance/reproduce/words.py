"""The reproduction in words: its case in one line, its README."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from clgold.device.record import Record
from clgold.reference import Chain

from ..compare import Comparison
from .case import FLEETING, Case, operand_names

SHOWN = 36  # operands of more elements are not written out

FIRST_LINES = {
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


def describe_case(chain: Chain, case: Case) -> str:
    """The operands with their shapes, and the attributes, in one line."""
    names = operand_names(chain, len(case.operands))
    operands = [
        f"{name} {'None' if values is None else '×'.join(map(str, values.shape)) or '()'}"
        for name, values in zip(names, case.operands, strict=True)
    ]
    settings = [f"{name}={value!r}" for name, value in case.attributes.items()]
    return f"{chain.name}: {', '.join(operands + settings)}"


def title(chain: Chain, variant: str, verdict: str, driver: str) -> str:
    """The first line of repro.py."""
    return f"{chain.name} {variant!r} {FIRST_LINES.get(verdict, verdict)}, on {driver}."


def readme(
    chain: Chain,
    case: Case,
    found: Comparison,
    first_line: str,
    device: Mapping[str, Any],
    record: Record,
) -> str:
    """README.md: what fails, with which numbers, how to run it, how to tell that it is fixed."""
    where = f"{device['name']} ({device['platform_version']})"
    kernels = sorted({f"`{launch.entry}`" for launch in record.launches})
    paragraphs = [
        f"# {first_line}",
        numbers(found),
        f"Found with {where}. The case, shrunk as far as it still fails:",
        code([describe_case(chain, case), *operand_lines(chain, case)]),
        "Run it with",
        code(["python repro.py"]),
        "It needs numpy and pyopencl, launches "
        f"{', '.join(kernels)} as the table in repro.py says, prints the worst elements, and exits "
        "with 1 while the fault is there. Edit a kernel in this folder, or a launch in the table, "
        "and run it again: exit code 0 says that every element of every result is within its "
        "bound (expected.npy, bound.npy: float64), that nothing was written beyond an array or "
        "into an input, and that all runs gave the same bits.",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def numbers(found: Comparison) -> str:
    """What was seen, in a sentence; of a fault that changes, only the verdict."""
    if found.verdict in FLEETING:
        return "Two runs on the same data differ."
    said = found.message[:1].upper() + found.message[1:]
    text = f"{said}." if said else ""
    if found.worst is not None:
        worst = found.worst
        got = (
            "nothing was written"
            if found.verdict == "unwritten"
            else f"the device gave {worst.got:.9g}"
        )
        text += (
            f" At {list(worst.index)} {worst.expected:.9g} is expected, "
            f"within {worst.bound:.3g}; {got}."
        )
    return text.strip()


def operand_lines(chain: Chain, case: Case) -> list[str]:
    """Small operands, written out."""
    names = operand_names(chain, len(case.operands))
    return [
        f"{name} = {np.array2string(values, separator=', ', prefix=f'{name} = ')}"
        for name, values in zip(names, case.operands, strict=True)
        if values is not None and values.size <= SHOWN
    ]


def code(lines: list[str]) -> str:
    """The lines as a block of code."""
    return "\n".join(f"    {line}" for text in lines for line in text.splitlines())
