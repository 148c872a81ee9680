"""The conformance suite: every variant, on every device, with every probe, on drawn shapes.

It also runs in other projects: pytest --pyargs clgold.tests.kernels_test --kernels my_kernels.py
"""

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable

from clgold.conformance.assay import Assay
from clgold.conformance.cases import replay_line, run_case
from clgold.conformance.compare import Comparison
from clgold.conformance.diagnosis_text import few_lines
from clgold.conformance.draws import cases
from clgold.conformance.explain_case import explain_case
from clgold.conformance.layer_run import FINE
from clgold.conformance.ledger import Book
from clgold.conformance.plugin import EFFORTS
from clgold.device.worker import Worker
from clgold.golden.cases import Case


def test_kernel_conforms(
    assay: Assay, worker: Worker, book: Book, request: pytest.FixtureRequest
) -> None:
    effort = request.config.getoption("--effort")
    variant = assay.variant
    failing: list[Case] = []
    book.layer, book.variant, book.probe = variant.layer, variant.name, assay.probe
    book.driver = str(worker.describe()["driver"])

    @settings(
        max_examples=EFFORTS[effort],
        deadline=None,
        phases=[phase for phase in Phase if phase != Phase.explain],  # diagnosis.py explains
        derandomize=effort != "thorough",
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(variant.layer, assay.probe))
    def holds(case: Case) -> None:
        found = run_case(worker, variant, case)
        if found.verdict in FINE:
            book.enter(found)
            assume(found.verdict != "unsupported")  # another case is drawn in its place
            return
        book.failure = f"{found.verdict}: {found.message}"
        book.replay = replay_line(variant, case, book.driver)
        failing.append(case)
        raise AssertionError(f"{describe(found)}\n  replay: {book.replay}")

    try:
        holds()
    except Unsatisfiable:  # none of the cases applied: the table says why
        pass
    except Exception as error:
        for said in few_lines(explain_case(worker, variant, failing[-1])) if failing else ():
            error.add_note(f"  {said}")
        raise
    assert book.cases or book.unsupported, "vacuous: no case that was drawn could have failed"


def describe(found: Comparison) -> str:
    """The verdict, and the worst element where there is one."""
    worst = f"; {found.worst}" if found.worst is not None else ""
    return f"{found.verdict}: {found.message}{worst}"
