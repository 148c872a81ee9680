"""The outputs that a user expects of his own arrays: what the reference says of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clgold.golden.cases import Case
from clgold.golden.own_data import EXPECTED

Judged = dict[Path, Any]  # clgold.diagnosis.explain.public.Judgement, by where the arrays stand


def judged_outputs(cases: Sequence[Case]) -> Judged:
    """Every expected output that is there, judged as a kernel's would be."""
    found: Judged = {}
    for case in cases:
        if case.data is None or case.data in found or (expected := case.expected) is None:
            continue
        from clgold.diagnosis.explain.public import check_question

        found[case.data] = check_question(case.question, expected)
    return found


def output_lines(judged: Judged) -> list[str]:
    """A line for each, and why where it is not the reference's."""
    return [f"{EXPECTED} output in {place}: {found}" for place, found in judged.items()]


def outputs_json(judged: Judged) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {
            "data": str(place),
            "verdict": found.verdict,
            "message": found.message,
            "cause": found.cause or None,
        }
        for place, found in judged.items()
    ]
