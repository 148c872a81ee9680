"""Batch normalisation in training, and its gradients, in float32."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from .arithmetic import Arithmetic, Array, F
from .norm_gradients import bias as summed
from .norm_gradients import by_channel, flat
from .sums import Order, sequential

Form = Callable[..., Array]
# Mean and biased variance of a channel, (C,), from its values (K, C).
Measure = Callable[..., tuple[Array, Array]]


def over(a: Arithmetic, total: Array, count: int) -> Array:
    """A quotient, or a product with the reciprocal where this arithmetic fuses; nothing by 1"""
    if count == 1:
        return total
    return a.multiply(total, a.divide(F(1), F(count))) if a.fused else a.divide(total, F(count))


def mean_of(order: Order, a: Arithmetic, values: Array) -> Array:
    return over(a, order(a, values, np.ones_like(values), None), len(values))


def two_passes(order: Order, a: Arithmetic, values: Array) -> tuple[Array, Array]:
    mean = mean_of(order, a, values)
    centred = a.subtract(values, mean)
    return mean, over(a, order(a, centred, centred, None), len(values))


def compensated(order: Order, a: Arithmetic, values: Array) -> tuple[Array, Array]:
    """Two passes, less the square of what the first left"""
    mean, variance = two_passes(order, a, values)
    left = mean_of(order, a, a.subtract(values, mean))
    return mean, a.multiply_add(-left, left, variance)


def one_pass(order: Order, a: Arithmetic, values: Array) -> tuple[Array, Array]:
    """E[x²] − E[x]²"""
    mean, square = mean_of(order, a, values), order(a, values, values, None)
    return mean, a.multiply_add(-mean, mean, over(a, square, len(values)))


def welford(order: Order, a: Arithmetic, values: Array) -> tuple[Array, Array]:
    """One value after another"""
    mean, squares = np.zeros_like(values[0]), np.zeros_like(values[0])
    for k, x in enumerate(values, 1):
        step = a.subtract(x, mean)
        mean = a.add(mean, over(a, step, k))
        squares = a.multiply_add(step, a.subtract(x, mean), squares)
    return mean, over(a, squares, len(values))


def inverse(a: Arithmetic, variance: Array, eps: float) -> Array:
    return a.rsqrt(a.add(variance, F(eps))) if a.fused else divided(a, variance, eps)


def divided(a: Arithmetic, variance: Array, eps: float) -> Array:
    return a.divide(F(1), a.sqrt(a.add(variance, F(eps))), way=-1)


def train_scaled(
    measure: Measure,
    order: Order,
    a: Arithmetic,
    input: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Array:
    """((x − μ)·s)·γ + β"""
    mean, variance = measure(order, a, flat(input))
    hats = a.multiply(
        a.subtract(input, by_channel(mean, input)), by_channel(inverse(a, variance, eps), input)
    )
    shift = F(0) if bias is None else by_channel(bias, input)
    return a.multiply_add(hats, by_channel(weight, input), shift)


def train_folded(
    measure: Measure,
    order: Order,
    a: Arithmetic,
    input: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Array:
    """x·(γ·s) + (β − μ·(γ·s))"""
    mean, variance = measure(order, a, flat(input))
    ones = np.ones_like(mean) if weight is None else weight
    scale = a.multiply(ones, inverse(a, variance, eps))
    shift = a.multiply_add(-mean, scale, F(0) if bias is None else bias)
    return a.multiply_add(input, by_channel(scale, input), by_channel(shift, input))


def taken_in(a: Arithmetic, old: Array | None, new: Array, momentum: float) -> Array:
    """(1 − m)·r + m·μ, or r + m·(μ − r) where this arithmetic fuses"""
    if old is None:
        return new
    if a.fused:
        return a.multiply_add(F(momentum), a.subtract(new, old), old)
    kept = a.multiply(a.subtract(F(1), F(momentum)), old)
    return a.multiply_add(F(momentum), new, kept)


def running_mean(
    measure: Measure,
    order: Order,
    a: Arithmetic,
    input: Array,
    old: Array | None,
    *,
    momentum: float,
) -> Array:
    return taken_in(a, old, measure(order, a, flat(input))[0], momentum)


def running_var(
    measure: Measure,
    order: Order,
    a: Arithmetic,
    input: Array,
    old: Array | None,
    *,
    momentum: float,
    unbiased: bool,
) -> Array:
    """The biased variance, times m/(m − 1)"""
    values = flat(input)
    _, variance = measure(order, a, values)
    if unbiased:
        variance = over(a, a.multiply(variance, F(len(values))), len(values) - 1)
    return taken_in(a, old, variance, momentum)


def weight_grad(
    measure: Measure, order: Order, a: Arithmetic, grad: Array, input: Array, *, eps: float
) -> Array:
    """(Σ g·(x − μ))·s"""
    mean, variance = measure(order, a, flat(input))
    total = order(a, flat(grad), a.subtract(flat(input), mean), None)
    return a.multiply(total, inverse(a, variance, eps))


def weight_grad_normalised(
    measure: Measure, order: Order, a: Arithmetic, grad: Array, input: Array, *, eps: float
) -> Array:
    """Σ g·((x − μ)·s)"""
    mean, variance = measure(order, a, flat(input))
    hats = a.multiply(a.subtract(flat(input), mean), inverse(a, variance, eps))
    return order(a, flat(grad), hats, None)


def input_grad(
    measure: Measure,
    order: Order,
    a: Arithmetic,
    grad: Array,
    input: Array,
    weight: Array | None,
    *,
    eps: float,
) -> Array:
    """(g − Σg/m − (x − μ)·k)·s·γ, k = Σg(x − μ)·s·s/m, as PyTorch"""
    values = flat(input)
    mean, variance = measure(order, a, values)
    s, count = inverse(a, variance, eps), len(values)
    product = order(a, flat(grad), a.subtract(values, mean), None)
    slope = over(a, a.multiply(a.multiply(product, s), s), count)
    average = over(a, summed(order, a, grad), count)
    centred = a.subtract(input, by_channel(mean, input))
    inner = a.subtract(grad, by_channel(average, grad))
    inner = a.multiply_add(-centred, by_channel(slope, grad), inner)
    return a.multiply(a.multiply(inner, by_channel(s, grad)), by_channel(weight, grad))


def input_grad_of_sums(
    measure: Measure,
    order: Order,
    a: Arithmetic,
    grad: Array,
    input: Array,
    weight: Array | None,
    *,
    eps: float,
) -> Array:
    """(γ·s/m)·(m·g − dβ − x̂·dγ)"""
    values = flat(input)
    mean, variance = measure(order, a, values)
    s, count = inverse(a, variance, eps), len(values)
    hats = a.multiply(a.subtract(values, mean), s)
    product = order(a, flat(grad), hats, None)
    total = summed(order, a, grad)
    wide = a.multiply(a.subtract(input, by_channel(mean, input)), by_channel(s, input))
    inner = a.subtract(a.multiply(F(count), grad), by_channel(total, grad))
    inner = a.multiply_add(-wide, by_channel(product, grad), inner)
    ones = np.ones_like(mean) if weight is None else weight
    return a.multiply(inner, by_channel(over(a, a.multiply(ones, s), count), grad))


def input_grad_folded(
    measure: Measure,
    order: Order,
    a: Arithmetic,
    grad: Array,
    input: Array,
    weight: Array | None,
    *,
    eps: float,
) -> Array:
    """A·g + B·x + C by channel"""
    values = flat(input)
    mean, variance = measure(order, a, values)
    s, count = inverse(a, variance, eps), len(values)
    product = order(a, flat(grad), a.subtract(values, mean), None)
    scale = a.multiply(np.ones_like(mean) if weight is None else weight, s)
    slope = a.multiply(a.multiply(a.multiply(over(a, product, count), s), s), -scale)
    average = a.multiply(over(a, summed(order, a, grad), count), scale)
    offset = a.multiply_add(-slope, mean, -average)
    moved = a.multiply_add(by_channel(slope, grad), input, by_channel(offset, grad))
    return a.multiply_add(by_channel(scale, grad), grad, moved)


FORMS: Mapping[str, Mapping[str, Form]] = {
    "batch_norm_train": {"scaled": train_scaled, "folded": train_folded},
    "batch_norm_running_mean": {"mean": running_mean},
    "batch_norm_running_var": {"variance": running_var},
    "batch_norm_train_weight_grad": {"centred": weight_grad, "normalised": weight_grad_normalised},
    "batch_norm_train_input_grad": {
        "means": input_grad,
        "sums": input_grad_of_sums,
        "folded": input_grad_folded,
    },
}
MEASURES: Mapping[str, Measure] = {"": two_passes}
COMPENSATED: Mapping[str, Measure] = {"compensated ": compensated}
DECLARED: Mapping[str, Measure] = {"one pass ": one_pass, "Welford ": welford}


def forms(layer: str, measures: Mapping[str, Measure]) -> dict[str, Form]:
    """The layer's forms by each of these statistics; each takes an order first."""

    def bound(form: Form, measure: Measure) -> Form:
        return lambda order, a, *operands, **rest: form(measure, order, a, *operands, **rest)

    return {
        f"{name}{words} ": bound(form, measure)
        for name, measure in measures.items()
        for words, form in FORMS[layer].items()
    }


def forms_in_order(layer: str, measures: Mapping[str, Measure]) -> dict[str, Form]:
    """The same, added up from the first value to the last."""
    return {name: partial(form, sequential) for name, form in forms(layer, measures).items()}
