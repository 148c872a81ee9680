"""Gradients in float32."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clgold.reference.avg_pool2d import divisors
from clgold.reference.max_pool2d_grad import chosen
from clgold.reference.pool_grad import handed_back as spread
from clgold.reference.pool_grad import seen
from clgold.reference.power_windows import whole_share

from . import softmaxes
from .arithmetic import Arithmetic, Array, F
from .sums import Order

Form = Callable[..., Array]


def relu_selected(a: Arithmetic, grad: Array, input: Array) -> Array:
    return np.where(a.flush(input) <= 0, F(0), a.flush(grad))


def relu_multiplied(a: Arithmetic, grad: Array, input: Array) -> Array:
    """g times 1 or 0"""
    return a.multiply(grad, np.where(a.flush(input) > 0, F(1), F(0)))


def leaky_relu(a: Arithmetic, grad: Array, input: Array, *, negative_slope: float) -> Array:
    return np.where(a.flush(input) > 0, a.flush(grad), a.multiply(F(negative_slope), grad))


def low(a: Arithmetic, input: Array) -> Array:
    return a.exp(np.minimum(input, F(0)))


def elu_of_slope(
    a: Arithmetic, grad: Array, input: Array, *, alpha: float, is_result: bool
) -> Array:
    """g·(alpha·eˣ), or g·(y + alpha)"""
    slope = a.add(input, F(alpha)) if is_result else a.multiply(F(alpha), low(a, input))
    return np.where(a.flush(input) > 0, a.flush(grad), a.multiply(grad, slope))


def elu_of_scaled(
    a: Arithmetic, grad: Array, input: Array, *, alpha: float, is_result: bool
) -> Array:
    """(g·alpha)·eˣ, or g·y + g·alpha"""
    scaled = a.multiply(grad, F(alpha))
    power = None if is_result else low(a, input)
    found = a.multiply_add(grad, input, scaled) if power is None else a.multiply(scaled, power)
    return np.where(a.flush(input) > 0, a.flush(grad), found)


def tanh_of_square(a: Arithmetic, grad: Array, result: Array) -> Array:
    return a.multiply(grad, a.multiply_add(-result, result, F(1)))


def tanh_of_factors(a: Arithmetic, grad: Array, result: Array) -> Array:
    return a.multiply(grad, a.multiply(a.subtract(F(1), result), a.add(F(1), result)))


def tanh_subtracted(a: Arithmetic, grad: Array, result: Array) -> Array:
    """g − g·y·y"""
    return a.multiply_add(-a.multiply(grad, result), result, grad)


def sigmoid_of_factors(a: Arithmetic, grad: Array, result: Array) -> Array:
    return a.multiply(grad, a.multiply(result, a.subtract(F(1), result)))


def sigmoid_from_the_left(a: Arithmetic, grad: Array, result: Array) -> Array:
    return a.multiply(a.multiply(grad, result), a.subtract(F(1), result))


def sigmoid_of_square(a: Arithmetic, grad: Array, result: Array) -> Array:
    """g·(y − y·y)"""
    return a.multiply(grad, a.multiply_add(-result, result, result))


def sigmoid_subtracted(a: Arithmetic, grad: Array, result: Array) -> Array:
    """g·y − g·y·y"""
    scaled = a.multiply(grad, result)
    return a.multiply_add(-scaled, result, scaled)


RELUS: Mapping[str, Form] = {"selected": relu_selected, "multiplied": relu_multiplied}
ELUS: Mapping[str, Form] = {"slope first": elu_of_slope, "alpha first": elu_of_scaled}
TANHS: Mapping[str, Form] = {
    "square": tanh_of_square,
    "factors": tanh_of_factors,
    "subtracted": tanh_subtracted,
}
SIGMOIDS: Mapping[str, Form] = {
    "factors": sigmoid_of_factors,
    "from the left": sigmoid_from_the_left,
    "square": sigmoid_of_square,
    "subtracted": sigmoid_subtracted,
}


def along(values: Array, dim: int) -> Array:
    return np.moveaxis(values, dim, 0)


def total(order: Order, a: Arithmetic, values: Array, weights: Array | None = None) -> Array:
    """Σ of the rows (n, …), of products with `weights` of the same shape."""
    ones = np.ones((len(values), 1), F)[:, 0]
    return order(a, values, ones if weights is None else weights, None)


def softmax_after(order: Order, a: Arithmetic, grad: Array, result: Array, *, dim: int) -> Array:
    """y·(g − Σ g·y)"""
    g, y = along(grad, dim), along(result, dim)
    return np.moveaxis(a.multiply(y, a.subtract(g, total(order, a, g, y))), 0, dim)


def softmax_before(order: Order, a: Arithmetic, grad: Array, result: Array, *, dim: int) -> Array:
    """g·y − y·Σ g·y, as PyTorch"""
    g, y = along(grad, dim), along(result, dim)
    products = a.multiply(g, y)
    found = a.multiply_add(-y, total(order, a, products), products)
    return np.moveaxis(found, 0, dim)


def softmax_jacobian(order: Order, a: Arithmetic, grad: Array, result: Array, *, dim: int) -> Array:
    """Σ_j g_j·(y_j·(δ − y_i))"""
    g, y = along(grad, dim), along(result, dim)
    found = np.empty_like(y)
    for i in range(len(y)):
        own = (np.arange(len(y)) == i).reshape(-1, *(1,) * (y.ndim - 1)).astype(F)
        found[i] = total(order, a, g, a.multiply(y, a.subtract(own, y[i])))
    return np.moveaxis(found, 0, dim)


def log_softmax(order: Order, a: Arithmetic, grad: Array, result: Array, *, dim: int) -> Array:
    """g − e^y·Σ g"""
    g, y = along(grad, dim), along(result, dim)
    return np.moveaxis(a.multiply_add(-a.exp(y), total(order, a, g), g), 0, dim)


def reduced(order: Order, a: Arithmetic, terms: Array, count: int, reduction: str) -> Array:
    """The sum, divided for the mean; or the terms themselves."""
    if reduction == "none":
        return terms
    found = total(order, a, terms)
    return a.divide(found, F(count)) if reduction == "mean" else found


def loss_of_logarithms(
    order: Order, a: Arithmetic, input: Array, target: Array, *, reduction: str
) -> Array:
    """−Σ t·log_softmax(x), products and images in one sum"""
    logarithms = softmaxes.log_softmax_of_shifted(order, a, input, dim=1)
    terms = a.multiply(-target, logarithms)
    if reduction == "none":
        return total(order, a, terms.T)
    terms = terms.ravel()
    return reduced(order, a, terms, len(input), reduction)


def loss_of_shares(
    order: Order, a: Arithmetic, input: Array, target: Array, *, reduction: str
) -> Array:
    """Each image's share of the mean added up: Σ (t·1/N)·(m + log Σ − x)"""
    x = input.T
    _, top, z = softmaxes.shifted(a, input, 1)
    offset = a.add(top, a.log(softmaxes.total(order, a, z), way=-1))
    share = a.divide(F(1), F(len(input))) if reduction == "mean" else F(1)
    losses = total(order, a, a.subtract(offset, x), a.multiply(target.T, share))
    return losses if reduction == "none" else total(order, a, losses)


def loss_apart(
    order: Order, a: Arithmetic, input: Array, target: Array, *, reduction: str
) -> Array:
    """(Σ t)·(m + log Σ) − Σ t·x of each image, and the images' sum"""
    _, top, z = softmaxes.shifted(a, input, 1)
    offset = a.add(top, a.log(softmaxes.total(order, a, z), way=-1))
    whole = a.multiply(total(order, a, target.T), offset)
    losses = a.subtract(whole, total(order, a, input.T, target.T))
    return reduced(order, a, losses, len(input), reduction)


def loss_grad(
    order: Order, a: Arithmetic, grad: Array, input: Array, target: Array, *, reduction: str
) -> Array:
    """(P·Σt − t)·(g/N)"""
    share = a.multiply(softmaxes.softmax_divided(order, a, input, dim=1), whole(order, a, target))
    scale = a.divide(grad, F(len(input))) if reduction == "mean" else grad
    return a.multiply(a.subtract(share, target), scale)


def loss_grad_of_logarithms(
    order: Order, a: Arithmetic, grad: Array, input: Array, target: Array, *, reduction: str
) -> Array:
    """e^log_softmax·Σ(t·s) − t·s, s = g·(1/N), as PyTorch's chain of gradients"""
    scale = a.divide(F(1), F(len(input)), way=-1) if reduction == "mean" else F(1)
    scaled = a.multiply(target, a.multiply(grad, scale))
    logarithms = softmaxes.log_softmax_of_offset(order, a, input, dim=1)
    return a.multiply_add(a.exp(logarithms), whole(order, a, scaled), -scaled)


def whole(order: Order, a: Arithmetic, target: Array) -> Array:
    """(N, 1): each row's sum."""
    return total(order, a, target.T)[:, np.newaxis]


def handed_back(
    order: Order, a: Arithmetic, shares: Array, weights: Array, shape: Any, attributes: Any
) -> Array:
    """Every pixel's shares (N, C, OH, OW, KH, KW) times weights, added up in that order."""
    taps = list(np.ndindex(*attributes["kernel_size"]))
    products = []
    for values in (shares, weights):
        alone = np.zeros((len(taps), *shares.shape))
        for k, tap in enumerate(taps):
            alone[k][..., tap[0], tap[1]] = values[..., tap[0], tap[1]]
        products.append(np.stack([spread(one, shape, attributes) for one in alone]).astype(F))
    return order(a, *products, None)


def avg_pool2d_divided(
    order: Order, a: Arithmetic, grad: Array, *, input_size: Any, **attributes: Any
) -> Array:
    """Each window's share by a division"""
    counts = divisors(input_size, **attributes).astype(F)
    share = np.broadcast_to(
        a.divide(grad, counts)[..., np.newaxis, np.newaxis],
        (*grad.shape, *attributes["kernel_size"]),
    )
    return handed_back(order, a, share, np.ones_like(share), input_size, attributes)


def avg_pool2d_scaled(
    order: Order, a: Arithmetic, grad: Array, *, input_size: Any, **attributes: Any
) -> Array:
    """Products with the rounded reciprocals"""
    counts = a.divide(F(1), divisors(input_size, **attributes).astype(F))
    whole = (*grad.shape, *attributes["kernel_size"])
    g, part = (np.broadcast_to(v[..., np.newaxis, np.newaxis], whole) for v in (grad, counts))
    return handed_back(order, a, g, part, input_size, attributes)


def max_pool2d(order: Order, a: Arithmetic, grad: Array, input: Array, **attributes: Any) -> Array:
    """What the first of equal maxima wins"""
    wins = chosen(a.flush(input), **attributes)
    g = np.broadcast_to(grad[..., np.newaxis, np.newaxis], wins.shape)
    return handed_back(order, a, g, wins.astype(F), input.shape, attributes)


def scattered(
    order: Order, a: Arithmetic, grad: Array, indices: Array, *, input_size: Any
) -> Array:
    """Every pixel's sum over all windows of its plane, of products with 1 or 0"""
    n, c, h, w = input_size
    places = np.arange(h * w, dtype=F).reshape(h, w)
    rows = grad.reshape(n, c, -1).transpose(2, 0, 1)[..., np.newaxis, np.newaxis]
    named = indices.reshape(n, c, -1).transpose(2, 0, 1)[..., np.newaxis, np.newaxis] == places
    return order(a, np.broadcast_to(rows, named.shape), named.astype(F), None)


def lp_pool2d(
    factors: Callable[..., Array],
    order: Order,
    a: Arithmetic,
    grad: Array,
    input: Array,
    result: Array,
    **attributes: Any,
) -> Array:
    """Windows whose result is 0 left out, the others' scale as torch has it"""
    whole = F(np.prod(attributes["kernel_size"]))
    inside = np.rint(whole / whole_share(input.shape, attributes)).astype(F)
    scaled = a.multiply(a.divide(grad, inside), whole)[..., np.newaxis, np.newaxis]
    y = result[..., np.newaxis, np.newaxis]
    x = np.broadcast_to(seen(input, 0.0, attributes), (*y.shape[:4], *attributes["kernel_size"]))
    left_out = a.flush(np.broadcast_to(y, x.shape)) == 0
    part = np.where(left_out, F(0), factors(a, x, y, F(attributes["norm_type"])))
    g = np.broadcast_to(scaled, x.shape)
    return handed_back(order, a, g, part.astype(F), input.shape, attributes)


def lp_ratio(a: Arithmetic, x: Array, y: Array, p: Any) -> Array:
    """(x/y)^(p − 1)"""
    exponent = a.subtract(p, F(1))
    return np.ones_like(x) if exponent == 0 else a.power(a.divide(x, y), exponent)


def lp_powers(a: Arithmetic, x: Array, y: Array, p: Any) -> Array:
    """x^(p − 1)·y^(1 − p)"""
    exponent = a.subtract(p, F(1))
    if exponent == 0:
        return np.ones_like(x)
    return a.multiply(a.power(x, exponent), a.power(y, -exponent))


def lp_quotient(a: Arithmetic, x: Array, y: Array, p: Any) -> Array:
    """x^(p − 1)/y^(p − 1)"""
    exponent = a.subtract(p, F(1))
    if exponent == 0:
        return np.ones_like(x)
    return a.divide(a.power(x, exponent), a.power(y, exponent, way=-1))


LP_FACTORS = {"ratio": lp_ratio, "powers": lp_powers, "quotient": lp_quotient}
