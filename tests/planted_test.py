"""Forty faults that people really make: each is rejected with a right verdict, and only that.

The kernel without the fault passes the very same cases. `-s` prints how many cases see each fault.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from faults import FAULTS, FOLDER, Fault
from faults import VARIANTS as PLANTED
from thinned import thinned

from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run.case import run_case
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.session import Session
from clgold.device.worker import Worker
from clgold.golden.cases import Case
from clgold.golden.probes import PROBES

Shapes = tuple[tuple[int, ...] | None, ...]
Attributes = dict[str, Any]


def attributes(*names: str) -> Callable[..., Attributes]:
    """A function that names its arguments so."""
    return lambda *values: dict(zip(names, values, strict=True))


def corners(aligned: bool, size: tuple[int, ...]) -> Attributes:
    """A spatial transformer whose grid and sampler agree."""
    return {"affine_grid": grid(size, aligned), "grid_sample": sampler(aligned)}


def sampler(aligned: bool) -> Attributes:
    return {"mode": "bilinear", "padding_mode": "zeros", "align_corners": aligned}


conv = attributes("stride", "padding", "dilation", "groups")
max_pool = attributes("kernel_size", "stride", "padding", "dilation", "ceil_mode")
avg_pool = attributes("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
lp_pool = attributes("norm_type", "kernel_size", "stride", "ceil_mode")
norm = attributes("size", "alpha", "beta", "k")
grid = attributes("size", "align_corners")

NONE = ((0, 0), (0, 0))
AROUND = ((1, 1), (1, 1))

# fmt: off
CASES: dict[str, tuple[tuple[Shapes, Attributes], ...]] = {
    "conv2d": (
        (((2, 3, 7, 5), (5, 3, 3, 2), (5,)), conv((1, 1), NONE, (1, 1), 1)),  # a batch, M != C
        (((1, 5, 9, 6), (4, 5, 2, 3), (4,)), conv((2, 3), ((1, 0), (0, 2)), (1, 1), 1)),  # uneven
        (((1, 6, 5, 7), (4, 3, 3, 3), None), conv((1, 1), ((1, 1), (2, 2)), (1, 1), 2)),  # groups
        (((1, 2, 8, 11), (3, 2, 3, 2), (3,)), conv((1, 2), NONE, (2, 3), 1)),  # dilated
        (((3, 7, 3, 3), (2, 7, 1, 1), (2,)), conv((1, 1), NONE, (1, 1), 1)),  # 1x1
        (((1, 19, 4, 5), (3, 19, 3, 3), (3,)), conv((1, 1), AROUND, (1, 1), 1)),  # long sums
    ),
    "local2d": (
        (((1, 2, 7, 11), (2, 1, 1, 2, 3, 2, 3, 4)), {"stride": (2, 3)}),  # 3 x 4 sites
        (((2, 1, 4, 9), (1, 2, 1, 1, 2, 3, 3, 4)), {"stride": (1, 2)}),  # tiles of 2 x 1
        (((1, 3, 5, 5), (3, 1, 3, 3, 3, 4, 3, 2)), {"stride": (1, 1)}),  # tiles of 1 x 3
    ),
    "linear": (
        (((1, 67), (5, 67), (5,)), {}),
        (((3, 5), (2, 5), None), {}),
        (((2, 31), (7, 31), (7,)), {}),
        (((1, 512), (6, 512), None), {}),  # long sums
    ),
    "flatten+linear+elu": (
        (((2, 3, 5, 4), (5, 60), (5,)), {"elu": {"alpha": 1.0}}),
        (((2, 5, 1, 7), (7, 35), None), {"elu": {"alpha": 0.5}}),
    ),
    "max_pool2d": (
        (((2, 3, 7, 5),), max_pool((3, 2), (2, 2), ((1, 0), (0, 1)), (1, 1), False)),
        (((1, 5, 6, 9),), max_pool((2, 4), (3, 2), NONE, (1, 1), True)),  # overhangs
        (((1, 2, 9, 4),), max_pool((3, 2), (1, 1), NONE, (2, 1), False)),  # dilated
    ),
    "avg_pool2d": (
        (((2, 3, 7, 5),), avg_pool((3, 2), (2, 2), ((1, 0), (0, 1)), False, True)),
        (((1, 5, 6, 9),), avg_pool((2, 4), (3, 2), ((1, 1), (2, 1)), True, False)),
        (((1, 1, 4, 7),), avg_pool((3, 3), (1, 1), AROUND, False, False)),
    ),
    "lp_pool2d": (
        (((2, 3, 7, 5),), lp_pool(2.0, (3, 2), (2, 2), False)),
        (((1, 5, 6, 9),), lp_pool(3.0, (2, 4), (3, 2), True)),
    ),
    "relu": tuple(((shape,), {}) for shape in [(7,), (3, 5), (2, 3, 5, 7), (61,)]),
    "elu": tuple(
        ((shape,), {"alpha": alpha})
        for shape, alpha in [((7,), 1.0), ((3, 5, 2), 0.5), ((1, 31), 1.6732632)]
    ),
    "batch_norm": (
        (((2, 5), *[(5,)] * 4), {"eps": 1e-5}),
        (((1, 3, 7, 5), *[(3,)] * 4), {"eps": 1e-5}),
        (((3, 2, 1, 4), (2,), (2,), None, (2,)), {"eps": 1e-5}),
    ),
    "local_response_norm": (
        (((1, 7, 3, 5),), norm(5, 1e-4, 0.75, 1.0)),  # AlexNet's
        (((2, 9, 2),), norm(4, 0.5, 0.5, 2.0)),  # an even window
        (((1, 2, 5),), norm(3, 0.25, 1.0, 1.0)),  # wider than the channels
    ),
    "affine_grid": (
        (((1, 2, 3),), grid((1, 1, 5, 7), False)),
        (((2, 6),), grid((2, 3, 4, 9), True)),
        (((3, 2, 3),), grid((3, 1, 6, 2), True)),
    ),
    "grid_sample": (
        (((1, 3, 5, 7), (1, 4, 6, 2)), sampler(False)),
        (((2, 1, 3, 9), (2, 5, 3, 2)), sampler(True)),
        (((1, 2, 6, 4), (1, 7, 3, 2)), sampler(True)),
    ),
    "affine_grid+grid_sample": (
        (((1, 2, 3), (1, 2, 5, 7)), corners(False, (1, 2, 6, 4))),
        (((2, 2, 3), (2, 1, 6, 4)), corners(True, (2, 1, 3, 5))),
    ),
    "softmax": (
        (((5,),), {"dim": 0}),
        (((3, 7),), {"dim": 1}),
        (((2, 3, 4),), {"dim": 1}),
        (((2, 67),), {"dim": 1}),
    ),
    "argmax": (
        (((17,),), {"dim": 0}),
        (((3, 29),), {"dim": 1}),
        (((2, 31, 3),), {"dim": 1}),
    ),
}
# fmt: on

UNSEEN = {"pass", "unsupported", "vacuous"}
LOOKS_LIKE = re.compile(r"it looks like (an |operands rounded to )?(?P<cause>.+)")
SEED = 1


def cases(layer: str) -> list[Case]:
    """Every awkward shape of the layer with every probe."""
    return [
        Case(layer, probe, shapes, given, SEED)
        for probe in PROBES
        for shapes, given in CASES[layer]
    ]


def identity(fault: Fault) -> str:
    return fault.name.replace("_", "-")


@pytest.mark.parametrize("layer", CASES)
def test_the_right_kernel_passes(opencl: Session, layer: str) -> None:
    right = candidates(VARIANTS, layer)[0]
    found = {str(case): run_case(opencl, right, case) for case in cases(layer)}
    assert {line: one.message for line, one in found.items() if one.verdict != "pass"} == {}


TOGETHER = [f for f in FAULTS if not f.isolated]


@pytest.mark.parametrize("fault", thinned(TOGETHER, 3, identity), ids=identity)
def test_a_planted_fault_is_rejected_for_what_it_is(opencl: Session, fault: Fault) -> None:
    variant = fault.variant
    found = {str(case): run_case(opencl, variant, case) for case in cases(variant.layer)}
    seen = {line: one for line, one in found.items() if one.verdict not in UNSEEN}
    guesses = [LOOKS_LIKE.search(one.message) for one in seen.values()]
    print(summary(fault, list(found.values())))
    if opencl.driver.name in fault.hidden:
        assert seen == {}
        return
    assert seen
    assert {line: one for line, one in seen.items() if one.verdict not in fault.verdicts} == {}
    assert {guess["cause"] for guess in guesses if guess} == {fault.cause} - {""}


ISOLATED = [f for f in FAULTS if f.isolated or f.name.startswith("F37")]


@pytest.mark.parametrize("fault", thinned(ISOLATED, 2, identity), ids=identity)
def test_a_planted_fault_is_rejected_in_a_worker(opencl: Session, fault: Fault) -> None:
    worker = Worker(opencl.driver, 0, seconds=4.0 if "timeout" in fault.verdicts else 120.0)
    right = candidates(VARIANTS, fault.variant.layer)[0]
    every = cases(fault.variant.layer)
    # A stale result shows when a shape comes again with other data.
    some = every[:1] if fault.isolated else [c for c in every if c.shapes == every[0].shapes]
    try:
        found = {run_case(worker, fault.variant, case).verdict for case in some}
        if opencl.driver.name in fault.hidden:
            assert found == {"pass"}
            return
        assert found - {"pass"}, "no case sees it"
        assert found - {"pass"} <= {*fault.verdicts, *(["overrun"] if fault.isolated else [])}
        worker.seconds = 300.0
        assert run_case(worker, right, some[0]).verdict == "pass"
    finally:
        worker.close()


def summary(fault: Fault, found: list[Comparison]) -> str:
    """One row of the table: the fault, the verdicts and how often, the cases that see it."""
    verdicts = Counter(one.verdict for one in found)
    supported = len(found) - verdicts["unsupported"]
    seen = {verdict: count for verdict, count in verdicts.items() if verdict not in UNSEEN}
    words = ", ".join(f"{verdict} {count}" for verdict, count in sorted(seen.items()))
    return f"{identity(fault):36} {sum(seen.values()):3} of {supported:2} cases: {words}"


def test_every_planted_variant_is_in_the_table_and_every_kernel_is_used() -> None:
    assert sorted(fault.name for fault in FAULTS) == sorted(PLANTED)
    assert {fault.name[:3] for fault in FAULTS} == {f"F{number:02}" for number in range(1, 41)}
    used = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    assert [path.name for path in FOLDER.glob("*.cl") if path.stem not in used] == []
