"""Chains: the first layer drawn as by itself, the others to fit."""

from hypothesis import strategies as st

from clgold.reference import find_layer

from .axes import Drawn, batches, channels, extents, maybe
from .points import affine_grid, alphas, grid_sample, linear
from .windows import conv2d


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
