"""Every honest variant: layer → name → function of a case's operands and attributes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from clgold.reference import find_layer
from clgold.reference.batch_statistics import one_pass
from clgold.reference.winograd import Winograd

from . import (
    batches,
    gradients,
    norm_gradients,
    norms,
    pointwise,
    pools,
    product_gradients,
    sampling,
    sampling_gradients,
    softmaxes,
    steps,
    sums,
    winograd,
)
from .arithmetic import (
    EVERY,
    EXACT_FUNCTIONS,
    FLUSHED,
    FUSED,
    PLAIN,
    UP,
    Arithmetic,
    Array,
)

Form = Callable[..., Array]


@dataclass(frozen=True)
class Variant:
    """`applies` to attributes and operands' shapes; `winograd`, or `bound`, is what it declares."""

    name: str
    compute: Form
    applies: Callable[..., bool] = lambda *shapes, **attributes: True
    winograd: Winograd | None = None
    bound: Callable[..., Array] | None = None

    def __call__(self, *operands: Array | None, **attributes: Any) -> Array:
        with np.errstate(all="ignore"):
            return self.compute(*operands, **attributes)


def every(
    forms: Mapping[str, Form], arithmetics: Iterable[Arithmetic] = EVERY, **more: Any
) -> tuple[Variant, ...]:
    """Each form in each arithmetic."""
    return tuple(
        Variant(f"{name}, {a.name}", partial(form, a), **more)
        for name, form in forms.items()
        for a in arithmetics
    )


def in_orders(form: Form, prefix: str = "", only: Iterable[str] = sums.ORDERS) -> dict[str, Form]:
    """The form with each order of summation."""
    return {f"{prefix}{name}": partial(form, sums.ORDERS[name]) for name in only}


def in_orders_each(forms: Mapping[str, Form], only: Iterable[str]) -> dict[str, Form]:
    """Each form with each of these orders of summation."""
    return {
        key: one for name, form in forms.items() for key, one in in_orders(form, name, only).items()
    }


def is_euclidean(*_: Array, norm_type: float, **__: Any) -> bool:
    return norm_type == 2


def is_three_quarters(*_: Array, beta: float, **__: Any) -> bool:
    return beta == 0.75


def leaky_relu(a: Arithmetic, input: Array, *, negative_slope: float) -> Array:
    return np.where(input > 0, a.flush(input), a.multiply(np.float32(negative_slope), input))


FEW = ("sequential", "pairwise")
BATCHES = {
    layer: (
        *every(in_orders_each(batches.forms(layer, batches.MEASURES), FEW)),
        *every(batches.forms_in_order(layer, batches.COMPENSATED), (PLAIN, UP)),
        *every(
            batches.forms_in_order(layer, batches.DECLARED),
            (PLAIN, FUSED, UP),
            bound=one_pass(find_layer(layer)),
        ),
    )
    for layer in batches.FORMS
}
GRIDS = {
    f"{name}, {'backwards' if backwards else 'forwards'}": partial(
        sampling.affine_grid, centre, backwards
    )
    for name, centre in sampling.CENTRES.items()
    for backwards in (False, True)
}
SAMPLERS = {
    f"{at}, {blend}": partial(sampling.grid_sample, index, form)
    for at, index in sampling.INDICES.items()
    for blend, form in sampling.BLENDS.items()
}
SAMPLED_GRADIENTS = {
    f"{at}, {way}, {name}": partial(sampling_gradients.input_grad, index, tent, sums.ORDERS[name])
    for at, index in sampling.INDICES.items()
    for way, tent in sampling_gradients.TENTS.items()
    for name in (FEW if at == "shifted" else FEW[:1])
}
GRID_GRADIENTS = {
    f"{at}, {way}, {name}": partial(sampling_gradients.grid_grad, index, pull, sums.ORDERS[name])
    for at, index in sampling.INDICES.items()
    for way, pull in sampling_gradients.PULLS.items()
    for name in (FEW if at == "shifted" else FEW[:1])
}
AVERAGES = {
    **in_orders(pools.average_divided, "divided "),
    **in_orders(pools.average_scaled, "scaled ", FEW),
    **in_orders(pools.average_filtered, "filtered ", FEW),
}
SOFTMAXES = {
    **in_orders(softmaxes.softmax_divided, "divided ", (*FEW, "lanes")),
    **in_orders(softmaxes.softmax_scaled, "scaled ", FEW),
    "online": softmaxes.softmax_online,
    "merged": softmaxes.softmax_merged,
}
LOGARITHMS = {
    **in_orders(softmaxes.log_softmax_of_shifted, "shifted ", FEW),
    **in_orders(softmaxes.log_softmax_of_offset, "offset ", FEW),
    "online": softmaxes.log_softmax_online,
}
NORMS = {
    "divided": norms.divided,
    "scaled": norms.scaled,
    "rsqrt": norms.by_rsqrt,
    "folded": norms.folded,
}
RESPONSES = {
    "power": norms.response_by_power,
    "negative power": norms.response_by_negative_power,
}
ROOTS = {
    "roots": norms.response_by_roots,
    "inverse roots": norms.response_by_inverse_roots,
}
ELUS = {
    "expm1": pointwise.elu_by_expm1,
    "exp - 1": pointwise.elu_by_exp,
    "folded": pointwise.elu_folded,
}
SIGMOIDS = {
    "exp(-x)": pointwise.sigmoid_of_minus,
    "by sign": pointwise.sigmoid_by_sign,
    "tanh": pointwise.sigmoid_by_tanh,
    "halved tanh": pointwise.sigmoid_by_halved_tanh,
}
ROW_GRADIENTS = {
    **in_orders(gradients.softmax_after, "after "),
    **in_orders(gradients.softmax_before, "before ", FEW),
    **in_orders(gradients.softmax_jacobian, "Jacobian ", FEW),
}
LOSSES = {
    **in_orders(gradients.loss_of_logarithms, "logarithms "),
    **in_orders(gradients.loss_of_shares, "shares ", FEW),
    **in_orders(gradients.loss_apart, "apart ", FEW),
}
LOSS_GRADIENTS = {
    **in_orders(gradients.loss_grad, "probabilities ", FEW),
    **in_orders(gradients.loss_grad_of_logarithms, "logarithms ", FEW),
}
SIGMOIDS = {"exp(-x)": pointwise.sigmoid_of_minus, "by sign": pointwise.sigmoid_by_sign}

VARIANTS: dict[str, tuple[Variant, ...]] = {
    "conv2d": every(in_orders(sums.conv2d), EXACT_FUNCTIONS)
    + tuple(
        one
        for name, form in winograd.FORMS.items()
        for one in every(
            {f"Winograd {name}": partial(winograd.conv2d, form)},
            EXACT_FUNCTIONS,
            applies=partial(winograd.suits, form),
            winograd=form.declares,
        )
    ),
    "local2d": every(in_orders(sums.local2d), EXACT_FUNCTIONS),
    "linear": every(in_orders(sums.linear), EXACT_FUNCTIONS),
    "max_pool2d": every({"compared": pools.max_pool2d}, EXACT_FUNCTIONS),
    "avg_pool2d": every(AVERAGES),
    "lp_pool2d": every({"powers": pools.norm_by_powers})
    + every({"root": pools.norm_by_root}, applies=is_euclidean),
    "relu": every({"maximum": pointwise.relu}, EXACT_FUNCTIONS),
    "leaky_relu": every({"product": leaky_relu}, EXACT_FUNCTIONS),
    "elu": every(ELUS),
    "tanh": every({"tanh": pointwise.tanh}),
    "sigmoid": every(SIGMOIDS),
    "batch_norm": every(NORMS),
    "local_response_norm": every(RESPONSES) + every(ROOTS, applies=is_three_quarters),
    "affine_grid": every(GRIDS),
    "grid_sample": every(SAMPLERS, EXACT_FUNCTIONS),
    "softmax": every(SOFTMAXES),
    "log_softmax": every(LOGARITHMS),
    "argmax": every({"compared": softmaxes.argmax}, (PLAIN, FLUSHED)),
    "scale_shift": every({"product": sums.scale_shift}, EXACT_FUNCTIONS),
    "concat": every({"copied": pointwise.concat}, EXACT_FUNCTIONS),
    "flatten": every({"copied": pointwise.flatten}, EXACT_FUNCTIONS),
    "reshape": every({"copied": pointwise.reshape}, EXACT_FUNCTIONS),
    "permute": every({"copied": pointwise.permute}, EXACT_FUNCTIONS),
    "mul": every({"product": Arithmetic.multiply}, EXACT_FUNCTIONS),
    "add": every({"sum": sums.add}, EXACT_FUNCTIONS),
    "relu_grad": every(gradients.RELUS, EXACT_FUNCTIONS),
    "leaky_relu_grad": every({"product": gradients.leaky_relu}, EXACT_FUNCTIONS),
    "elu_grad": every(gradients.ELUS),
    "tanh_grad": every(gradients.TANHS, EXACT_FUNCTIONS),
    "sigmoid_grad": every(gradients.SIGMOIDS, EXACT_FUNCTIONS),
    "sgd": every(steps.SGD, EXACT_FUNCTIONS),
    "sgd_velocity": every({"in order": steps.velocity}, EXACT_FUNCTIONS),
    "accumulate": every({"sum": sums.add}, EXACT_FUNCTIONS),
    "set_zero": every({"zeros": pointwise.set_zero}, EXACT_FUNCTIONS),
    "dropout": every(steps.DROPOUT),
    "dropout_grad": every(steps.DROPOUT),
    "scale_shift_input_grad": every({"product": Arithmetic.multiply}, EXACT_FUNCTIONS),
    **{
        name: every(in_orders(form), EXACT_FUNCTIONS)
        for name, form in product_gradients.PRODUCTS.items()
    },
    "softmax_grad": every(ROW_GRADIENTS, EXACT_FUNCTIONS),
    "log_softmax_grad": every(in_orders(gradients.log_softmax)),
    "cross_entropy": every(LOSSES),
    "cross_entropy_grad": every(LOSS_GRADIENTS),
    "avg_pool2d_grad": every(in_orders(gradients.avg_pool2d_divided, "divided "))
    + every(in_orders(gradients.avg_pool2d_scaled, "scaled ", FEW)),
    "max_pool2d_grad": every(in_orders(gradients.max_pool2d), EXACT_FUNCTIONS),
    "max_pool2d_grad_from_indices": every(in_orders(gradients.scattered), EXACT_FUNCTIONS),
    "lp_pool2d_grad": tuple(
        one
        for name, factors in gradients.LP_FACTORS.items()
        for one in every(in_orders(partial(gradients.lp_pool2d, factors), f"{name} ", FEW))
    ),
    "batch_norm_input_grad": every(norm_gradients.INPUTS),
    "batch_norm_weight_grad": every(in_orders(norm_gradients.weight_centred, "centred "))
    + every(in_orders(norm_gradients.weight_of_normalised, "normalised ", FEW))
    + every(in_orders(norm_gradients.weight_folded, "folded ", FEW)),
    **BATCHES,
    "batch_norm_bias_grad": every(in_orders(norm_gradients.bias), EXACT_FUNCTIONS),
    "local_response_norm_grad": every(norm_gradients.RESPONSES),
    "grid_sample_input_grad": every(SAMPLED_GRADIENTS, EXACT_FUNCTIONS),
    "grid_sample_grid_grad": every(GRID_GRADIENTS, EXACT_FUNCTIONS),
    "affine_grid_grad": every(in_orders(norm_gradients.affine_grid)),
}
