"""Drivers' own bugs, each with its smallest case: a right kernel fails there, and nowhere else.

A bug that is gone fails its test: then docs/drivers.md and this table are due for a change.
"""

from dataclasses import dataclass

import pytest

from clgold.conformance.run.case import run_case
from clgold.device.catalogue import VARIANTS
from clgold.device.session import Session
from clgold.golden.cases import Case


@dataclass(frozen=True)
class Bug:
    """What a driver does wrongly, and the case by which one sees it."""

    driver: str
    reason: str
    variant: str
    case: Case
    verdict: str = "wrong"


BUGS = (
    Bug(
        "rusticl",
        "llvmpipe ends the loops of a work-item after 65535 rounds in all (Mesa 22.3)",
        "naive",
        Case("linear", "exact", ((1, 70001), (1, 70001), None), {}, 0),
    ),
)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.driver}-{bug.case.layer}")
def test_a_drivers_bug_shows_on_that_driver_alone(opencl: Session, bug: Bug) -> None:
    variant = next(v for v in VARIANTS if (v.layer, v.name) == (bug.case.layer, bug.variant))
    found = run_case(opencl, variant, bug.case)
    expected = bug.verdict if opencl.driver.name == bug.driver else "pass"
    assert found.verdict == expected, bug.reason
