"""A network's kernels on probes: at their own shapes, and at others that the network lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

from clgold.conformance.judge.assess import check_alone
from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run.choose import Plan
from clgold.conformance.run.evidence import Evidence
from clgold.device.protocol import Device
from clgold.golden.cases import Case
from clgold.networks import Kernel, shapes
from clgold.networks.network import complete_attributes
from clgold.networks.summary import summary_rows
from clgold.reference.spec import Shape

from .elsewhere import at_other_sizes

# The first ones alone where a kernel is large.
PROBES = ("real", "special", "exact", "sparse", "wide", "shifted")
# At sizes that the network lacks; "shifted" is all negative, and far below zero.
OTHERS = ("real", "shifted")
AT_OTHER_SIZES = " at other sizes"
MOST_PRODUCTS = 2**30  # of all probes of a kernel: seconds
MOST_ELEMENTS = 2**24  # of a probe's operands, and of all those of a kernel


@dataclass(frozen=True)
class Probed:
    """A kernel on a probe; of a run that passed no arrays are kept: a step has hundreds."""

    shows: str
    comparison: Comparison
    evidence: Evidence | None


@dataclass(frozen=True)
class Probing:
    """The probes of a plan's kernels; what is the same case of the same variant is run once.

    A step of training has some kernels dozens of times: its sums, its updates.
    """

    device: Device
    plan: Plan
    done: dict[tuple[str, ...], Probed] = field(default_factory=dict)

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        return shapes(self.plan.network)

    @cached_property
    def products(self) -> Mapping[str, int]:
        """By node."""
        return {row.node: row.multiply_adds for row in summary_rows(self.plan.network)}

    def setting(self, kernel: Kernel) -> tuple[tuple[Shape | None, ...], Mapping[str, Any]]:
        """The shapes of a kernel's operands, and its attributes."""
        given = tuple(None if o is None else self.shapes[o] for o in kernel.operands)
        return given, complete_attributes(kernel, self.shapes)

    def cases(self, kernel: Kernel, seed: int) -> list[Case]:
        """The kernel at its own shapes with as many probes as its size allows."""
        given, attributes = self.setting(kernel)
        elements = sum(prod(shape) for shape in given if shape is not None)
        products = sum(self.products[node.name] for node in kernel.nodes)
        count = min(MOST_PRODUCTS // max(1, products), MOST_ELEMENTS // max(1, elements))
        return [Case(kernel.layer, name, given, attributes, seed) for name in PROBES[:count]]

    def elsewhere(self, kernel: Kernel, seed: int) -> list[Case]:
        """What is run at other sizes, once the kernel is right at its own: they are small ones."""
        given, attributes = self.setting(kernel)
        own = [Case(kernel.layer, name, given, attributes, seed) for name in OTHERS]
        variant = self.plan.variants[kernel.name]
        return [found for one in own if (found := at_other_sizes(one, variant)) is not None]

    def probe(self, kernel: Kernel, case: Case, sizes: str = "") -> Probed:
        """The kernel on a probe."""
        variant = self.plan.variants[kernel.name]
        key = str(variant.source), variant.name, str(case)
        if key not in self.done:
            checked = check_alone(
                self.device, variant, case.question, self.plan.tolerance, whole=False
            )
            shows = f"probe {case.probe}{sizes}: {case}"
            failed = checked.comparison.verdict != "pass"
            evidence = Evidence(checked, shows) if failed else None
            self.done[key] = Probed(shows, checked.comparison, evidence)
        return self.done[key]
