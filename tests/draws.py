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
from hypothesis import strategies as st

from clgold.reference import find_chain, find_layer
from clgold.reference.generator import bell, integers, uniform

Array = np.ndarray
Shape = tuple[int, ...]
Shapes = tuple[Shape | None, ...]
Drawn = tuple[Shapes, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A layer or a chain, what its operands hold ("integers" or "reals"), shapes and attributes.

    The repr is one line of Python that makes the case again.
    """

    layer: str
    data: str
    shapes: Shapes
    attributes: dict[str, Any]
    seed: int

    @property
    def names(self) -> tuple[str, ...]:
        """The operands' names, of a chain those left open."""
        chain = find_chain(self.layer)
        first, *others = chain.layers
        return chain.operands if others else first.names(len(self.shapes))

    @property
    def operands(self) -> tuple[Any, ...]:
        """The float32 arrays in the layer's order, None for those absent."""
        return tuple(
            None if shape is None else fill(self.data, name, self.seed, shape)
            for name, shape in zip(self.names, self.shapes, strict=True)
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


def no_padding(span: int) -> int:
    return 0


def up_to_two(span: int) -> int:
    """Padding of a convolution, on a window of any size."""
    return 2


def up_to_half(span: int) -> int:
    """Padding of a pooling window: none sees nothing but padding."""
    return span // 2


@st.composite
def axis_windows(
    draw: st.DrawFn, most_padding: Callable[[int], int], most_dilation: int, ceil_mode: bool
) -> tuple[int, int, int, tuple[int, int], int]:
    """Along one axis: size, taps, stride, padding (before, after) and dilation that fit."""
    taps, stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    dilation = draw(st.integers(1, most_dilation))
    span = (taps - 1) * dilation + 1
    sides = st.integers(0, most_padding(span))
    padding = draw(sides), draw(sides)
    overhang = stride - 1 if ceil_mode else 0
    least = max(1, span - sum(padding) - overhang)
    return draw(st.integers(least, max(9, least))), taps, stride, padding, dilation


@st.composite
def windows(
    draw: st.DrawFn,
    most_padding: Callable[[int], int],
    most_dilation: int = 1,
    ceil_mode: bool = False,
) -> tuple[Any, ...]:
    """Sizes, taps, strides, paddings and dilations, each (vertical, horizontal)."""
    axis = axis_windows(most_padding, most_dilation, ceil_mode)
    return tuple(zip(*draw(seldom_equal(axis, itemgetter(0))), strict=True))


@st.composite
def conv2d(draw: st.DrawFn) -> Drawn:
    """Input, filters and perhaps a bias; up to 3 groups of up to 6 channels in all."""
    groups = draw(st.integers(1, 3))
    depth, filters = draw(st.integers(1, 6 // groups)), groups * draw(st.integers(1, 2))
    sizes, taps, stride, padding, dilation = draw(windows(up_to_two, 3))
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
    sizes, taps, stride, padding, dilation = draw(windows(up_to_half, 2, ceil_mode))
    attributes = {
        "kernel_size": taps,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": ceil_mode,
    }
    return ((draw(batches()), draw(channels()), *sizes),), attributes


@st.composite
def avg_pool2d(draw: st.DrawFn) -> Drawn:
    ceil_mode = draw(st.booleans())
    sizes, taps, stride, padding, _ = draw(windows(up_to_half, ceil_mode=ceil_mode))
    attributes = {
        "kernel_size": taps,
        "stride": stride,
        "padding": padding,
        "ceil_mode": ceil_mode,
        "count_include_pad": draw(st.booleans()),
    }
    return ((draw(batches()), draw(channels()), *sizes),), attributes


@st.composite
def lp_pool2d(draw: st.DrawFn) -> Drawn:
    ceil_mode = draw(st.booleans())
    sizes, taps, stride, _, _ = draw(windows(no_padding, ceil_mode=ceil_mode))
    attributes = {
        "norm_type": draw(st.sampled_from((1.0, 2.0, 3.0, 4.0, 1.5))),
        "kernel_size": taps,
        "stride": stride,
        "ceil_mode": ceil_mode,
    }
    return ((draw(batches()), draw(channels()), *sizes),), attributes


@st.composite
def sites(draw: st.DrawFn) -> tuple[int, int, int, int, int]:
    """Along one axis: size, taps, stride, sites and outputs per site; the last pixels unseen."""
    taps, stride, count = (draw(st.integers(1, 3)) for _ in range(3))
    unseen = draw(st.integers(0, stride - 1))
    return (count - 1) * stride + taps + unseen, taps, stride, count, draw(st.integers(1, 3))


@st.composite
def local2d(draw: st.DrawFn) -> Drawn:
    axes = draw(seldom_equal(sites(), itemgetter(0)))
    sizes, taps, stride, counts, tile = zip(*axes, strict=True)
    depth = draw(st.integers(1, 3))
    weight = (draw(st.integers(1, 3)), *tile, depth, *taps, *counts)
    return ((draw(batches()), depth, *sizes), weight), {"stride": stride}


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


def alphas() -> st.SearchStrategy[dict[str, Any]]:
    """elu's attributes."""
    return st.sampled_from((1.0, 0.5, 1.6732632, 0.0, -0.25)).map(lambda alpha: {"alpha": alpha})


@st.composite
def elu(draw: st.DrawFn) -> Drawn:
    return (draw(any_shape()),), draw(alphas())


@st.composite
def local_response_norm(draw: st.DrawFn) -> Drawn:
    """Windows wider than the channels are many, of even sizes too; Krizhevsky's constants."""
    place = draw(st.lists(st.integers(1, 4), min_size=1, max_size=2))
    attributes = {
        "size": draw(st.integers(1, 7)),
        "alpha": draw(st.sampled_from((1e-4, 5e-4, 0.5, 0.0))),
        "beta": draw(st.sampled_from((0.75, 0.5, 1.0))),
        "k": draw(st.sampled_from((1.0, 2.0, 0.25))),
    }
    return ((draw(batches()), draw(st.integers(1, 9)), *place),), attributes


@st.composite
def scale_shift(draw: st.DrawFn) -> Drawn:
    units = draw(any_shape())
    return ((draw(batches()), *units), (1,), (1, *units)), {}


@st.composite
def concat(draw: st.DrawFn) -> Drawn:
    """One to four operands, of different lengths along the axis."""
    shape = draw(any_shape())
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    before, after = shape[:dim], shape[dim % len(shape) + 1 :]
    return tuple((*before, length, *after) for length in lengths), {"dim": dim}


def add() -> st.SearchStrategy[Drawn]:
    return any_shape().map(lambda shape: ((shape, shape), {}))


DRAWS: dict[str, Callable[[], st.SearchStrategy[Drawn]]] = {
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
    "softmax": along_an_axis,
    "log_softmax": along_an_axis,
    "argmax": along_an_axis,
    "scale_shift": scale_shift,
    "concat": concat,
    "flatten": element_wise,
    "add": add,
}


@st.composite
def chain_cases(draw: st.DrawFn, layer: str, data: str) -> Case:
    """Cases of a chain "a+b+c": the first layer drawn as by itself, the others to fit."""
    shapes, attributes = draw(CHAINS[layer]())
    return Case(layer, data, shapes, attributes, seed=draw(st.integers(0, 9999)))


@st.composite
def conv2d_and_pool(draw: st.DrawFn) -> Drawn:
    """A convolution, max pooling of what it leaves, and elu in whichever order."""
    shapes, convolution = draw(conv2d())
    _, _, *sizes = find_layer("conv2d").out_shape(*shapes, **convolution)
    taps = tuple(draw(st.integers(1, min(size, 3))) for size in sizes)
    pooling = {
        "kernel_size": taps,
        "stride": draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        "padding": tuple(
            (draw(st.integers(0, n // 2)), draw(st.integers(0, n // 2))) for n in taps
        ),
        "dilation": (1, 1),
        "ceil_mode": draw(st.booleans()),
    }
    return shapes, {"conv2d": convolution, "max_pool2d": pooling, "elu": draw(alphas())}


@st.composite
def flatten_and_linear(draw: st.DrawFn) -> Drawn:
    image, outputs = (draw(batches()), draw(channels()), *draw(extents())), draw(channels())
    _, features = find_layer("flatten").out_shape(image)
    shapes = (image, (outputs, features), draw(maybe((outputs,))))
    return shapes, {"flatten": {}, "linear": {}, "elu": draw(alphas())}


@st.composite
def spatial_transformer(draw: st.DrawFn) -> Drawn:
    """θ and the image; the output's channels are the image's, whatever size says."""
    shapes, grid = draw(affine_grid())
    image = (grid["size"][0], draw(st.integers(1, 3)), *draw(extents()))
    _, sampler = draw(grid_sample())
    return (*shapes, image), {"affine_grid": grid, "grid_sample": sampler}


@st.composite
def classifier(draw: st.DrawFn) -> Drawn:
    """Mostly the class of every image; sometimes the image of every class."""
    shapes, _ = draw(linear())
    softmax, argmax = ({"dim": draw(st.sampled_from((1, 1, -1, 0)))} for _ in range(2))
    return shapes, {"linear": {}, "softmax": softmax, "argmax": argmax}


CHAINS: dict[str, Callable[[], st.SearchStrategy[Drawn]]] = {
    "conv2d+max_pool2d+elu": conv2d_and_pool,
    "conv2d+elu+max_pool2d": conv2d_and_pool,
    "flatten+linear+elu": flatten_and_linear,
    "affine_grid+grid_sample": spatial_transformer,
    "linear+softmax+argmax": classifier,
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
    shape, name = case.shapes[place], case.names[place]
    operands: list[Any] = list(untouchable(*case.shapes))
    if wrong == "list":
        operands[place] = np.zeros(shape or ()).tolist()
    elif wrong == "float":
        operands[place] = 0.5
    else:
        operands[place] = np.empty(shape or (), wrong).view(Untouchable)
        return case, operands, f"{layer}: {name} has dtype {wrong}, expected float32"
    return case, operands, f"{layer}: {name} is a {wrong}, expected a float32 array"
