"""Which kernels of a network are at fault: each is judged on inputs that do not depend on others.

A kernel runs on the reference's inputs and on the device's own, for every image; and, at its own
shapes and at others, on probes, for what the images do not show.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from clgold.conformance.judge.assess import Checked
from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run.choose import Plan, upload_weights
from clgold.conformance.run.evidence import Evidence
from clgold.conformance.run.network import (
    ImageReport,
    KernelReport,
    PassedOn,
    verify_image,
)
from clgold.conformance.run.walk import Arrays
from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.networks import Kernel
from clgold.reference.spec import Shape

from .probing import AT_OTHER_SIZES, Probed, Probing

# An output of so few elements says little of a cause: a kernel at fault is probed so often again.
FEW, AGAIN = 64, 8


@dataclass(frozen=True)
class NodeReport:
    """A kernel over all images and probes.

    born       the worst comparison on the reference's inputs, and own on the device's; image: on
               which the kernel does worst
    passed_on  the largest of all images, None where the kernel leaves nothing on any
    probes     by name
    evidence   every run that fails, the images' first
    """

    kernel: Kernel
    variant: Variant
    shape: Shape
    image: str
    born: Comparison
    own: Comparison
    passed_on: PassedOn | None
    probes: Mapping[str, Comparison]
    evidence: tuple[Evidence, ...]

    @property
    def verdict(self) -> str:
        """pass, or the verdict of the first run that fails."""
        return self.evidence[0].checked.comparison.verdict if self.evidence else "pass"


@dataclass(frozen=True)
class Bisection:
    """The network's images, end to end, and its kernels, in order."""

    plan: Plan
    images: tuple[ImageReport, ...]
    nodes: tuple[NodeReport, ...]

    @property
    def faulty(self) -> tuple[NodeReport, ...]:
        """The kernels at fault in order, those that only probes show behind the others."""
        found = [node for node in self.nodes if node.evidence]
        return tuple(sorted(found, key=lambda node: on_probes_alone(node)))


def on_probes_alone(node: NodeReport) -> bool:
    """Whether no image shows the fault."""
    return node.evidence[0].shows.startswith("probe ")


def bisect(
    session: Device,
    plan: Plan,
    weights: Arrays,
    pictures: Iterable[tuple[str, np.ndarray]],
    seed: int = 0,
) -> Bisection:
    """Every image through every kernel, and every kernel that they do not find at fault on probes.

    A kernel that leaves nothing to compare (a crash, a hang) is not run again.
    """
    uploaded = upload_weights(session, plan.network, weights)
    lost: dict[str, Checked] = {}
    images = []
    for name, picture in pictures:
        images.append(verify_image(session, plan, weights, uploaded, name, picture, lost))
        lost |= {
            one.kernel.name: one.evidence.checked
            for one in images[-1].kernels
            if one.evidence is not None and one.evidence.checked.run.output is None
        }
    session.drop(*uploaded.values())
    columns = zip(*(image.kernels for image in images), strict=True)
    nodes = [summarise([image.image for image in images], column) for column in columns]
    probing = Probing(session, plan)
    return Bisection(plan, tuple(images), tuple(probed(probing, node, seed) for node in nodes))


def summarise(images: Iterable[str], reports: Iterable[KernelReport]) -> NodeReport:
    """One kernel's reports on all images as one; the image on which it does worst goes first."""
    ranked = sorted(zip(images, reports, strict=True), key=lambda pair: badness(pair[1]))[::-1]
    image, worst = ranked[0]
    passed = [one.passed_on for _, one in ranked if one.passed_on is not None]
    return NodeReport(
        worst.kernel,
        worst.variant,
        worst.shape,
        image,
        worst.comparison,
        max((one.own for _, one in ranked), key=badness_of),
        max(passed, key=lambda one: one.error) if passed else None,
        {},
        tuple(one.evidence for _, one in ranked if one.evidence is not None),
    )


def badness(report: KernelReport) -> tuple[bool, bool, float]:
    """Failing first, on the reference's inputs before the device's, then by the bound's share."""
    return (report.evidence is not None, *badness_of(report.comparison))


def badness_of(found: Comparison) -> tuple[bool, float]:
    return found.verdict != "pass", found.budget_used


def probed(probing: Probing, node: NodeReport, seed: int) -> NodeReport:
    """The report with that of the probes: as evidence of a known fault, or to find one."""
    if node.evidence and not node.evidence[0].made:
        return node
    kernel = node.kernel
    runs = [probing.probe(kernel, case) for case in probing.cases(kernel, seed)]
    if not node.evidence and not failing(runs):
        runs += [probing.probe(kernel, c, AT_OTHER_SIZES) for c in probing.elsewhere(kernel, seed)]
    found = {place_of(one.shows): one.comparison for one in runs}
    if prod(node.shape) < FEW and (node.evidence or failing(runs)):
        seeds = range(seed + 1, seed + 1 + AGAIN)
        further = [case for one in seeds for case in probing.cases(kernel, one)]
        runs += [probing.probe(kernel, case) for case in further]
    return replace(node, probes=found, evidence=(*node.evidence, *failing(runs)))


def place_of(shows: str) -> str:
    """Which probe, of what an evidence says that it shows on."""
    return shows.removeprefix("probe ").split(":")[0]


def failing(runs: Iterable[Probed]) -> tuple[Evidence, ...]:
    """Those of the runs that do not pass."""
    return tuple(one.evidence for one in runs if one.evidence is not None)
