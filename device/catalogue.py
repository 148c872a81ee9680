"""Our own variants, in one tuple, and which variant computes what."""

from collections.abc import Callable, Iterable, Mapping
from math import prod
from typing import Any

from clgold.reference import find_chain
from clgold.reference.question import resolve, steps
from clgold.reference.spec import Shape

from . import (
    accumulate,
    add,
    affine_grid,
    affine_grid_grad,
    affine_grid_sample,
    argmax,
    avg_pool2d,
    avg_pool2d_grad,
    avg_pool2d_vector,
    batch_norm,
    batch_norm_bias_grad,
    batch_norm_input_grad,
    batch_norm_running_mean,
    batch_norm_running_var,
    batch_norm_train,
    batch_norm_train_input_grad,
    batch_norm_train_one_pass,
    batch_norm_train_weight_grad,
    batch_norm_vector,
    batch_norm_weight_grad,
    concat,
    conv2d,
    conv2d_bias_grad,
    conv2d_blocked,
    conv2d_direct,
    conv2d_first,
    conv2d_im2col,
    conv2d_input_grad,
    conv2d_input_grad_im2col,
    conv2d_local,
    conv2d_pool_elu,
    conv2d_pool_elu_tile,
    conv2d_weight_grad,
    conv2d_weight_grad_im2col,
    conv2d_winograd,
    conv2d_winograd_blocks,
    conv2d_winograd_chunks,
    cross_entropy,
    cross_entropy_grad,
    cross_entropy_grad_local,
    dropout,
    dropout_grad,
    elu,
    elu_grad,
    flatten,
    flatten_linear_elu,
    flatten_linear_elu_blocked,
    grid_sample,
    grid_sample_grid_grad,
    grid_sample_input_grad,
    leaky_relu,
    leaky_relu_grad,
    linear,
    linear_bias_grad,
    linear_blocked,
    linear_input_grad,
    linear_input_grad_vector,
    linear_local,
    linear_softmax_argmax,
    linear_softmax_argmax_vector,
    linear_weight_grad,
    linear_weight_grad_vector,
    local2d,
    local2d_batch,
    local2d_input_grad,
    local2d_input_grad_batch,
    local2d_weight_grad,
    local2d_weight_grad_batch,
    local_response_norm,
    local_response_norm_blocks,
    local_response_norm_grad,
    local_response_norm_vector,
    log_softmax,
    log_softmax_grad,
    lp_pool2d,
    lp_pool2d_grad,
    max_pool2d,
    max_pool2d_blocks,
    max_pool2d_grad,
    max_pool2d_grad_from_indices,
    max_pool2d_grad_indexed,
    max_pool2d_vector,
    mul,
    permute,
    relu,
    relu_grad,
    reshape,
    scale_shift,
    scale_shift_input_grad,
    scale_shift_scale_grad,
    scale_shift_scale_grad_local,
    scale_shift_shift_grad,
    set_zero,
    sgd,
    sgd_velocity,
    sigmoid,
    sigmoid_grad,
    softmax,
    softmax_grad,
    softmax_grad_local,
    softmax_local,
    softmax_vector,
    tanh,
    tanh_grad,
)
from .layouts import PLAIN
from .variants import Variant, declared_in

Bears = Callable[[str], bool]  # whether the driver passes a gate (gates.bears)

VARIANTS: tuple[Variant, ...] = tuple(
    variant
    for module in (
        conv2d,
        conv2d_first,
        conv2d_direct,
        conv2d_blocked,
        conv2d_im2col,
        conv2d_local,
        conv2d_winograd_chunks,
        conv2d_winograd_blocks,
        conv2d_winograd,
        local2d,
        local2d_batch,
        linear,
        linear_blocked,
        linear_local,
        max_pool2d,
        max_pool2d_vector,
        max_pool2d_blocks,
        avg_pool2d,
        avg_pool2d_vector,
        lp_pool2d,
        relu,
        leaky_relu,
        elu,
        tanh,
        sigmoid,
        batch_norm,
        batch_norm_vector,
        local_response_norm,
        local_response_norm_vector,
        local_response_norm_blocks,
        affine_grid,
        grid_sample,
        grid_sample_grid_grad,
        grid_sample_input_grad,
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
        mul,
        relu_grad,
        leaky_relu_grad,
        elu_grad,
        tanh_grad,
        sigmoid_grad,
        local2d_input_grad,
        local2d_input_grad_batch,
        local2d_weight_grad,
        local2d_weight_grad_batch,
        scale_shift_scale_grad,
        scale_shift_scale_grad_local,
        scale_shift_shift_grad,
        scale_shift_input_grad,
        softmax_grad,
        softmax_grad_local,
        log_softmax_grad,
        cross_entropy,
        cross_entropy_grad,
        cross_entropy_grad_local,
        sgd,
        sgd_velocity,
        accumulate,
        set_zero,
        avg_pool2d_grad,
        max_pool2d_grad,
        max_pool2d_grad_indexed,
        local_response_norm_grad,
        affine_grid_grad,
        batch_norm_input_grad,
        batch_norm_weight_grad,
        batch_norm_bias_grad,
        conv2d_input_grad,
        conv2d_input_grad_im2col,
        conv2d_weight_grad,
        conv2d_weight_grad_im2col,
        conv2d_bias_grad,
        linear_input_grad,
        linear_input_grad_vector,
        linear_weight_grad,
        linear_weight_grad_vector,
        linear_bias_grad,
        dropout,
        dropout_grad,
        lp_pool2d_grad,
        max_pool2d_grad_from_indices,
        batch_norm_train,
        batch_norm_train_one_pass,
        batch_norm_running_mean,
        batch_norm_running_var,
        batch_norm_train_input_grad,
        batch_norm_train_weight_grad,
        conv2d_pool_elu,
        conv2d_pool_elu_tile,
        flatten_linear_elu,
        flatten_linear_elu_blocked,
        affine_grid_sample,
        linear_softmax_argmax,
        linear_softmax_argmax_vector,
    )
    for variant in declared_in(module)
)


MUCH = 2**18  # products, or elements where none are summed: less takes no time in any variant


def candidates(variants: Iterable[Variant], layer: str) -> tuple[Variant, ...]:
    """The variants of a layer or chain."""
    return tuple(dict.fromkeys(one for one in variants if one.layer == layer))


def choose(
    first: Iterable[Variant],
    layer: str,
    shapes: tuple[Shape | None, ...],
    attributes: Mapping[str, Any],
    bears: Bears = lambda _: False,
    stands: str = PLAIN,
) -> Variant | None:
    """The first variant of the layer that applies: of `first`, else of ours, which are in the order
    of `ours`. Where none applies, the first of all; None if there is none.
    """
    known = candidates((*first, *ours(layer, shapes, attributes, bears, stands)), layer)
    return next((one for one in known if not one.refusal(shapes, attributes)), (*known, None)[0])


def ours(
    layer: str,
    shapes: tuple[Shape | None, ...],
    attributes: Mapping[str, Any],
    bears: Bears = lambda _: False,
    stands: str = PLAIN,
) -> tuple[Variant, ...]:
    """Our variants of the layer, naive first where there is little to do.

    Of several for much work the first declared goes first, which is the fastest where the driver
    bears it (`clgold bench LAYER`); one whose gate it does not pass is left out. Before all
    go those that take the first operand in the layout in which it `stands`, unless that is plain.
    """
    known = candidates(VARIANTS, layer)
    work = amount(layer, shapes, attributes) if any(one.much for one in known) else 0

    def rank(one: Variant) -> tuple[bool, bool]:
        return stands == PLAIN or taken_in(one) != stands, not worth(one, work)

    able = [one for one in known if not one.gate or (rank(one) != (True, True) and bears(one.gate))]
    return tuple(sorted(able, key=rank))


def worth(variant: Variant, work: int) -> bool:
    """Whether there is so much to do that the variant comes before the naive one."""
    return work >= (MUCH if variant.much is True else variant.much) if variant.much else False


def taken_in(variant: Variant) -> str:
    """The layout in which a variant wants its first operand."""
    return layout_of(variant, find_chain(variant.layer).operands[0])


def layout_of(variant: Variant, name: str) -> str:
    """The layout in which a variant wants an operand, or leaves its output, by name."""
    if isinstance(variant.layout, str):
        return variant.layout
    return variant.layout.get(name, PLAIN)


def amount(layer: str, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]) -> int:
    """How many products a layer adds up, how many elements another one reads; of a chain all."""
    chain = find_chain(layer)
    by_layer, outputs = resolve(chain, shapes, attributes)
    found, last = 0, None
    for step, output in zip(steps(chain, shapes, by_layer), outputs, strict=True):
        given = step.arguments(last) if last is not None else step.after
        depth = step.layer.depth(given, step.attributes)
        found += prod(output) * depth if depth else prod(given[0] or ())
        last = output
    return found
