"""A rank's device, on which kernels run one by one, and are judged."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run import evidence
from clgold.device.catalogue import choose
from clgold.device.gates import bears
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.diagnosis.explain.diagnose import diagnose
from clgold.diagnosis.explain.text import few_lines
from clgold.reference import Question

from .kernels import Add, Ran, as_it_is, on_exact_numbers, run_kernel
from .report import NodeReport

PASSED = Comparison("pass")


@dataclass(eq=False)
class Workbench:
    """What runs kernels for a rank, and what was found so far.

    told     is told at which node it is, as often as there is a sign of life
    first    variants that go before ours
    whole    evaluate every element of large products too, where sums of rows settle them
    seconds  that the device worked, each kernel once
    """

    device: Device
    rank: int
    told: Callable[[int, str], None]
    first: tuple[Variant, ...]
    whole: bool
    found: list[NodeReport] = field(default_factory=list)
    seconds: float = 0.0

    def answer(
        self,
        step: int,
        place: int,
        node: str,
        question: Question,
        into: np.ndarray | None = None,
        add: Add = as_it_is,
    ) -> np.ndarray:
        """The question's answer by the device, judged; the reference's, where it gives none."""
        report = self.report(step, place, node, question.chain.name)
        ran = self.run(report, question, into, add)
        self.judged(report, ran, f"what rank {self.rank} had")
        exact = None if self.whole or step else on_exact_numbers(question)
        if exact is not None:
            self.judged(report, self.run(report, exact), "exact numbers")
        self.seconds += ran.seconds
        return ran.values

    def report(self, step: int, place: int, node: str, layer: str) -> NodeReport:
        """Of a kernel that has not run yet."""
        return NodeReport(step, place, node, "kernel", self.rank, PASSED, layer)

    def run(
        self,
        report: NodeReport,
        question: Question,
        into: np.ndarray | None = None,
        add: Add = as_it_is,
    ) -> Ran:
        """A kernel in panels."""
        layer = question.chain.name
        able = partial(bears, self.device.driver)
        variant = choose(self.first, layer, question.shapes, question.flat, able)
        if variant is None:
            raise LookupError(f"{report.node}: no variant computes {layer}")
        return run_kernel(
            *(self.device, variant, question, self.whole, into, add),
            lambda: self.told(report.step, report.node),
        )

    def judged(self, report: NodeReport, ran: Ran, shows: str) -> None:
        """Of the first kernel that fails on this rank also which elements are wrong, and why."""
        says: tuple[str, ...] = ()
        if ran.failed is not None and not any(one.failed for one in self.found):
            says = tuple(few_lines(diagnose(evidence.Evidence(ran.failed, shows))))
        self.note(replace(report, comparison=ran.comparison, variant=ran.variant, says=says))

    def note(self, report: NodeReport) -> None:
        self.found.append(report)
