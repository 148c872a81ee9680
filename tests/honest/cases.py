"""Cases by layer, kind of data and seed: the same numbers always, at any volume."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from clgold.reference import LAYERS, find_layer
from clgold.reference.generator import bell, integers, kept
from clgold.reference.gradient import setting

from . import data
from .arithmetic import Array
from .data import Fill, Shape

T = TypeVar("T")
Drawn = tuple[tuple[Array | None, ...], dict[str, Any]]
BOTH = (False, True)


@dataclass(frozen=True)
class Case:
    """A layer's float32 operands and complete attributes."""

    layer: str
    operands: tuple[Array | None, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Draw:
    """The source of a case's numbers; `volume` is about how many elements its output has."""

    seed: int
    volume: int

    def count(self, name: str, low: int, high: int) -> int:
        return int(integers(self.seed, f"shape {name}", (), low, high))

    def pick(self, name: str, options: Sequence[T]) -> T:
        return options[self.count(name, 0, len(options) - 1)]

    def pair(self, name: str, low: int, high: int) -> tuple[int, int]:
        return self.count(f"{name} down", low, high), self.count(f"{name} across", low, high)

    def fill(self, kind: Fill, name: str, shape: Shape) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(kind(self.seed, name, shape)).astype(np.float32)

    def maybe(self, kind: Fill, name: str, shape: Shape) -> Array | None:
        return self.fill(kind, name, shape) if self.count(f"{name} there", 0, 1) else None


def extent(draw: Draw, volume: float, least: int) -> tuple[int, int]:
    """Height and width of about `volume` pixels, unequal."""
    side = max(least, int(np.sqrt(volume)))
    return side, side + 3


def conv2d(draw: Draw, kind: Fill) -> Drawn:
    """Half of them square with unit steps, as Winograd has it."""
    regular = draw.count("regular", 0, 1) == 1
    groups = 1 if regular else draw.count("groups", 1, 2)
    depth, filters = draw.count("depth", 1, 5), groups * draw.count("filters", 1, 3)
    side = draw.pick("side", (3, 3, 2, 5))
    kernel = (side, side) if regular else draw.pair("kernel", 1, 4)
    step, spread = (
        ((1, 1), (1, 1)) if regular else (draw.pair("step", 1, 2), draw.pair("gap", 1, 2))
    )
    sizes = extent(draw, draw.volume / filters * step[0] * step[1], 8)
    operands = (
        draw.fill(kind, "input", (1, groups * depth, *sizes)),
        draw.fill(kind, "weight", (filters, depth, *kernel)),
        draw.maybe(kind, "bias", (filters,)),
    )
    around = (draw.pair("above", 0, 1), draw.pair("left", 0, 1))
    return operands, {"stride": step, "padding": around, "dilation": spread, "groups": groups}


def local2d(draw: Draw, kind: Fill) -> Drawn:
    tile, kernel, c, m = draw.pair("tile", 1, 2), draw.pair("kernel", 1, 3), 3, 2
    step = draw.pair("step", 1, 2)
    sites = extent(draw, draw.volume / (m * tile[0] * tile[1]), 2)
    sizes = tuple((s - 1) * t + k for s, t, k in zip(sites, step, kernel, strict=True))
    image = draw.fill(kind, "input", (1, c, *sizes))
    return (image, draw.fill(kind, "weight", (m, *tile, c, *kernel, *sites))), {"stride": step}


def linear(draw: Draw, kind: Fill) -> Drawn:
    """Up to 200 products an output."""
    features = draw.pick("features", (1, 2, 3, 7, 16, 33, 64, 200))
    n, outputs = extent(draw, draw.volume, 2)
    operands = (
        draw.fill(kind, "input", (n, features)),
        draw.fill(kind, "weight", (outputs, features)),
        draw.maybe(kind, "bias", (outputs,)),
    )
    return operands, {}


def pool(draw: Draw, kind: Fill) -> tuple[tuple[Array], dict[str, Any]]:
    kernel, step = draw.pair("kernel", 1, 4), draw.pair("step", 1, 3)
    sizes = extent(draw, draw.volume / 2 * step[0] * step[1], 9)
    attributes = {"kernel_size": kernel, "stride": step, "ceil_mode": draw.pick("ceil", BOTH)}
    return (draw.fill(kind, "input", (1, 2, *sizes)),), attributes


def padding(draw: Draw, kernel: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """At most half a window."""
    height, width = (taps // 2 for taps in kernel)
    above_below = draw.count("above", 0, height), draw.count("below", 0, height)
    return above_below, (draw.count("left", 0, width), draw.count("right", 0, width))


def max_pool2d(draw: Draw, kind: Fill) -> Drawn:
    operands, attributes = pool(draw, kind)
    around = padding(draw, attributes["kernel_size"])
    return operands, {**attributes, "padding": around, "dilation": (1, 1)}


def avg_pool2d(draw: Draw, kind: Fill) -> Drawn:
    operands, attributes = pool(draw, kind)
    around = padding(draw, attributes["kernel_size"])
    return operands, {
        **attributes,
        "padding": around,
        "count_include_pad": draw.pick("counted", BOTH),
    }


def lp_pool2d(draw: Draw, kind: Fill) -> Drawn:
    """Odd and fractional powers take positive numbers."""
    (image,), attributes = pool(draw, kind)
    power = draw.pick("power", (1.0, 2.0, 2.0, 3.0, 2.1, 1.5))
    image = image if power in (1, 2) else np.abs(image)
    return (image,), {**attributes, "norm_type": power}


def element_wise(draw: Draw, kind: Fill) -> Drawn:
    return (draw.fill(kind, "input", (3, draw.volume // 3 + 1)),), {}


def elu(draw: Draw, kind: Fill) -> Drawn:
    operands, _ = element_wise(draw, kind)
    return operands, {"alpha": draw.pick("alpha", (1.0, 0.5, 1.6732632, -0.25, 3.0))}


def batch_norm(draw: Draw, kind: Fill) -> Drawn:
    """Variances from 2⁻⁸ to 2⁸."""
    c, size = draw.count("channels", 1, 5), extent(draw, draw.volume / 5, 2)
    variance = np.abs(bell(draw.seed, "var", (c,))) + 2.0**-8
    operands = (
        draw.fill(kind, "input", (1, c, *size)),
        draw.fill(kind, "running_mean", (c,)),
        variance.astype(np.float32),
        draw.maybe(bell, "weight", (c,)),
        draw.maybe(kind, "bias", (c,)),
    )
    return operands, {"eps": draw.pick("eps", (1e-5, 1e-3, 0.1, 0.0))}


def local_response_norm(draw: Draw, kind: Fill) -> Drawn:
    c, size = draw.count("channels", 1, 9), extent(draw, draw.volume / 9, 2)
    attributes = {
        "size": draw.count("size", 1, 5),
        "alpha": draw.pick("alpha", (1e-4, 1.0, 0.3)),
        "beta": draw.pick("beta", (0.75, 0.75, 0.5, 1.0)),
        "k": draw.pick("k", (1.0, 2.0, 0.1)),
    }
    return (draw.fill(kind, "input", (1, c, *size)),), attributes


def affine_grid(draw: Draw, kind: Fill) -> Drawn:
    h, w = extent(draw, draw.volume / 4, 1)
    size = (2, 1, h, w + draw.count("more", 0, 9))
    theta = draw.fill(kind, "theta", (2, 2, 3))
    return (theta,), {"size": size, "align_corners": draw.pick("aligned", BOTH)}


def grid_sample(draw: Draw, kind: Fill) -> Drawn:
    """The kind is the grid's; the image is of any kind."""
    texture = draw.pick("texture", tuple(data.GENERAL.values()))
    sizes = draw.pick("sizes", ((1, 1), (2, 3), (5, 7), (16, 9), (13, 224), (61, 1)))
    points = extent(draw, draw.volume / 2, 2)
    attributes = {
        "mode": draw.pick("mode", ("bilinear", "bilinear", "nearest")),
        "padding_mode": draw.pick("around", ("zeros", "border", "reflection")),
        "align_corners": draw.pick("aligned", BOTH),
    }
    if attributes["mode"] == "nearest":
        texture = bell
    operands = draw.fill(texture, "input", (1, 2, *sizes)), draw.fill(kind, "grid", (1, *points, 2))
    return operands, attributes


def sampler_gradient(name: str, draw: Draw, kind: Fill) -> Drawn:
    """The kind is the grid's; the image and the gradient are of any kind, one to three channels."""
    (image, grid), attributes = grid_sample(draw, kind)
    assert image is not None
    assert grid is not None
    channels = draw.count("channels", 1, 3)
    texture = draw.pick("texture", tuple(data.GENERAL.values()))
    known = {
        "grid": grid,
        "grad": draw.fill(texture, "grad", (1, channels, *grid.shape[1:3])),
        "input": draw.fill(texture, "input", (1, channels, *image.shape[2:])),
    }
    if name == "input":
        attributes = {"input_size": known["input"].shape, **attributes}
    record = find_layer(f"grid_sample_{name}_grad")
    return tuple(known[one.name] for one in record.operands), attributes


def rows(draw: Draw, kind: Fill) -> Drawn:
    n = draw.pick("length", (1, 2, 3, 10, 33, 100))
    return (draw.fill(kind, "input", (draw.volume // n + 1, n)),), {"dim": 1}


def pool_gradient(layer: str, draw: Draw, kind: Fill) -> Drawn:
    """The shapes and attributes that the pool's own case has."""
    operands, given = DRAWERS[layer](draw, kind)
    record = find_layer(f"{layer}_grad")
    shapes, attributes = setting(record, tuple(o.shape for o in operands if o is not None), given)
    named = zip(record.names(len(shapes)), shapes, strict=True)
    return tuple(draw.fill(kind, name, shape or ()) for name, shape in named), attributes


def lp_pool2d_grad(draw: Draw, kind: Fill) -> Drawn:
    """The result is that of the image, or none of its own."""
    (image,), attributes = lp_pool2d(draw, kind)
    assert image is not None
    result = find_layer("lp_pool2d").formula(image.astype(np.float64), **attributes)
    single = np.abs(result).astype(np.float32)
    return (draw.fill(kind, "grad", single.shape), image, single), attributes


def indexed(draw: Draw, kind: Fill) -> Drawn:
    """Four windows of each pixel and more: sums, not copies."""
    shape = (2, 3, *draw.pair("windows", 1, 4))
    grad = draw.fill(kind, "grad", shape)
    places = integers(draw.seed, "indices", shape, 0, 5).astype(np.float32)
    return (grad, places), {"input_size": (2, 3, 2, 3)}


def channel_gradient(name: str, draw: Draw, kind: Fill) -> Drawn:
    """The gradient in one operand of batch_norm, of few values a channel."""
    if name != "input":
        draw = replace(draw, volume=draw.volume // 4 if draw.count("many", 0, 1) else 12)
    operands, given = batch_norm(draw, kind)
    known = dict(zip(find_layer("batch_norm").names(5), operands, strict=True))
    assert operands[0] is not None
    known["grad"] = draw.fill(kind, "grad", operands[0].shape)
    record = find_layer(f"batch_norm_{name}_grad")
    attributes = {key: value for key, value in given.items() if key in record.attributes}
    return tuple(known[one.name] for one in record.operands), attributes


def batch(layer: str, draw: Draw, kind: Fill) -> Drawn:
    """Channels of 1 to 100 values."""
    n, c = draw.pick("images", (1, 2, 3, 7, 16)), max(1, draw.volume // 60)
    places = draw.pick("places", ((), (1, 1), (1, 2), (3, 2), (5, 7)))
    record, unbiased = find_layer(layer), n * int(np.prod(places)) > 1
    operands = [
        draw.fill(kind if one.name == "input" else bell, one.name, (n, c, *places))
        if len(one.layouts) > 1
        else draw.maybe(data.positive if one.values == "positive" else bell, one.name, (c,))
        for one in record.operands
    ]
    given = {
        "eps": draw.pick("eps", (1e-5, 1e-3, 0.1, 1e-12)),
        "momentum": draw.pick("momentum", (0.1, 0.9, 1.0, 0.01)),
        "unbiased": unbiased and draw.pick("unbiased", BOTH),
    }
    return tuple(operands), {key: given[key] for key in record.attributes}


def local_response_norm_grad(draw: Draw, kind: Fill) -> Drawn:
    (image,), attributes = local_response_norm(draw, kind)
    assert image is not None
    return (draw.fill(bell, "grad", image.shape), image), attributes


def affine_grid_grad(draw: Draw, kind: Fill) -> Drawn:
    """Few points: the bound of many is far from what any order costs."""
    h, w = draw.pair("points", 1, 5)
    attributes = {"size": (3, 1, h, w), "align_corners": draw.pick("aligned", BOTH), "flat": False}
    return (draw.fill(kind, "grad", (3, h, w, 2)),), attributes


def row_gradient(draw: Draw, kind: Fill) -> Drawn:
    """The kind is that of what softmax gave, or its logarithm; the gradient is of any kind."""
    (result,), attributes = rows(draw, kind)
    texture = draw.pick("texture", tuple(data.GENERAL.values()))
    return (draw.fill(texture, "grad", result.shape), result), attributes


def labels(draw: Draw, shape: Shape) -> Array:
    """1 at each image's class, or shares of three classes."""
    places = (integers(draw.seed, f"label {k}", shape[:1], 0, shape[1] - 1) for k in range(3))
    one, other, third = (np.eye(shape[1])[place] for place in places)
    shared = draw.pick("shared", BOTH)
    return (one / 2 + other / 4 + third / 4 if shared else one).astype(np.float32)


def cross_entropy(draw: Draw, kind: Fill) -> Drawn:
    (logits,), _ = rows(draw, kind)
    attributes = {"reduction": draw.pick("reduction", ("mean", "sum", "none"))}
    return (logits, labels(draw, logits.shape)), attributes


def cross_entropy_grad(draw: Draw, kind: Fill) -> Drawn:
    operands, _ = cross_entropy(draw, kind)
    attributes = {"reduction": draw.pick("reduction", ("mean", "sum"))}
    return (draw.fill(bell, "grad", ()), *operands), attributes


def scale_shift(draw: Draw, kind: Fill) -> Drawn:
    units = draw.volume // 4 + 1
    shapes = {"input": (4, units), "scale": (1,), "shift": (1, units)}
    return tuple(draw.fill(kind, name, shape) for name, shape in shapes.items()), {}


def scale_shift_scale_grad(draw: Draw, kind: Fill) -> Drawn:
    """Few terms: the bound of many is far from what any order costs."""
    shape = draw.pair("terms", 1, 4)
    return (draw.fill(kind, "grad", shape), draw.fill(kind, "input", shape)), {}


def conv2d_bias_grad(draw: Draw, kind: Fill) -> Drawn:
    return (draw.fill(kind, "grad", (*draw.pair("images", 1, 2), *draw.pair("places", 1, 2))),), {}


def dropout(draw: Draw, kind: Fill) -> Drawn:
    share = draw.pick("share", (0.5, 0.1, 0.3, 0.75, 0.0, 0.999))
    mask = kept(draw.seed, "mask", (draw.volume,), share)
    return (draw.fill(kind, "input", (draw.volume,)), mask), {"p": share}


def concat(draw: Draw, kind: Fill) -> Drawn:
    half = draw.volume // 4 + 1
    return tuple(draw.fill(kind, name, (2, half)) for name in ("a", "b")), {"dim": 1}


def reshape(draw: Draw, kind: Fill) -> Drawn:
    half = draw.volume // 2 + 1
    return (draw.fill(kind, "input", (half, 2)),), {"shape": (2, half)}


def permute(draw: Draw, kind: Fill) -> Drawn:
    half = draw.volume // 2 + 1
    return (draw.fill(kind, "input", (half, 2)),), {"dims": (1, 0)}


def declared(layer: str, draw: Draw, kind: Fill) -> Drawn:
    """A layer as its record has it: operands of any shape as large as is asked, of others those of
    an example.
    """
    record = find_layer(layer)
    shapes, given = draw.pick("example", record.examples)
    if all(operand.axes == "..." for operand in record.operands):
        shapes = ((draw.volume,),) * len(shapes)
    operands = zip(record.names(len(shapes)), shapes, strict=True)
    filled = tuple(None if s is None else draw.fill(kind, name, s) for name, s in operands)
    return filled, record.resolve(shapes, given)[0]


BATCHES = [
    *("batch_norm_train", "batch_norm_running_mean", "batch_norm_running_var"),
    *("batch_norm_train_weight_grad", "batch_norm_train_input_grad"),
]
Drawer = Callable[[Draw, Fill], Drawn]
DRAWERS: dict[str, Drawer] = {
    "conv2d": conv2d,
    "local2d": local2d,
    "linear": linear,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "lp_pool2d": lp_pool2d,
    "relu": element_wise,
    "elu": elu,
    "tanh": element_wise,
    "sigmoid": element_wise,
    "batch_norm": batch_norm,
    "local_response_norm": local_response_norm,
    "affine_grid": affine_grid,
    "grid_sample": grid_sample,
    "grid_sample_input_grad": partial(sampler_gradient, "input"),
    "grid_sample_grid_grad": partial(sampler_gradient, "grid"),
    "softmax": rows,
    "log_softmax": rows,
    "argmax": rows,
    "avg_pool2d_grad": partial(pool_gradient, "avg_pool2d"),
    "max_pool2d_grad": partial(pool_gradient, "max_pool2d"),
    "lp_pool2d_grad": lp_pool2d_grad,
    "max_pool2d_grad_from_indices": indexed,
    "batch_norm_input_grad": partial(channel_gradient, "input"),
    "batch_norm_weight_grad": partial(channel_gradient, "weight"),
    "batch_norm_bias_grad": partial(channel_gradient, "bias"),
    **{layer: partial(batch, layer) for layer in BATCHES},
    "local_response_norm_grad": local_response_norm_grad,
    "affine_grid_grad": affine_grid_grad,
    "softmax_grad": row_gradient,
    "log_softmax_grad": row_gradient,
    "cross_entropy": cross_entropy,
    "cross_entropy_grad": cross_entropy_grad,
    "scale_shift": scale_shift,
    "scale_shift_scale_grad": scale_shift_scale_grad,
    "conv2d_bias_grad": conv2d_bias_grad,
    "dropout": dropout,
    "dropout_grad": dropout,
    "concat": concat,
    "flatten": element_wise,
    "reshape": reshape,
    "permute": permute,
}
FAMILIES: dict[str, Mapping[str, Fill]] = {
    **dict.fromkeys(BATCHES, data.BATCHES),
    "elu": data.ARGUMENTS,
    "tanh": data.ARGUMENTS,
    "sigmoid": data.ARGUMENTS,
    "grid_sample": data.GRIDS,
    "grid_sample_input_grad": data.GRIDS,
    "grid_sample_grid_grad": data.GRIDS,
    "softmax": data.LOGITS,
    "log_softmax": data.LOGITS,
    "argmax": data.LOGITS,
    "softmax_grad": data.PROBABILITIES,
    "log_softmax_grad": data.LOGARITHMS,
    "cross_entropy": data.LOGITS,
    "cross_entropy_grad": data.LOGITS,
}
KINDS: dict[str, Mapping[str, Fill]] = {
    layer.name: FAMILIES.get(layer.name, data.GENERAL) for layer in LAYERS
}


def draw_case(layer: str, kind: str, seed: int, volume: int) -> Case:
    """The case of that kind and seed, with an output of about `volume` elements."""
    drawer = DRAWERS.get(layer, partial(declared, layer))
    operands, attributes = drawer(Draw(seed, volume), KINDS[layer][kind])
    return Case(layer, operands, attributes)
