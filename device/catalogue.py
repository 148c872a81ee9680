"""Our own variants, in one tuple, and which variant computes what."""

from collections.abc import Iterable, Mapping
from typing import Any

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
    relu,
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
        add,
        conv2d_pool_elu,
        flatten_linear_elu,
        affine_grid_sample,
        linear_softmax_argmax,
    )
    for variant in declared_in(module)
)


def candidates(variants: Iterable[Variant], layer: str) -> tuple[Variant, ...]:
    """The variants of a layer or chain."""
    return tuple(dict.fromkeys(one for one in variants if one.layer == layer))


def choose(
    variants: Iterable[Variant],
    layer: str,
    shapes: tuple[Shape | None, ...],
    attributes: Mapping[str, Any],
) -> Variant | None:
    """The first variant of the layer that applies, or the first of all; None if there is none."""
    known = candidates(variants, layer)
    return next((one for one in known if not one.refusal(shapes, attributes)), (*known, None)[0])
