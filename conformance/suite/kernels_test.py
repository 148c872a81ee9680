"""Every variant, on every device, with every probe, on drawn shapes."""

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis.errors import Unsatisfiable

from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run.case import replay_line, run_case
from clgold.conformance.run.layer import FINE
from clgold.conformance.suite.assays import Assay
from clgold.conformance.suite.fitting import fitting
from clgold.conformance.suite.ledger import Book
from clgold.conformance.suite.plugin import EFFORTS
from clgold.device.worker import Worker
from clgold.diagnosis.explain.case import explain_cases, largest_result
from clgold.diagnosis.explain.picture import embedded
from clgold.diagnosis.explain.text import few_lines
from clgold.golden.cases import PLAIN_PROBE, Case
from clgold.golden.tiers import huge


def test_kernel_conforms(
    assay: Assay, worker: Worker, book: Book, request: pytest.FixtureRequest
) -> None:
    effort = request.config.getoption("--effort")
    variant = assay.variant
    failing: list[Case] = []
    book.layer, book.variant, book.probe = variant.layer, variant.name, assay.probe
    book.about = worker.describe()
    book.driver = str(book.about["driver"])

    @settings(
        max_examples=EFFORTS[effort],
        deadline=None,  # or the verdict would depend on the machine's load
        database=None,  # a failure is repeated by its replay line, not by a file in some folder
        print_blob=False,
        phases=[phase for phase in Phase if phase != Phase.explain],  # few_lines explains
        derandomize=effort != "thorough",
        suppress_health_check=list(HealthCheck),
    )
    @given(case=fitting(variant, assay.probe))
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

    if effort == "thorough" and assay.probe == PLAIN_PROBE:
        for case in huge(variant.layer):
            holds = example(case=case)(holds)
    try:
        holds()
    except Unsatisfiable:  # none of the cases applied: the table says why
        pass
    except Exception as error:
        if failing:
            why = explain_cases(worker, variant, failing[::-1])
            book.says = few_lines(why)
            if request.config.getoption("--suite-json"):
                seen = largest_result(worker, variant, failing)
                book.picture = embedded(seen, f"{variant.layer} {variant.name!r}")
        for said in book.says:
            error.add_note(f"  {said}")
        raise
    if not book.cases and not book.unsupported:
        book.failure = "vacuous: no case that was drawn could have failed"
        raise AssertionError(book.failure)


def describe(found: Comparison) -> str:
    """The verdict, and the worst element where there is one."""
    worst = f"\n  worst {found.worst}" if found.worst is not None else ""
    return f"{found.verdict}: {found.message}{worst}"
