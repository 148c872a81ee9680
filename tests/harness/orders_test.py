"""No honest order of summation is imprecise: from a large bias on, backwards, in lanes, shuffled.

The networks are those that come with clgold, with biases as folded batch norms leave them and much
larger ones. The "device" is NumPy, in orders that the judge does not form itself.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clgold.conformance.judge import honest
from clgold.conformance.judge.compare import compare
from clgold.conformance.judge.precision import FACTOR, assess, keep_bits
from clgold.networks import NETWORKS, Kernel, Network, view
from clgold.networks.network import complete_attributes, shapes
from clgold.reference import FULL, Question, ask, find_chain
from clgold.reference.generator import bell, uniform
from clgold.reference.operands import Operand

Array = np.ndarray
F = np.float32
Operands = tuple[Array | None, ...]


def fused_from_the_bias(rows: Array, columns: Array) -> Array:
    """acc = fma(w, x, acc), acc the bias at first."""
    depth = rows.shape[-1]
    total = np.zeros((*rows.shape[:-1], columns.shape[-1]), F)
    for k in (depth - 1, *range(depth - 1)):
        product = rows[..., k, np.newaxis].astype(np.float64) * columns[..., k, np.newaxis, :]
        total = (total + product).astype(F)
    return total


def lanes_from_the_bias(rows: Array, columns: Array) -> Array:
    """Four lanes, the first of which starts at the bias."""
    rolled = np.roll(rows, 1, axis=-1), np.roll(columns, 1, axis=-2)
    return honest.lanes(4)(*rolled)


def blocks_onto_the_bias(rows: Array, columns: Array) -> Array:
    """Blocks of 32 products, each added to what there is, the bias at first."""
    depth = rows.shape[-1] - 1
    total = rows[..., depth:] * columns[..., depth:, :]
    for k in range(0, depth, 32):
        block = slice(k, min(k + 32, depth))
        total = total + honest.sequential(rows[..., block], columns[..., block, :])
    return total


def strided(rows: Array, columns: Array) -> Array:
    """Every ninth product, then every ninth from the second on: channels inside of taps."""
    depth = rows.shape[-1]
    return honest.in_turn(rows, columns, [k for tap in range(9) for k in range(tap, depth, 9)])


def larger_first(rows: Array, columns: Array) -> Array:
    """The products in the order of their sizes: the longest road for the largest partial sums."""
    sizes = np.abs(rows).reshape(-1, rows.shape[-1]).max(0) * np.abs(
        np.moveaxis(columns, -2, 0).reshape(columns.shape[-2], -1)
    ).max(1)
    return honest.in_turn(rows, columns, np.argsort(-sizes).tolist())


ORDERS = (
    fused_from_the_bias,
    lanes_from_the_bias,
    blocks_onto_the_bias,
    strided,
    larger_first,
    honest.lanes(5),
    honest.shuffled(1000),
)
# Biases as large as the sums, which folded batch norms leave, and far larger ones.
BIASES = {"folded": 1.0, "large": 300.0}
LONG = 2400  # products: sums up to here take seconds in all


def ratio(question: Question, got: Array) -> float:
    """The error as a multiple of the worst that honest sums make."""
    found = assess(question, got.reshape(question.shape), question.enclose(FULL)).ratio
    assert found is not None
    return found


def rejected(question: Question) -> list[str]:
    """The honest orders that the second gate calls imprecise."""
    ratios = [ratio(question, honest.evaluate(question, o)[question.last]) for o in ORDERS]
    return [f"{o}: {r:.3g}" for o, r in zip(ORDERS, ratios, strict=True) if r > FACTOR]


def summing(network: Network, bias: float) -> Iterator[Question]:
    """A question for each length of sums in the network, half an octave apart, cut to few outputs.

    Inputs are those of a ReLU, weights as initialisers have them: sums are as large as inputs.
    """
    known, seen = shapes(network), set[Any]()
    for kernel in (*view(network, True), *view(network, False)):
        chain = find_chain(kernel.layer)
        if not any(layer.honest for layer in chain.layers) or chain.dtype != F:
            continue
        given = tuple(None if o is None else known[o] for o in kernel.operands)
        attributes = dict(complete_attributes(kernel, known))
        like = kernel.layer, given[1][2:], round(2 * np.log2(np.prod(given[1][1:4])))
        if like not in seen:
            seen.add(like)
            own = attributes if len(chain.layers) == 1 else attributes.get("conv2d", {})
            yield ask(chain, drawn(kernel, cut(given, own), bias), attributes)


def cut(given: tuple[Any, ...], attributes: dict[str, Any]) -> tuple[Any, ...]:
    """Three filters a group, and an image of four places of a convolution's window a side."""
    image, weight, *rest = given
    if len(weight) > 4:  # local2d: every site has its own filters
        return (image, (1, *weight[1:]), *rest)
    groups = attributes.get("groups", 1)
    few = min(weight[0], 3 * groups)
    if len(weight) == 4:
        steps = zip(image[2:], weight[2:], attributes["stride"], strict=True)
        image = (*image[:2], *(min(size, taps + 3 * step) for size, taps, step in steps))
    return (image, (few, *weight[1:]), *((few,) if one else None for one in rest))


def drawn(kernel: Kernel, given: tuple[Any, ...], bias: float) -> Operands:
    declared = [one for _, one in find_chain(kernel.layer).declared(len(given))]
    return tuple(
        None if shape is None else fill(one, f"{kernel.name} {one.name}", shape, bias)
        for one, shape in zip(declared, given, strict=True)
    )


def fill(operand: Operand, name: str, shape: Any, bias: float) -> Array:
    values = bell(7, name, shape)
    if operand.values == "offset":
        return (bias * values).astype(F)
    if operand.role == "weight":
        return (values * np.sqrt(2 / np.prod(shape[1:4]))).astype(F)
    return np.maximum(values, 0).astype(F)


@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
def test_no_honest_order_of_a_network_is_imprecise(network: Network, bias: str) -> None:
    questions = [q for q in summing(network, BIASES[bias]) if depth(q) <= LONG]
    assert questions
    assert [(str(q), found) for q in questions if (found := rejected(q))] == []


@pytest.mark.slow
@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
def test_no_honest_order_of_the_longest_sums_is_imprecise(network: Network, bias: str) -> None:
    questions = [q for q in summing(network, BIASES[bias]) if depth(q) > LONG]
    assert [(str(q), found) for q in questions if (found := rejected(q))] == []


def depth(question: Question) -> int:
    return max(terms for terms, _ in honest.sums(question))


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
def test_operands_of_eleven_bits_are_still_imprecise(network: Network) -> None:
    """Long sums, from a folded bias on: honest orders differ, and are far from this."""
    for question in summing(network, BIASES["folded"]):
        if 16 < depth(question) <= LONG:
            roles = [one.values == "offset" for one in question.declared]
            fewer = question.with_operands(
                tuple(
                    one if one is None or offset else keep_bits(10)(one)
                    for one, offset in zip(question.operands, roles, strict=True)
                )
            )
            got = honest.evaluate(fewer, fused_from_the_bias)[question.last]
            assert ratio(question, got) > FACTOR, str(question)


@pytest.mark.parametrize(("channels", "size"), [(64, 4), (128, 2), (256, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_a_residual_network_with_folded_batch_norms_may_start_at_its_biases(
    channels: int, size: int, seed: int
) -> None:
    """3×3, padding 1, as ResNet-18's last stages: γ/σ in the weights, β − μ·γ/σ in the bias."""
    draws = {name: bell(seed, name, (channels,)) for name in ("scale", "mean", "shift")}
    scale = 1 + 0.3 * draws["scale"]
    x = np.maximum(bell(seed, "x", (1, channels, size, size)), 0).astype(F)
    w = bell(seed, "w", (channels, channels, 3, 3)) * np.sqrt(2 / (9 * channels))
    w = (w * scale[:, np.newaxis, np.newaxis, np.newaxis]).astype(F)
    b = (3 * draws["shift"] - 3 * draws["mean"] * scale).astype(F)
    assert rejected(ask(find_chain("conv2d"), (x, w, b), {"padding": 1})) == []


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("bias", [0.0, 1000.0])
def test_one_output_alone_is_not_taken_for_imprecise(seed: int, bias: float) -> None:
    """Where both orders that are always formed are lucky, others say how far off an honest one is.

    All products are positive, or the bias is large: the sum's own size decides the error.
    """
    x = (bell(seed, "x", (1, 700)) * (bias > 0) + uniform(seed, "more", (1, 700), 0, 1)).astype(F)
    w = np.abs(bell(seed, "w", (1, 700))).astype(F)
    question = ask(find_chain("linear"), (x, w, np.array([bias], F)), {})
    assert rejected(question) == []


def test_a_device_that_flushes_subnormal_numbers_is_not_imprecise() -> None:
    """Each product is normal or lost; the judge's own sums lose nothing."""
    x = (bell(4, "x", (3, 50)) * 2.0**-65).astype(F)
    w = (bell(4, "w", (5, 50)) * 2.0**-62).astype(F)
    question = ask(find_chain("linear"), (x, w, None), {})
    products = x[:, np.newaxis] * w
    kept = np.where(np.abs(products) < 2.0**-126, F(0), products)
    got = kept.sum(axis=-1, dtype=F)
    assert compare(got, question.answer(FULL), F).verdict == "pass"
    assert ratio(question, got) <= FACTOR


def test_lanes_of_a_sum_that_cancels_in_turn_are_not_imprecise() -> None:
    """Each large product is followed by its opposite: in turn they vanish, in lanes they do not."""
    x = np.repeat(uniform(1, "x", (4, 800), 1, 2), 2, axis=1).astype(F)
    w = np.tile([1.0, -1.0], (5, 800)).astype(F) * (1 + 1e-3 * bell(1, "w", (5, 1600))).astype(F)
    assert rejected(ask(find_chain("linear"), (x, w, None), {})) == []


def test_filters_of_their_own_at_every_site_are_not_imprecise() -> None:
    x = np.abs(bell(2, "x", (2, 40, 7, 7))).astype(F)
    w = bell(2, "w", (3, 1, 1, 40, 3, 3, 3, 3)).astype(F)
    assert rejected(ask(find_chain("local2d"), (x, w), {"stride": 2})) == []


@pytest.mark.parametrize("bias", [3.0, 3000.0])
def test_a_chain_that_starts_at_its_bias_is_not_imprecise(bias: float) -> None:
    x = np.abs(bell(3, "x", (1, 64, 9, 8))).astype(F)
    w, b = bell(3, "w", (6, 64, 3, 3)).astype(F), (bias * bell(3, "b", (6,))).astype(F)
    question = ask(
        find_chain("conv2d+max_pool2d+elu"), (x, w, b), {"max_pool2d": {"kernel_size": 2}}
    )
    assert rejected(question) == []
