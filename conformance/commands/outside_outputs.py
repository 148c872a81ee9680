"""Outputs that another program made from the exported inputs, within the layers' bounds?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clgold.diagnosis.explain.public import check_question
from clgold.golden.distrust import distrusted
from clgold.golden.fixtures import Spec
from clgold.golden.outputs import find_output
from clgold.golden.produce import Made
from clgold.golden.store import Finding
from clgold.reference.spec import InputError

MARK = "unsupported"  # a file in a fixture's folder: the host has nothing for it, and why
EXPLAINED = 4  # failures whose cause is looked for


@dataclass(frozen=True)
class Outside:
    """What became of the fixtures that have a folder: how many, why some were not run, findings."""

    count: int
    unsupported: Mapping[str, str]
    found: list[Finding]


def present(folder: Path, wanted: Sequence[Spec]) -> list[Spec]:
    """The fixtures that have a folder there; InputError where there is none."""
    found = [one for one in wanted if (folder / one.identity).is_dir()]
    if not found:
        raise InputError(f"--against {folder}: has no folder of any of {len(wanted)} fixtures")
    return found


def against(folder: Path, made: Sequence[Made]) -> Outside:
    """What is wrong with the outputs; a folder without an output or a mark is wrong too.

    InputError where an output cannot be read.
    """
    marks = {one.spec.identity: mark(folder / one.spec.identity) for one in made}
    unsupported = {name: why for name, why in marks.items() if why}
    found: list[Finding] = []
    for one in (one for one in made if one.spec.identity not in unsupported):
        values = find_output(folder, one)
        if values is None:
            found.append(Finding(one.spec.identity, "has no output there"))
            continue
        question = one.spec.source.question
        judged = check_question(question, values, causes=len(found) < EXPLAINED)
        if not judged:
            found.append(Finding(one.spec.identity, str(judged)))
    return Outside(len(made), unsupported, found)


def mark(folder: Path) -> str:
    """Why the host says that it does not support the case; empty where it does not say so."""
    path = folder / MARK
    if not path.is_file():
        return ""
    with distrusted(str(path)):
        return " ".join(path.read_text(encoding="utf-8").split())[:200] or "no reason given"
