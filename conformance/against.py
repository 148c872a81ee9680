"""Outputs that another program made from the exported inputs, within the layers' bounds?"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clgold.golden.outputs import find_output
from clgold.golden.produce import Made
from clgold.golden.store import Finding
from clgold.golden.weights import InputError
from clgold.reference.chain import enclose_chain, given_exactly
from clgold.reference.profile import FULL

from .compare import Comparison, compare


def against(folder: Path, made: Sequence[Made]) -> tuple[int, list[Finding]]:
    """How many of the fixtures have a folder there, and what is wrong with their outputs.

    A fixture's folder without an output is wrong too. InputError where there is no fixture's
    folder at all, or an output cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"--against {folder}: there is no such folder")
    present = [one for one in made if (folder / one.spec.identity).is_dir()]
    if not present:
        raise InputError(f"--against {folder}: has no folder of any of {len(made)} fixtures")
    outputs = {one.spec.identity: find_output(folder, one) for one in present}
    found = []
    for one in present:
        values = outputs[one.spec.identity]
        problem = "has no output there" if values is None else judge(one, values)
        if problem:
            found.append(Finding(one.spec.identity, problem))
    return len(present), found


def judge(made: Made, got: np.ndarray) -> str:
    """Why the output is not within the bound; empty if it is."""
    source = made.spec.source
    exact = given_exactly(source.chain, source.operands)
    last = source.chain.layers[-1]
    expected = enclose_chain(source.chain, exact, source.attributes, FULL)[last.name]
    # An index has the width of the program that made it.
    dtype = got.dtype.type if got.dtype in (np.int32, np.int64) else last.dtype
    if last.dtype == np.float32:
        dtype = last.dtype
    found = compare(got, expected, dtype)
    return "" if found.verdict == "pass" else f"{found.verdict}: {found.message}{at_worst(found)}"


def at_worst(found: Comparison) -> str:
    if found.worst is None:
        return ""
    worst = found.worst
    return (
        f"; at {list(worst.index)} got {worst.got!r}, expected {worst.expected!r} "
        f"within {worst.bound:.3g}"
    )
