"""Cases by layer, kind of data and seed: the same numbers always, at any volume."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from clgold.reference.generator import bell, integers

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
    """Half of them 3×3 with unit steps, as Winograd has it."""
    regular = draw.count("regular", 0, 1) == 1
    groups = 1 if regular else draw.count("groups", 1, 2)
    depth, filters = draw.count("depth", 1, 5), groups * draw.count("filters", 1, 3)
    kernel = (3, 3) if regular else draw.pair("kernel", 1, 4)
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


def rows(draw: Draw, kind: Fill) -> Drawn:
    n = draw.pick("length", (1, 2, 3, 10, 33, 100))
    return (draw.fill(kind, "input", (draw.volume // n + 1, n)),), {"dim": 1}


def scale_shift(draw: Draw, kind: Fill) -> Drawn:
    units = draw.volume // 4 + 1
    shapes = {"input": (4, units), "scale": (1,), "shift": (1, units)}
    return tuple(draw.fill(kind, name, shape) for name, shape in shapes.items()), {}


def add(draw: Draw, kind: Fill) -> Drawn:
    return tuple(draw.fill(kind, name, (draw.volume,)) for name in ("a", "b")), {}


def concat(draw: Draw, kind: Fill) -> Drawn:
    half = draw.volume // 4 + 1
    return tuple(draw.fill(kind, name, (2, half)) for name in ("a", "b")), {"dim": 1}


def reshape(draw: Draw, kind: Fill) -> Drawn:
    half = draw.volume // 2 + 1
    return (draw.fill(kind, "input", (half, 2)),), {"shape": (2, half)}


def permute(draw: Draw, kind: Fill) -> Drawn:
    half = draw.volume // 2 + 1
    return (draw.fill(kind, "input", (half, 2)),), {"dims": (1, 0)}


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
    "softmax": rows,
    "log_softmax": rows,
    "argmax": rows,
    "scale_shift": scale_shift,
    "concat": concat,
    "flatten": element_wise,
    "reshape": reshape,
    "permute": permute,
    "add": add,
}
FAMILIES: dict[str, Mapping[str, Fill]] = {
    "elu": data.ARGUMENTS,
    "tanh": data.ARGUMENTS,
    "sigmoid": data.ARGUMENTS,
    "grid_sample": data.GRIDS,
    "softmax": data.LOGITS,
    "log_softmax": data.LOGITS,
    "argmax": data.LOGITS,
}
KINDS: dict[str, Mapping[str, Fill]] = {
    layer: FAMILIES.get(layer, data.GENERAL) for layer in DRAWERS
}


def draw_case(layer: str, kind: str, seed: int, volume: int) -> Case:
    """The case of that kind and seed, with an output of about `volume` elements."""
    operands, attributes = DRAWERS[layer](Draw(seed, volume), KINDS[layer][kind])
    return Case(layer, operands, attributes)
