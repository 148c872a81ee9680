"""Hypothesis strategies for cases: layer, shapes and attributes are drawn, and a seed.

The data come from clgold's own generator by that seed, so that one printed line is the case.
Shapes are small and awkward: H ≠ W, primes, single rows, unequal padding, strides with a
remainder, windows that overhang.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NoReturn

import numpy as np
from clgold.reference import find_layer
from clgold.reference.generator import bell, integers, uniform
from hypothesis import strategies as st

Array = np.ndarray
Shape = tuple[int, ...]
Shapes = tuple[Shape | None, ...]
Drawn = tuple[Shapes, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A layer, what its operands hold ("integers" or "reals"), their shapes, and the attributes.

    The repr is one line of Python that makes the case again.
    """

    layer: str
    data: str
    shapes: Shapes
    attributes: dict[str, Any]
    seed: int

    @property
    def operands(self) -> tuple[Any, ...]:
        """The float32 arrays in the layer's order, None for those absent."""
        names = find_layer(self.layer).operands
        return tuple(
            None if shape is None else fill(self.data, name, self.seed, shape)
            for name, shape in zip(names, self.shapes, strict=True)
        )

    def call(self, function: Callable[..., Any], *before: Any) -> Any:
        """function(*before, *operands, **attributes)"""
        return function(*before, *self.operands, **self.attributes)


def fill(data: str, operand: str, seed: int, shape: Shape) -> Array:
    """float32 data such as the operand may have; "integers" are small, or dyadic fractions."""
    if data == "integers":
        values = fill_exact(operand, seed, shape)
    elif operand == "grid":
        values = uniform(seed, operand, shape, -2.5, 2.5)
    elif operand == "running_var":
        values = uniform(seed, operand, shape, 0.01, 4.0)
    else:
        values = bell(seed, operand, shape)
    return values.astype(np.float32)


def fill_exact(operand: str, seed: int, shape: Shape) -> Array:
    """Integers within ±8; sixteenths within ±2.5 for coordinates; powers of 4 for variances."""
    if operand in ("grid", "theta"):
        return integers(seed, operand, shape, -40, 40) / 16
    if operand == "running_var":
        return 4.0 ** integers(seed, operand, shape, -1, 2)
    return integers(seed, operand, shape, -8, 8)


@st.composite
def cases(draw: st.DrawFn, layer: str, data: str) -> Case:
    """Cases of one layer; data is "integers" or "reals"."""
    shapes, attributes = draw(DRAWS[layer]())
    return Case(layer, data, shapes, attributes, seed=draw(st.integers(0, 9999)))


def seldom_equal(
    axis: st.SearchStrategy[Any], size: Callable[[Any], int] = int
) -> st.SearchStrategy[tuple[Any, Any]]:
    """The vertical and the horizontal; Hypothesis by itself likes to draw the same one twice."""
    pairs = st.tuples(axis, axis)
    unequal = pairs.filter(lambda pair: size(pair[0]) != size(pair[1]))
    return st.one_of(unequal, unequal, unequal, pairs)


def extents() -> st.SearchStrategy[tuple[int, int]]:
    """Height and width."""
    return seldom_equal(st.integers(1, 9))


def batches() -> st.SearchStrategy[int]:
    return st.integers(1, 3)


def channels() -> st.SearchStrategy[int]:
    return st.integers(1, 6)


def maybe(shape: Shape) -> st.SearchStrategy[Shape | None]:
    """An optional operand's shape."""
    return st.sampled_from((shape, None))


def any_shape() -> st.SearchStrategy[Shape]:
    """One to four axes."""
    return st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)


@st.composite
def axis_windows(
    draw: st.DrawFn, pooling: bool, ceil_mode: bool = False
) -> tuple[int, int, int, tuple[int, int], int]:
    """Along one axis: size, taps, stride, padding (before, after) and dilation that fit."""
    taps, stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    dilation = draw(st.integers(1, 2 if pooling else 3))
    span = (taps - 1) * dilation + 1
    most = span // 2 if pooling else 2
    padding = draw(st.integers(0, most)), draw(st.integers(0, most))
    overhang = stride - 1 if ceil_mode else 0
    least = max(1, span - sum(padding) - overhang)
    return draw(st.integers(least, max(9, least))), taps, stride, padding, dilation


@st.composite
def windows(draw: st.DrawFn, pooling: bool, ceil_mode: bool = False) -> tuple[Any, ...]:
    """Sizes, taps, strides, paddings and dilations, each (vertical, horizontal)."""
    axis = axis_windows(pooling, ceil_mode)
    return tuple(zip(*draw(seldom_equal(axis, itemgetter(0))), strict=True))


@st.composite
def conv2d(draw: st.DrawFn) -> Drawn:
    """Input, filters and perhaps a bias; up to 3 groups of up to 6 channels in all."""
    groups = draw(st.integers(1, 3))
    depth, filters = draw(st.integers(1, 6 // groups)), groups * draw(st.integers(1, 2))
    sizes, taps, stride, padding, dilation = draw(windows(pooling=False))
    shapes = (
        (draw(batches()), groups * depth, *sizes),
        (filters, depth, *taps),
        draw(maybe((filters,))),
    )
    attributes = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return shapes, attributes


@st.composite
def max_pool2d(draw: st.DrawFn) -> Drawn:
    """With ceil_mode the image may be smaller than the window."""
    ceil_mode = draw(st.booleans())
    sizes, taps, stride, padding, dilation = draw(windows(pooling=True, ceil_mode=ceil_mode))
    attributes = {
        "kernel_size": taps,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": ceil_mode,
    }
    return ((draw(batches()), draw(channels()), *sizes),), attributes


@st.composite
def linear(draw: st.DrawFn) -> Drawn:
    features, outputs = draw(st.integers(1, 67)), draw(channels())
    return ((draw(batches()), features), (outputs, features), draw(maybe((outputs,)))), {}


@st.composite
def batch_norm(draw: st.DrawFn) -> Drawn:
    """After a linear layer or a convolution; with and without scale and shift."""
    c = draw(channels())
    image = draw(st.one_of(st.just(()), extents()))
    scale, shift = draw(maybe((c,))), draw(maybe((c,)))
    eps = draw(st.sampled_from((1e-5, 0.0, 1e-3, 0.25)))
    return ((draw(batches()), c, *image), (c,), (c,), scale, shift), {"eps": eps}


@st.composite
def affine_grid(draw: st.DrawFn) -> Drawn:
    n = draw(batches())
    theta = draw(st.sampled_from(((n, 2, 3), (n, 6))))
    size = (n, draw(channels()), *draw(extents()))
    return (theta,), {"size": size, "align_corners": draw(st.booleans())}


@st.composite
def grid_sample(draw: st.DrawFn) -> Drawn:
    n = draw(batches())
    points = draw(seldom_equal(st.integers(1, 5)))
    attributes = {
        "mode": draw(st.sampled_from(("bilinear", "nearest"))),
        "padding_mode": draw(st.sampled_from(("zeros", "border", "reflection"))),
        "align_corners": draw(st.booleans()),
    }
    return ((n, draw(st.integers(1, 3)), *draw(extents())), (n, *points, 2)), attributes


@st.composite
def along_an_axis(draw: st.DrawFn) -> Drawn:
    shape = draw(any_shape())
    return (shape,), {"dim": draw(st.integers(-len(shape), len(shape) - 1))}


def element_wise() -> st.SearchStrategy[Drawn]:
    return any_shape().map(lambda shape: ((shape,), {}))


@st.composite
def elu(draw: st.DrawFn) -> Drawn:
    return (draw(any_shape()),), {"alpha": draw(st.sampled_from((1.0, 0.5, 1.6732632, 0.0, -0.25)))}


DRAWS: dict[str, Callable[[], st.SearchStrategy[Drawn]]] = {
    "conv2d": conv2d,
    "linear": linear,
    "max_pool2d": max_pool2d,
    "relu": element_wise,
    "elu": elu,
    "batch_norm": batch_norm,
    "affine_grid": affine_grid,
    "grid_sample": grid_sample,
    "softmax": along_an_axis,
    "argmax": along_an_axis,
    "flatten": element_wise,
}


class Untouchable(np.ndarray):
    """An array that has a shape and a dtype, and that nothing may compute with."""

    def __array_ufunc__(self, *_: Any, **__: Any) -> NoReturn:
        raise AssertionError("arithmetic before the arguments were checked")

    __array_function__ = astype = __array_ufunc__


def untouchable(*shapes: Shape | None) -> tuple[Any, ...]:
    """float32 operands of these shapes for a call that must be refused unseen."""
    return tuple(None if s is None else np.empty(s, np.float32).view(Untouchable) for s in shapes)


@st.composite
def spoiled(draw: st.DrawFn, layer: str) -> tuple[Case, list[Any], str]:
    """A case, its operands with one that is no float32 array, and the sentence that is due."""
    case = draw(cases(layer, "integers"))
    place = draw(st.sampled_from([k for k, s in enumerate(case.shapes) if s is not None]))
    wrong = draw(st.sampled_from(("float16", "float64", "int32", "uint8", "bool", "list", "float")))
    shape, name = case.shapes[place], find_layer(layer).operands[place]
    operands: list[Any] = list(untouchable(*case.shapes))
    if wrong == "list":
        operands[place] = np.zeros(shape or ()).tolist()
    elif wrong == "float":
        operands[place] = 0.5
    else:
        operands[place] = np.empty(shape or (), wrong).view(Untouchable)
        return case, operands, f"{layer}: {name} has dtype {wrong}, expected float32"
    return case, operands, f"{layer}: {name} is a {wrong}, expected a float32 array"
