"""Every wrong convention is recognised for what it is, and nothing else is taken for one."""

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from clgold.conformance.causes import CAUSES, Cause, Explanation, explain
from clgold.conformance.causes.explain import look, wrongly
from clgold.conformance.compare import Tolerance
from clgold.conformance.precision import REDUCTIONS
from clgold.device.memory import POISON
from clgold.golden.cases import Case, parse_case
from clgold.golden.shapes import SHAPES, Setting
from clgold.reference import FULL, LAYERS, Enclosure
from clgold.reference.chain import enclose_chain, given_exactly
from clgold.reference.generator import bell, integers

Array = np.ndarray

UNEVEN = ((2, 1), (1, 0))
# fmt: off
# Small data on which conventions differ: sides, strides and paddings all unequal.
DATA: Mapping[str, list[tuple[str, Setting]]] = {
    "conv2d": [
        ("real", (((2, 6, 8, 11), (4, 3, 5, 2), (4,)),
                  {"groups": 2, "stride": (2, 3), "padding": UNEVEN})),
        ("real", (((1, 10, 9, 8), (6, 10, 2, 3), (6,)),
                  {"padding": ((1, 0), (2, 1)), "dilation": (1, 2)})),
        ("real", (((1, 61, 4, 3), (61, 61, 2, 1), (61,)), {})),
        ("real", (((1, 23, 4, 3), (13, 23, 2, 1), (13,)), {})),
        ("real", (((2, 3, 5, 7), (7, 3, 3, 3), (7,)), {"padding": 1})),
    ],
    "local2d": [
        ("real", (((2, 2, 11, 10), (2, 2, 3, 2, 3, 2, 5, 3)), {"stride": (2, 3)})),
        ("real", (((1, 2, 9, 8), (2, 3, 2, 2, 3, 3, 4, 3)), {"stride": (2, 2)})),
    ],
    "linear": [
        ("real", (((n, i), (o, i), (o,)), {}))
        for n, i, o in ((3, 61, 61), (4, 61, 13), (2, 29, 7), (2, 23, 7))
    ],
    "max_pool2d": [
        ("real", (((2, 3, 13, 11),), {"kernel_size": (5, 2), "stride": (3, 2), "padding": UNEVEN,
                                      "dilation": (1, 2)})),
        ("real", (((1, 4, 9, 8),), {"kernel_size": (2, 3), "stride": 1})),
        ("real", (((1, 4, 9, 8),), {"kernel_size": (2, 3), "stride": 2})),
        ("real", (((2, 4, 9, 8),), {"kernel_size": 2, "padding": 1})),
        ("real", (((2, 4, 9, 8),), {"kernel_size": (1, 2)})),
    ],
    "avg_pool2d": [
        ("real", (((2, 3, 13, 11),), {"kernel_size": (5, 2), "stride": (3, 2), "padding": UNEVEN})),
        ("real", (((1, 4, 9, 8),), {"kernel_size": (2, 3), "stride": 1})),
        ("real", (((1, 4, 9, 8),), {"kernel_size": 3, "stride": 2, "padding": 1,
                                    "count_include_pad": False})),
        ("real", (((2, 1, 8, 13),), {"kernel_size": 3, "stride": 2, "padding": 1,
                                     "ceil_mode": True})),
    ],
    "lp_pool2d": [
        ("real", (((2, 3, 11, 11),), {"norm_type": 3, "kernel_size": (4, 2), "stride": (3, 2),
                                      "ceil_mode": True})),
        ("real", (((1, 4, 9, 8),), {"norm_type": 2, "kernel_size": (2, 3), "stride": 1})),
        ("real", (((1, 4, 9, 8),), {"norm_type": 4, "kernel_size": (2, 3), "stride": 2})),
    ],
    "elu": [("real", (((3, 5, 7),), {"alpha": 0.3})), ("real", (((3, 5, 7),), {"alpha": 1.0}))],
    "relu": [("real", (((3, 5, 7),), {}))],
    "tanh": [("real", (((3, 5, 7),), {})), ("wide", (((3, 5, 7),), {}))],
    "sigmoid": [("real", (((3, 5, 7),), {})), ("wide", (((3, 5, 7),), {}))],
    "batch_norm": [
        ("real", (((2, 5, 4, 6), (5,), (5,), (5,), (5,)), {"eps": 0.02})),
        ("real", (((2, 5, 4, 6), (5,), (5,), (5,), (5,)), {})),
        ("wide", (((2, 19, 4, 6), (19,), (19,), (19,), (19,)), {"eps": 1e-3})),
    ],
    "local_response_norm": [
        ("real", (((2, 11, 5, 6),), {"size": 4, "alpha": 0.5, "beta": 0.6, "k": 1.5})),
        ("real", (((1, 9, 4, 3),), {"size": 5, "alpha": 0.5, "beta": 0.6, "k": 1.5})),
    ],
    "affine_grid": [
        ("real", (((2, 2, 3),), {"size": (2, 1, 5, 7)})),
        ("real", (((2, 2, 3),), {"size": (2, 1, 5, 7), "align_corners": True})),
    ],
    "grid_sample": [
        ("real", (((2, 3, 5, 7), (2, 9, 8, 2)), {})),
        ("real", (((2, 3, 5, 7), (2, 9, 8, 2)), {"padding_mode": "border"})),
        ("real", (((2, 3, 5, 7), (2, 9, 8, 2)), {"align_corners": True})),
        ("real", (((2, 3, 5, 7), (2, 9, 8, 2)), {"mode": "nearest"})),
        ("exact", (((2, 3, 5, 4), (2, 9, 8, 2)), {})),
        ("exact", (((2, 3, 5, 9), (2, 19, 18, 2)), {"align_corners": True})),
    ],
    "softmax": [("real", (((4, 30, 3),), {"dim": 1})), ("wide", (((5, 29),), {"dim": 1}))],
    "log_softmax": [("real", (((4, 29, 3),), {"dim": 1})), ("wide", (((5, 29),), {"dim": 1}))],
    "argmax": [
        ("real", (((30, 30, 3),), {"dim": 1})),
        ("real", (((30, 30),), {"dim": 1})),
        ("exact", (((30, 29, 3),), {"dim": 1})),
        ("real", (((300, 2),), {"dim": 1})),
    ],
    "scale_shift": [("real", (((2, 3, 4, 5), (1,), (1, 3, 4, 5)), {}))],
    "concat": [
        ("real", (((2, 4, 5), (2, 3, 5), (2, 4, 5)), {"dim": 1})),
        ("real", (((2, 4, 5), (2, 4, 5)), {"dim": 1})),
        ("real", (((4, 4, 4), (4, 4, 4)), {"dim": 0})),
    ],
    "flatten": [("real", (((2, 3, 4, 5),), {}))],
    "permute": [("real", (((2, 3, 4, 5),), {"dims": (1, 3, 0, 2)}))],
    "reshape": [("real", (((2, 3, 4, 5),), {"shape": (6, 20)}))],
    "add": [("real", (((2, 3, 4, 5), (2, 3, 4, 5)), {}))],
}
CHAINS: Mapping[str, Setting] = {
    **{
        chain: (((1, 5, 11, 9), (7, 5, 3, 2), (7,)), {"max_pool2d": {"kernel_size": 2}})
        for chain in ("conv2d+max_pool2d+elu", "conv2d+elu+max_pool2d")
    },
    "flatten+linear+elu": (((2, 5, 3, 4), (9, 60), (9,)), {"elu": {"alpha": 0.5}}),
    "affine_grid+grid_sample": (
        ((2, 2, 3), (2, 3, 9, 7)), {"affine_grid": {"size": (2, 3, 9, 8)}, "grid_sample": {}}
    ),
    "linear+softmax+argmax": (
        ((40, 33), (43, 33), (43,)), {"softmax": {"dim": 1}, "argmax": {"dim": 1}}
    ),
}
# fmt: on

# Conventions that no data, or none of these, tell from a likelier one.
TWINS = {
    ("argmax", "maximum starts at FLT_MIN"): "maximum starts at 0",
    ("grid_sample", "places inside only"): "weights after clipping",
    ("grid_sample", "nearest, halves up"): "another mode",
}
# Of a fused kernel, (chain, layer, cause): what is named first.
FUSED = [
    ("conv2d+max_pool2d+elu", "conv2d", "kernel flipped"),
    ("conv2d+max_pool2d+elu", "conv2d", "last product skipped"),
    ("conv2d+max_pool2d+elu", "conv2d", "bias lost in the last channel"),
    ("conv2d+max_pool2d+elu", "max_pool2d", "window starts at 0"),
    ("conv2d+max_pool2d+elu", "max_pool2d", "average"),
    ("conv2d+max_pool2d+elu", "max_pool2d", "shifted right"),
    ("conv2d+max_pool2d+elu", "elu", "left out"),
    ("conv2d+max_pool2d+elu", "elu", "tanh"),
    ("conv2d+max_pool2d+elu", "elu", "1 not subtracted"),
    ("conv2d+max_pool2d+elu", "output", "stored as NHWC"),
    ("conv2d+max_pool2d+elu", "output", "bias after the activation"),
    ("conv2d+elu+max_pool2d", "conv2d", "weights IOHW"),
    ("conv2d+elu+max_pool2d", "elu", "leaky ReLU, slope 0.01"),
    ("conv2d+elu+max_pool2d", "max_pool2d", "minimum"),
    ("flatten+linear+elu", "flatten", "flattened as HWC"),
    ("flatten+linear+elu", "linear", "weights (in, out)"),
    ("flatten+linear+elu", "elu", "alpha ignored"),
    ("affine_grid+grid_sample", "affine_grid", "theta transposed"),
    ("affine_grid+grid_sample", "affine_grid", "align_corners inverted"),
    ("affine_grid+grid_sample", "grid_sample", "align_corners inverted"),
    ("affine_grid+grid_sample", "grid_sample", "align_corners inverted in grid and sampler"),
    ("affine_grid+grid_sample", "grid_sample", "weights of x exchanged"),
    ("affine_grid+grid_sample", "grid_sample", "x and y exchanged"),
    ("affine_grid+grid_sample", "grid_sample", "y upwards"),
    ("affine_grid+grid_sample", "grid_sample", "border for its padding"),
    ("linear+softmax+argmax", "linear", "features reversed"),
    ("linear+softmax+argmax", "linear", "weights (in, out)"),
    ("linear+softmax+argmax", "argmax", "counted from 1"),
    ("linear+softmax+argmax", "argmax", "argmin"),
]
IN_CHAINS_ONLY = {("grid_sample", "align_corners inverted in grid and sampler")}


def expectation(case: Case) -> Mapping[str, Enclosure]:
    """The reference's results by layer."""
    return expectation_of(str(case))


@cache
def expectation_of(line: str) -> Mapping[str, Enclosure]:
    """The same by the case's line: a case serves many causes, and a dict cannot be hashed."""
    case = parse_case(line)
    exact = given_exactly(case.chain, case.operands)
    return enclose_chain(case.chain, exact, case.attributes, FULL)


def outputs_of(case: Case, cause: Cause) -> Mapping[str, Array]:
    """What a kernel with that convention gives, by layer, as its dtype; empty if no other."""
    expected = expectation(case)
    last = case.chain.layers[-1].name
    right = expected[last].value.astype(case.chain.dtype)
    seen = look(case.chain, case.operands, case.attributes, right, expected, FULL)
    assert seen is not None
    dtypes = {layer.name: layer.dtype for layer in case.chain.layers}
    with np.errstate(all="ignore"):
        return {n: one.value.astype(dtypes[n]) for n, one in wrongly(seen, cause).items()}


def explained(case: Case, got: Array) -> tuple[Explanation, ...]:
    return explain(case.chain, case.operands, case.attributes, got, expectation(case))


def last_of(case: Case) -> str:
    return case.chain.layers[-1].name


def rounded(case: Case) -> Array:
    """The right result as float32."""
    return expectation(case)[last_of(case)].value.astype(case.chain.dtype)


def cases(layer: str) -> list[Case]:
    return [Case(layer, probe, *setting, seed=3) for probe, setting in DATA[layer]]


def find(layer: str, name: str) -> Cause:
    return next(one for one in CAUSES if (one.layer, one.name) == (layer, name))


def identity(cause: Cause) -> str:
    return f"{cause.layer}-{cause.name}".replace(" ", "_")


def thinned(every: list[Any]) -> list[Any]:
    """A third of them; the others are for --slow."""
    late = pytest.mark.slow
    return [pytest.param(one, marks=late if k % 3 else ()) for k, one in enumerate(every)]


@pytest.mark.parametrize(
    "cause",
    thinned([c for c in CAUSES if c.layer in DATA and (c.layer, c.name) not in IN_CHAINS_ONLY]),
    ids=identity,
)
def test_a_convention_is_named_first_where_data_tell_it(cause: Cause) -> None:
    twins = set()
    for case in cases(cause.layer):
        outputs = outputs_of(case, cause)
        found = explained(case, outputs[last_of(case)]) if outputs else ()
        if found and found[0].cause == cause:
            assert found[0].after >= 0.9
            return
        twins |= {found[0].cause.name} if found and cause in found[0].ties else set()
    assert TWINS.get((cause.layer, cause.name)) in twins, f"never first; beside {twins}"


@pytest.mark.parametrize(("chain", "layer", "name"), FUSED, ids=lambda word: word.replace(" ", "_"))
def test_a_convention_within_a_fused_kernel_is_named_first(
    chain: str, layer: str, name: str
) -> None:
    case = Case(chain, "real", *CHAINS[chain], seed=3)
    outputs = outputs_of(case, find(layer, name))
    found = explained(case, outputs[last_of(case)])
    assert (found[0].cause.layer, found[0].cause.name) == (layer, name)


def test_every_layer_has_causes_and_no_two_share_a_name() -> None:
    assert {layer.name for layer in LAYERS} <= {cause.layer for cause in CAUSES}
    names = [(cause.layer, cause.name) for cause in CAUSES]
    assert len(set(names)) == len(names)
    for cause in CAUSES:
        assert cause.says.startswith("matches ")
        assert cause.change
        assert not cause.change.endswith(".")


ALL = [
    Case(layer, probe, *setting, seed=5)
    for layer, settings in {**SHAPES, **{c: [s] for c, s in CHAINS.items()}}.items()
    for probe, setting in product(("real", "exact"), settings[:3])
]


@pytest.mark.parametrize("case", thinned(ALL), ids=str)
def test_a_right_result_explains_nothing(case: Case) -> None:
    assert explained(case, rounded(case)) == ()


@pytest.mark.parametrize("case", thinned([c for c in ALL if c.probe == "real"]), ids=str)
def test_noise_explains_nothing(case: Case) -> None:
    right = rounded(case)
    noise = bell(7, "noise", right.shape)
    got = noise if right.dtype == np.float32 else integers(7, "noise", right.shape, 0, 4)
    if right.size >= 5:  # a guess may hit a few indices
        assert explained(case, got.astype(right.dtype)) == ()


IMPRECISE = [c for c in ALL if c.layer.split("+")[0] in ("conv2d", "linear") and c.probe == "real"]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("case", [c for c in IMPRECISE if c.chain.dtype == np.float32], ids=str)
def test_imprecision_is_no_convention(case: Case, reduction: str) -> None:
    operands = tuple(None if o is None else REDUCTIONS[reduction](o) for o in case.operands)
    exact = given_exactly(case.chain, operands)
    found = enclose_chain(case.chain, exact, case.attributes, FULL)
    assert explained(case, found[last_of(case)].value.astype(np.float32)) == ()


POOL = Case("max_pool2d", "real", ((2, 3, 9, 7),), {"kernel_size": (1, 2)}, 3)


def test_the_evidence_is_in_words() -> None:
    got = outputs_of(POOL, find("max_pool2d", "window starts at 0"))["max_pool2d"]
    found = explained(POOL, got)[0]
    share = np.mean(rounded(POOL) >= 0)
    assert found.before == pytest.approx(share)
    assert found.after == 1.0
    words = "max_pool2d matches a window that starts at 0: 100 % of elements, before"
    assert found.says == f"{words} {100 * share:.3g} %"
    assert found.cause.change == "start the maximum at -INFINITY, not at 0"


def test_what_was_never_written_does_not_hide_the_cause() -> None:
    got = outputs_of(POOL, find("max_pool2d", "window starts at 0"))["max_pool2d"].copy()
    got.view(np.uint32)[:, :, -2:] = POISON
    found = explained(POOL, got)[0]
    assert found.cause.name == "window starts at 0"
    assert found.after == 1.0


def test_one_index_is_no_evidence_but_further_images_and_kept_results_are() -> None:
    shapes = ((1, 33), (43, 33), (43,))
    given = {"softmax": {"dim": 1}, "argmax": {"dim": 1}}
    runs = [Case("linear+softmax+argmax", "real", shapes, given, seed) for seed in range(4)]
    cause = find("linear", "weights (in, out)")
    results = [outputs_of(case, cause) for case in runs]
    seen = [
        (case.operands, got["argmax"], expectation(case))
        for case, got in zip(runs, results, strict=True)
    ]
    chain = runs[0].chain
    assert cause not in [one.cause for one in explain(chain, seen[0][0], given, *seen[0][1:])][:1]
    kept = {name: results[0][name] for name in ("softmax", "argmax")}
    found = explain(chain, seen[0][0], given, kept, seen[0][2])
    assert found[0].cause == cause
    assert found[0].after == 1.0


def test_further_images_add_up() -> None:
    one, two = (Case("elu", "real", ((4, 5),), {}, seed) for seed in (1, 2))
    cause = find("elu", "left out")
    got = [outputs_of(case, cause)["elu"] for case in (one, two)]
    more = ((two.operands, got[1], expectation(two)),)
    found = explain(one.chain, one.operands, {}, got[0], expectation(one), images=more)
    assert found[0].cause == cause
    contrary = ((two.operands, rounded(two), expectation(two)),)
    assert explain(one.chain, one.operands, {}, got[0], expectation(one), images=contrary) == ()


def test_another_shape_or_dtype_explains_nothing() -> None:
    right = rounded(POOL)
    assert explained(POOL, right[..., :-1]) == ()
    assert explained(POOL, right.astype(np.float64)) == ()


def test_a_tolerance_replaces_the_bound() -> None:
    case = Case("elu", "real", ((4, 50),), {}, 1)
    got = outputs_of(case, find("elu", "left out"))["elu"]
    arguments = case.chain, case.operands, {}, got, expectation(case)
    assert explain(*arguments, tolerance=Tolerance(atol=1e-3))[0].cause.name == "left out"
    assert explain(*arguments, tolerance=Tolerance(atol=1e3)) == ()
