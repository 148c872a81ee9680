"""Hypothesis strategies for cases: layer, shapes and attributes are drawn, and a seed.

The data come from the probe by that seed, so that one printed line is the case. Shapes are small
and awkward: H ≠ W, primes, single rows, unequal padding, strides with a remainder, windows that
overhang.
"""

from collections.abc import Callable

from hypothesis import strategies as st

from clgold.golden.cases import Case

from .axes import Drawn
from .chains import classifier, conv2d_and_pool, flatten_and_linear, spatial_transformer
from .points import (
    add,
    affine_grid,
    along_an_axis,
    batch_norm,
    concat,
    element_wise,
    elu,
    grid_sample,
    linear,
    local_response_norm,
    permute,
    reshape,
    scale_shift,
)
from .windows import avg_pool2d, conv2d, local2d, lp_pool2d, max_pool2d

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
    "reshape": reshape,
    "permute": permute,
    "add": add,
    "conv2d+max_pool2d+elu": conv2d_and_pool,
    "conv2d+elu+max_pool2d": conv2d_and_pool,
    "flatten+linear+elu": flatten_and_linear,
    "affine_grid+grid_sample": spatial_transformer,
    "linear+softmax+argmax": classifier,
}


@st.composite
def cases(draw: st.DrawFn, layer: str, probe: str) -> Case:
    """Cases of one layer or chain with data of one probe."""
    shapes, attributes = draw(DRAWS[layer]())
    return Case(layer, probe, shapes, attributes, seed=draw(st.integers(0, 9999)))
