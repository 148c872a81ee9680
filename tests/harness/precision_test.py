"""The second gate: honest float32 sums pass it, whatever their order; fewer bits are named.

Here the "device" is NumPy: sums of products formed in some order, from rounded operands or not.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from clgold.conformance.judge import honest
from clgold.conformance.judge.compare import compare
from clgold.conformance.judge.precision import REDUCTIONS, Precision, assess
from clgold.golden.cases import Case
from clgold.reference import LAYERS as ALL_LAYERS
from clgold.reference import Layer, find_layer
from clgold.reference.operands import AXES
from clgold.reference.profile import FULL

Array = np.ndarray
Operands = tuple[Array | None, ...]

CONV = {"stride": (1, 2), "padding": ((1, 0), (2, 1)), "dilation": (1, 1), "groups": 2}
LAYERS: dict[str, tuple[tuple[tuple[int, ...] | None, ...], dict[str, Any]]] = {
    "conv2d": (((2, 14, 7, 9), (6, 7, 3, 5), (6,)), CONV),
    "linear": (((3, 211), (17, 211), None), {}),
    "local2d": (((2, 7, 9, 11), (3, 1, 2, 7, 4, 3, 3, 5)), {"stride": (2, 2)}),  # 3×5 sites
    "local2d_input_grad": (
        ((2, 13, 3, 10), (13, 1, 2, 3, 4, 3, 3, 5)),
        {"input_size": (2, 3, 12, 15), "stride": (4, 3)},  # windows side by side
    ),
    "local2d_weight_grad": (
        ((67, 2, 2, 4), (67, 3, 4, 5)),
        {"weight_size": (2, 1, 2, 3, 3, 2, 2, 2), "stride": (1, 3)},
    ),
    "conv2d_input_grad": (
        ((2, 62, 3, 4), (62, 3, 2, 3)),
        {"input_size": (2, 6, 6, 12), "stride": (2, 3), "groups": 2},  # windows side by side
    ),
    "conv2d_weight_grad": (
        ((3, 6, 7, 9), (3, 4, 8, 10)),
        {"weight_size": (6, 2, 2, 2), "groups": 2},
    ),
    "conv2d_bias_grad": (((3, 17, 9, 8),), {}),
    "linear_input_grad": (((5, 211), (211, 13)), {}),
    "linear_weight_grad": (((211, 7), (211, 13)), {}),
    "linear_bias_grad": (((211, 29),), {}),
    "scale_shift_scale_grad": (((31, 17), (31, 17)), {}),
    "scale_shift_shift_grad": (((211, 29),), {}),
}
PROBES = ("real", "cancelling", "sparse")


def forwards(rows: Array, columns: Array) -> Array:
    return honest.sequential(rows, columns)


def backwards(rows: Array, columns: Array) -> Array:
    return honest.sequential(rows[..., ::-1], columns[..., ::-1, :])


def in_sixteens(rows: Array, columns: Array) -> Array:
    """Sixteen sums, each of every sixteenth product, added up at the end."""
    lanes = [honest.sequential(rows[..., k::16], columns[..., k::16, :]) for k in range(16)]
    total = lanes[0]
    for lane in lanes[1:]:
        total = total + lane
    return total


def fused(rows: Array, columns: Array) -> Array:
    """Products that are not rounded before they are added."""
    total = np.zeros((*rows.shape[:-1], columns.shape[-1]), np.float32)
    for k in range(rows.shape[-1]):
        product = rows[..., k, np.newaxis].astype(np.float64) * columns[..., k, np.newaxis, :]
        total = (total + product).astype(np.float32)
    return total


def in_half(rows: Array, columns: Array) -> Array:
    """A sum that is kept in float16."""
    total = np.zeros((*rows.shape[:-1], columns.shape[-1]), np.float16)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(rows.shape[-1]):
            product = rows[..., k, np.newaxis] * columns[..., k, np.newaxis, :]
            total = (total.astype(np.float32) + product).astype(np.float16)
    return total.astype(np.float32)


HONEST = (forwards, backwards, honest.pairwise, in_sixteens, fused)


def judged(case: Case, form: Callable[[Operands], Array]) -> tuple[str, Precision]:
    """The first gate's verdict and the second's precision of what `form` makes of the operands."""
    expected = case.question.enclose(FULL)
    with np.errstate(over="ignore", invalid="ignore"):
        got = form(case.operands).reshape(expected[case.layer].value.shape)
    precision = assess(case.question, got, expected)
    return compare(got, expected[case.layer], np.float32).verdict, precision


def sums(case: Case, order: honest.Order) -> Callable[[Operands], Array]:
    """The layer, its sums formed in this order."""
    complete = case.question.flat
    layer = find_layer(case.layer)
    assert layer.honest is not None
    return lambda operands: layer.honest(order, *operands, **complete)


def case_of(layer: str, probe: str) -> Case:
    shapes, attributes = LAYERS[layer]
    return Case(layer, probe, shapes, attributes, 3)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_sums_are_the_layers_own(layer: str) -> None:
    case = case_of(layer, "exact")
    value = case.question.enclose(FULL)[layer].value
    for order in HONEST:
        assert np.array_equal(sums(case, order)(case.operands).reshape(value.shape), value)


def test_every_layer_that_sums_products_is_here() -> None:
    assert set(LAYERS) == {layer.name for layer in ALL_LAYERS if layer.honest is not None}


@pytest.mark.parametrize("layer", ALL_LAYERS, ids=lambda layer: layer.name)
def test_a_layer_that_sums_over_its_weights_or_is_their_gradient_says_what_is_honest(
    layer: Layer,
) -> None:
    weights = {
        axis
        for operand in layer.operands
        for layout in operand.layouts
        for axis in layout
        if operand.role == "weight"
    }
    summed = set(layer.sums.split())
    due = bool(weights & set(AXES) & summed) or (layer.gradient is not None and "N" in summed)
    assert (layer.honest is not None) == due


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("order", HONEST, ids=lambda order: order.__name__)
def test_an_honest_order_is_never_imprecise(layer: str, probe: str, order: honest.Order) -> None:
    case = case_of(layer, probe)
    verdict, precision = judged(case, sums(case, order))
    assert verdict == "pass"
    assert precision.ratio is not None
    assert not precision.imprecise, precision


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_operands_of_fewer_bits_are_imprecise_and_named(layer: str, name: str) -> None:
    case = case_of(layer, "real")
    form, reduce = sums(case, forwards), REDUCTIONS[name]

    def from_fewer_bits(operands: Operands) -> Array:
        named = zip(case.chain.operands, operands, strict=True)
        return form(tuple(o if o is None or one == "bias" else reduce(o) for one, o in named))

    _, precision = judged(case, from_fewer_bits)
    assert precision.imprecise
    alike = "tf32" if name == "fp16" else name  # as many bits, for numbers in its range
    assert precision.cause == f"operands rounded to {alike}"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_sum_of_16_bits_is_imprecise_and_named(layer: str) -> None:
    case = case_of(layer, "real")
    _, precision = judged(case, sums(case, in_half))
    assert precision.imprecise
    assert precision.cause == "an accumulator of 16 bits"
