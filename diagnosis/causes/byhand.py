"""Wrong conventions that neither axes nor attributes say: groups, biases, joined arrays."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Link, Recompute, Row
from .formulas import KEPT, keep
from .wrongly import again, computed, moved, then, with_operand

Inputs = list[Enclosure]


def input_channels(pick: Callable[[int, int, int, int], Array]) -> Recompute:
    """pick(m, filters, channels, groups) → the channels that filter m reads; groups > 1."""

    def recompute(link: Link) -> Enclosure | None:
        x, w, b = link.operands
        assert x is not None
        assert w is not None
        groups = link.attributes["groups"]
        m, c = w.value.shape[0], x.value.shape[1]
        if groups == 1:
            return None
        full = np.zeros((m, c, *w.value.shape[2:]))
        for k in range(m):
            full[k, pick(k, m, c, groups)] = w.value[k]
        return again(link, x, Enclosure(full), b, groups=1)

    return recompute


def first_group(place: int) -> Recompute:
    """The first group's weights (1) or biases (2) in every group."""

    def change(values: Array, groups: int, **_: object) -> Array | None:
        own = values[: len(values) // groups]
        return np.concatenate([own] * groups) if groups > 1 else None

    return with_operand(place, change)


FIRST = "start at channel m / (M/groups) · C/groups"
GROUPS: tuple[Row, ...] = (
    (
        "groups ignored",
        "every filter reading the first group's channels",
        FIRST,
        input_channels(lambda m, _, c, groups: np.arange(c // groups)),
    ),
    (
        "groups interleaved",
        "input channels dealt out to the groups in turn",
        FIRST,
        input_channels(lambda m, of, c, groups: m * groups // of + np.arange(0, c, groups)),
    ),
    (
        "filters dealt out to groups in turn",
        "filter m in group m % groups",
        FIRST,
        input_channels(lambda m, _, c, groups: m % groups * (c // groups) + np.arange(c // groups)),
    ),
    (
        "first group's bias for all",
        "bias[m % (M/groups)]: the first group's bias in every group",
        "count filters over all groups: bias[m]",
        first_group(2),
    ),
    (
        "first group's filters for all",
        "the first group's filters in every group",
        "count filters over all groups: weight[m]",
        first_group(1),
    ),
)


def times(count: Callable[[Array], int]) -> Recompute:
    """The layer with count(weight) times the bias, its last operand."""

    def recompute(link: Link) -> Enclosure | None:
        *others, weight, bias = link.operands
        if bias is None or weight is None:
            return None
        return again(link, *others, weight, Enclosure(bias.value * count(weight.value)))

    return recompute


ONCE = "start the sum at the bias, once"
BIAS: tuple[Row, ...] = (
    ("bias left out", "sums without the bias", "add bias[m]", times(lambda w: 0)),
    ("bias twice", "a bias added twice", ONCE, times(lambda w: 2)),
    ("bias subtracted", "a bias subtracted", "add bias[m]", times(lambda w: -1)),
    ("bias for every channel", "a bias for every channel", ONCE, times(lambda w: w.shape[1])),
    ("bias for every product", "a bias for every product", ONCE, times(lambda w: w[0].size)),
)
RECTIFIED: Row = (
    "ReLU applied",
    "a ReLU applied to the result",
    "leave negative results as they are",
    then(lambda y: np.maximum(y, 0.0)),
)


def bias_after(link: Link) -> Enclosure | None:
    """The bias added to the chain's result in place of the sums of products."""
    named = [[operand.name for operand in one.layer.operands] for one in link.before]
    k = next((k for k, operands in enumerate(named) if operands[2:] == ["bias"]), None)
    if k is None or link.layer.dtype != np.float32 or link.layer.name == "softmax":
        return None
    sums, bias = link.before[k], link.before[k].operands[2]
    if bias is None:
        return None
    last = computed(sums, (*sums.operands[:2], None))
    for one in (*link.before[k + 1 :], link):
        last = computed(one, (last, *one.operands[1:]))
    offset = bias.value.reshape(-1, *(1,) * (len(link.shape) - 2))
    value = last.value + offset
    rounding = 2 * link.profile.u * (np.abs(value) + np.abs(offset))
    return Enclosure(value, last.radius + rounding)


def sign_reversed(link: Link) -> Enclosure | None:
    number = link.layer.dtype == np.float32
    return Enclosure(-link.right.value, link.right.bound) if number else None


def everywhere(value: float) -> Recompute:
    """One number, where the right result holds numbers."""

    def recompute(link: Link) -> Enclosure | None:
        number = link.layer.dtype == np.float32
        return Enclosure(np.full(link.right.value.shape, value)) if number else None

    return recompute


def started(value: float) -> Recompute:
    """The right sums and a number."""

    def recompute(link: Link) -> Enclosure:
        found = link.right.value + value
        rounding = 0.0 if abs(value) > 1 else 2 * link.profile.u * np.abs(found)
        return Enclosure(found, link.right.radius + rounding)

    return recompute


RESULTS: tuple[Row, ...] = (
    ("bias after the activation", "a bias added to the result", ONCE, bias_after),
    ("sign reversed", "results of the other sign", "leave the sign as it is", sign_reversed),
    ("-infinity", "-infinity everywhere", "start sums at 0", everywhere(-np.inf)),
)


def rounded(name: str) -> Recompute:
    """The right result at that precision; near the middle of two numbers either."""

    def recompute(link: Link) -> Enclosure | None:
        if link.layer.dtype != np.float32:
            return None
        right = link.right
        low, value, high = (keep(name, right.value + s * right.radius) for s in (-1, 0, 1))
        return Enclosure(value, None, np.stack([low, high]))

    return recompute


def narrowed(name: str) -> Recompute:
    """The layer on operands of that precision."""

    def recompute(link: Link) -> Enclosure | None:
        if link.layer.dtype != np.float32 or not any(
            o is not None and o.exact for o in link.operands
        ):
            return None
        kept = (
            Enclosure(keep(name, o.value)) if o is not None and o.exact else o
            for o in link.operands
        )
        return again(link, *kept)

    return recompute


FLOAT32 = "keep numbers in float32"
ROUNDED: tuple[Row, ...] = tuple(
    (f"results in {name}", f"results rounded to {name}", FLOAT32, rounded(name)) for name in KEPT
)
NARROWED: tuple[Row, ...] = tuple(
    (f"operands in {name}", f"operands rounded to {name}", FLOAT32, narrowed(name)) for name in KEPT
)
STARTS: tuple[Row, ...] = tuple(
    (f"sum starts at {word}", f"sums that start at {word}", "start the sum at 0", started(value))
    for word, value in (("1", 1.0), ("-FLT_MAX", -float(np.finfo(np.float32).max)))
)
# They come first of what explains the same: where nothing is summed, how is not to be seen.
ZEROS: Row = ("zeros", "zeros everywhere", "write the result", everywhere(0.0))
NOTHING: Row = (
    "nothing summed",
    "sums of no products",
    "add every product to the sum",
    with_operand(1, lambda weight, **_: np.zeros_like(weight)),
)


def over_the_rest(link: Link) -> Enclosure | None:
    """Rows that go on through all axes behind dim, as in ONNX before operator set 13."""
    first, dim = link.operands[0], link.attributes["dim"]
    if first is None or dim >= first.value.ndim - 1:
        return None
    size = int(np.prod(first.value.shape[dim:]))
    flat = moved(first, lambda values: values.reshape(-1, size))
    return moved(again(link, flat, dim=1), lambda values: values.reshape(link.shape))


FLATTENED: tuple[Row, ...] = (
    (
        "over dim and the axes behind it",
        "rows over dim and all axes behind it, as ONNX's Softmax before operator set 13",
        "sum along dim alone",
        over_the_rest,
    ),
)


def joined(change: Callable[[Inputs], Inputs]) -> Recompute:
    """Other arrays, one after another."""

    def recompute(link: Link) -> Enclosure | None:
        inputs = [one for one in link.operands if one is not None]
        return again(link, *change(inputs)) if len(inputs) > 1 else None

    return recompute


def assembled(build: Callable[[list[Array], Link], Array | None]) -> Recompute:
    """The values of all inputs put together otherwise, and their bounds."""

    def recompute(link: Link) -> Enclosure | None:
        inputs = [one for one in link.operands if one is not None]
        if len(inputs) < 2:
            return None
        value, radius = (
            build([np.asarray(getattr(one, part)) for one in inputs], link)
            for part in ("value", "radius")
        )
        return None if value is None else Enclosure(value, radius)

    return recompute


def in_memory(arrays: list[Array], link: Link) -> Array:
    return np.concatenate([one.ravel() for one in arrays]).reshape(link.shape)


def interleaved(arrays: list[Array], link: Link) -> Array | None:
    if len({one.shape for one in arrays}) > 1:
        return None
    return np.stack(arrays, axis=link.attributes["dim"] + 1).reshape(link.shape)


def repeated(place: int) -> Recompute:
    """One input's slices in all places, over and over."""

    def build(arrays: list[Array], link: Link) -> Array:
        one, dim = arrays[place], link.attributes["dim"]
        return one.take(np.arange(link.shape[dim]) % one.shape[dim], axis=dim)

    return assembled(build)


def exchanged(inputs: Inputs) -> Inputs:
    return [inputs[1], inputs[0], *inputs[2:]]


JOIN = "copy the inputs one after another along dim"
JOINED: tuple[Row, ...] = (
    ("order reversed", "the inputs in reverse order", JOIN, joined(lambda inputs: inputs[::-1])),
    ("whole arrays", "whole arrays one after another in memory", JOIN, assembled(in_memory)),
    ("interleaved", "slices of the inputs in turn", JOIN, assembled(interleaved)),
    ("first two exchanged", "the first two inputs exchanged", JOIN, joined(exchanged)),
    ("first input repeated", "the first input in place of the others", JOIN, repeated(0)),
    ("last input repeated", "the last input in place of the others", JOIN, repeated(-1)),
)
