"""Layers without windows."""

from typing import Any

from hypothesis import strategies as st

from .axes import Drawn, any_shape, batches, channels, extents, maybe, seldom_equal


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


@st.composite
def reshape(draw: st.DrawFn) -> Drawn:
    """The factors of one number of values, dealt out to the axes of two shapes."""
    factors = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    return (dealt(draw, factors),), {"shape": dealt(draw, factors)}


def dealt(draw: st.DrawFn, factors: list[int]) -> tuple[int, ...]:
    """A shape whose lengths are products of the factors."""
    lengths = [1] * draw(st.integers(1, 4))
    for factor in factors:
        lengths[draw(st.integers(0, len(lengths) - 1))] *= factor
    return tuple(lengths)


@st.composite
def permute(draw: st.DrawFn) -> Drawn:
    shape = draw(any_shape())
    return (shape,), {"dims": tuple(draw(st.permutations(range(len(shape)))))}


def add() -> st.SearchStrategy[Drawn]:
    return any_shape().map(lambda shape: ((shape, shape), {}))
