"""Our own variants, in one tuple, and which variant computes what."""

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from clgold.reference import find_layer
from clgold.reference.spec import Shape

from . import (
    add,
    affine_grid,
    affine_grid_sample,
    argmax,
    avg_pool2d,
    avg_pool2d_vector,
    batch_norm,
    batch_norm_vector,
    concat,
    conv2d,
    conv2d_blocked,
    conv2d_im2col,
    conv2d_local,
    conv2d_pool_elu,
    conv2d_winograd,
    elu,
    flatten,
    flatten_linear_elu,
    grid_sample,
    linear,
    linear_blocked,
    linear_local,
    linear_softmax_argmax,
    local2d,
    local_response_norm,
    log_softmax,
    lp_pool2d,
    max_pool2d,
    max_pool2d_vector,
    permute,
    relu,
    reshape,
    scale_shift,
    sigmoid,
    softmax,
    softmax_local,
    softmax_vector,
    tanh,
)
from .variants import Variant, declared_in

VARIANTS: tuple[Variant, ...] = tuple(
    variant
    for module in (
        conv2d,
        conv2d_blocked,
        conv2d_im2col,
        conv2d_local,
        conv2d_winograd,
        local2d,
        linear,
        linear_blocked,
        linear_local,
        max_pool2d,
        max_pool2d_vector,
        avg_pool2d,
        avg_pool2d_vector,
        lp_pool2d,
        relu,
        elu,
        tanh,
        sigmoid,
        batch_norm,
        batch_norm_vector,
        local_response_norm,
        affine_grid,
        grid_sample,
        softmax,
        softmax_local,
        softmax_vector,
        log_softmax,
        argmax,
        scale_shift,
        concat,
        flatten,
        reshape,
        permute,
        add,
        conv2d_pool_elu,
        flatten_linear_elu,
        affine_grid_sample,
        linear_softmax_argmax,
    )
    for variant in declared_in(module)
)


# What goes before naive, where it applies, once there is much to do (bench/kernels.py). Variants
# that a driver has to pass a gate for are none of them: the choice does not ask which driver it is.
PREFERRED: Mapping[str, tuple[str, ...]] = {
    "conv2d": ("blocked8", "im2col"),
    "linear": ("blocked",),
    "max_pool2d": ("vector",),
    "avg_pool2d": ("vector",),
    "batch_norm": ("vector",),
    "softmax": ("vector",),
}
MUCH = 2**18  # products, or elements where none are summed: less takes no time in any variant


def candidates(variants: Iterable[Variant], layer: str) -> tuple[Variant, ...]:
    """The variants of a layer or chain."""
    return tuple(dict.fromkeys(one for one in variants if one.layer == layer))


def choose(
    first: Iterable[Variant],
    layer: str,
    shapes: tuple[Shape | None, ...],
    attributes: Mapping[str, Any],
) -> Variant | None:
    """The first variant of the layer that applies: of `first`, else of ours, which are in the order
    of `ours`. Where none applies, the first of all; None if there is none.
    """
    known = candidates((*first, *ours(layer, shapes, attributes)), layer)
    return next((one for one in known if not one.refusal(shapes, attributes)), (*known, None)[0])


def ours(
    layer: str, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]
) -> tuple[Variant, ...]:
    """Our variants of the layer, naive first where there is little to do, else those preferred."""
    known = candidates(VARIANTS, layer)
    if layer not in PREFERRED or amount(layer, shapes, attributes) < MUCH:
        return known
    names = PREFERRED[layer]
    last = len(names)
    return tuple(sorted(known, key=lambda v: names.index(v.name) if v.name in names else last))


def amount(layer: str, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]) -> int:
    """How many products a layer of sums adds up, how many elements another one reads."""
    input, *rest = shapes
    if layer in ("conv2d", "linear"):
        return prod(find_layer(layer).out_shape(*shapes, **attributes)) * prod((rest[0] or ())[1:])
    return prod(input or ())
