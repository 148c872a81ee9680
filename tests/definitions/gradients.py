"""Gradients of layers, each element by the chain rule; powers of e to 700 bits."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from .channels import moments, of_channel
from .images import Padding, taps, window_starts
from .sampling import centre
from .values import BITS, each, numbers

Array = np.ndarray


def relu_grad(grad: Array, input: Array) -> Array:
    """0 where the value is at most 0, else the gradient: behind a NaN too."""
    return each(lambda g, x: 0.0 if x <= 0 else g, grad, input)


def leaky_relu_grad(grad: Array, input: Array, *, negative_slope: float) -> Array:
    """The gradient where the value is positive, else the slope times it."""
    return each(lambda g, x: g if x > 0 else negative_slope * g, grad, input)


def elu_grad(grad: Array, input: Array, *, alpha: float, is_result: bool) -> Array:
    """The gradient where the value is positive, else α·eˣ times it, which is y + α."""
    if is_result:
        return each(lambda g, y: g if y > 0 else g * (y + alpha), grad, input)
    return each(lambda g, x: g if x > 0 else g * alpha * mpmath.exp(x), grad, input)


def tanh_grad(grad: Array, result: Array) -> Array:
    """One less the square, times the gradient."""
    return each(lambda g, y: g * (1 - y * y), grad, result)


def sigmoid_grad(grad: Array, result: Array) -> Array:
    """The value and what is left to 1, times the gradient."""
    return each(lambda g, y: g * y * (1 - y), grad, result)


def along(function: Any, dim: int, *inputs: Array) -> Array:
    """The function on every row along `dim`, of arrays of one shape; it takes and gives numbers."""
    output = numbers(*inputs[0].shape)
    rows = [np.moveaxis(values, dim, -1) for values in inputs]
    found = np.moveaxis(output, dim, -1)
    with mpmath.workprec(BITS):
        for place in np.ndindex(found.shape[:-1]):
            found[place] = function(*([mpmath.mpf(float(x)) for x in row[place]] for row in rows))
    return output


def softmax_grad(grad: Array, result: Array, *, dim: int) -> Array:
    """Every yᵢ's derivative by every xⱼ, yᵢ·(δᵢⱼ − yⱼ), times the gradients."""

    def jacobian(g: list[Any], y: list[Any]) -> list[Any]:
        places = range(len(g))
        return [mpmath.fsum(g[i] * y[i] * ((i == j) - y[j]) for i in places) for j in places]

    return along(jacobian, dim, grad, result)


def log_softmax_grad(grad: Array, result: Array, *, dim: int) -> Array:
    """Every yᵢ's derivative by every xⱼ, δᵢⱼ − e^yⱼ, times the gradients."""

    def jacobian(g: list[Any], y: list[Any]) -> list[Any]:
        return [
            mpmath.fsum(a * (i == j) - a * mpmath.exp(y[j]) for i, a in enumerate(g))
            for j in range(len(g))
        ]

    return along(jacobian, dim, grad, result)


def losses(input: Array, target: Array) -> list[Any]:
    """Each image's loss: Σ t·(ln Σ eˣ − x)."""
    found = []
    with mpmath.workprec(BITS):
        for x, t in zip(input.tolist(), target.tolist(), strict=True):
            powers = mpmath.fsum(mpmath.exp(value) for value in x)
            terms = zip(t, x, strict=True)
            found.append(mpmath.fsum(a * (mpmath.log(powers) - b) for a, b in terms))
    return found


def cross_entropy(input: Array, target: Array, *, reduction: str) -> Array:
    """The losses' sum or mean; no power here leaves mpmath's range, so no maximum."""
    if reduction == "none":
        return np.array(losses(input, target), dtype=object)
    output = numbers()
    with mpmath.workprec(BITS):
        total = mpmath.fsum(losses(input, target))
        output[()] = total / len(input) if reduction == "mean" else total
    return output


def cross_entropy_grad(grad: Array, input: Array, target: Array, *, reduction: str) -> Array:
    """Each class's t times δ − P of every class, with the sign of a loss."""
    count = len(input) if reduction == "mean" else 1

    def row(x: list[Any], t: list[Any]) -> list[Any]:
        total = mpmath.fsum(mpmath.exp(value) for value in x)
        return [
            mpmath.fsum(a * (mpmath.exp(x[c]) / total - (c == k)) for k, a in enumerate(t))
            * float(grad)
            / count
            for c in range(len(x))
        ]

    return along(row, 1, input, target)


def avg_pool2d_grad(grad: Array, *, input_size: Any, padding: Padding, **given: Any) -> Array:
    """From every window to each of its pixels an even share."""
    rows, columns = window_starts(
        input_size,
        given["kernel_size"],
        given["stride"],
        padding,
        (1, 1),
        ceil_mode=given["ceil_mode"],
    )
    margins = padding if given["count_include_pad"] else ((0, 0), (0, 0))
    output = np.full(input_size, Fraction(0))
    for n, c, i, j in np.ndindex(grad.shape):
        places = 1
        for start, count, size, margin in zip(
            (rows[i], columns[j]), given["kernel_size"], input_size[2:], margins, strict=True
        ):
            places *= sum(-margin[0] <= start + k < size + margin[1] for k in range(count))
        window = taps(input_size, rows[i], columns[j], given["kernel_size"], (1, 1))
        for _, _, row, column in window:
            output[n, c, row, column] += Fraction(float(grad[n, c, i, j])) / places
    return output


def max_pool2d_grad(grad: Array, input: Array, **given: Any) -> Array:
    """From every window all to the first pixel that none exceeds."""
    geometry = (given[key] for key in ("kernel_size", "stride", "padding", "dilation"))
    rows, columns = window_starts(input.shape, *geometry, ceil_mode=given["ceil_mode"])
    output = np.full(input.shape, Fraction(0))
    for n, c, i, j in np.ndindex(grad.shape):
        window = taps(input.shape, rows[i], columns[j], given["kernel_size"], given["dilation"])
        pixels = [(row, column) for _, _, row, column in window]
        plane = input[n, c]
        wins = [p for p in pixels if all(plane[p] >= plane[other] for other in pixels)]
        for row, column in wins[:1]:
            output[n, c, row, column] += Fraction(float(grad[n, c, i, j]))
    return output


def max_pool2d_grad_from_indices(grad: Array, indices: Array, *, input_size: Any) -> Array:
    """From every window all to the pixel of that number."""
    output = np.full(input_size, Fraction(0))
    for n, c, i, j in np.ndindex(grad.shape):
        row, column = divmod(int(indices[n, c, i, j]), input_size[3])
        if row < input_size[2]:
            output[n, c, row, column] += Fraction(float(grad[n, c, i, j]))
    return output


def lp_pool2d_grad(grad: Array, input: Array, result: Array, **given: Any) -> Array:
    """From every window to each of its pixels (x/y)^(p − 1), scaled as the window's sum was."""
    taps_of, power = given["kernel_size"], given["norm_type"] - 1
    rows, columns = window_starts(
        *(input.shape, taps_of, given["stride"], ((0, 0), (0, 0)), (1, 1)),
        ceil_mode=given["ceil_mode"],
    )
    output = np.full(input.shape, mpmath.mpf(0))
    with mpmath.workprec(BITS):
        for n, c, i, j in np.ndindex(grad.shape):
            y, g = (mpmath.mpf(float(values[n, c, i, j])) for values in (result, grad))
            window = list(taps(input.shape, rows[i], columns[j], taps_of, (1, 1)))
            scale = mpmath.mpf(taps_of[0] * taps_of[1]) / len(window)
            for _, _, row, column in window if y else ():
                x = mpmath.mpf(float(input[n, c, row, column]))
                output[n, c, row, column] += g * scale * to_the(x / y, power)
    return output


def to_the(base: Any, power: float) -> Any:
    """A power as IEEE 754 has it: 1 of whatever to the 0, no number of a root below zero."""
    if not power:
        return mpmath.mpf(1)
    return base**power if base >= 0 or power == int(power) else mpmath.nan


def batch_norm_input_grad(
    grad: Array, running_var: Array, weight: Array | None, *, eps: float
) -> Array:
    """The gradient over the deviation, times γ."""
    ones = np.ones_like(running_var) if weight is None else weight
    shape = (1, -1, *(1,) * (grad.ndim - 2))
    per = (np.broadcast_to(one.reshape(shape), grad.shape) for one in (running_var, ones))
    return each(lambda g, v, w: g * w / mpmath.sqrt(v + eps), grad, *per)


def batch_norm_weight_grad(
    grad: Array, input: Array, running_mean: Array, running_var: Array, *, eps: float
) -> Array:
    """The sum of the gradients times the normalised values."""
    output = numbers(len(running_mean))
    with mpmath.workprec(BITS):
        for c, (mean, variance) in enumerate(zip(running_mean, running_var, strict=True)):
            deviation = mpmath.sqrt(mpmath.mpf(float(variance)) + eps)
            pairs = zip(of_channel(grad, c), of_channel(input, c), strict=True)
            output[c] = mpmath.fsum(g * (x - float(mean)) / deviation for g, x in pairs)
    return output


def batch_norm_train_weight_grad(grad: Array, input: Array, *, eps: float) -> Array:
    """The sum of the gradients times the values that the channel's own moments normalise."""
    output = numbers(grad.shape[1])
    with mpmath.workprec(BITS):
        for c in range(len(output)):
            g, x = of_channel(grad, c), of_channel(input, c)
            mean, variance = moments(x)
            terms = (a * (b - mean) for a, b in zip(g, x, strict=True))
            deviation = mpmath.sqrt(variance + eps)  # where it is 0, so is every b − mean
            output[c] = mpmath.fsum(terms) / deviation if deviation else mpmath.nan
    return output


def batch_norm_train_input_grad(
    grad: Array, input: Array, weight: Array | None, *, eps: float
) -> Array:
    """Every yᵢ's derivative by every xⱼ, γ·(δᵢⱼ − 1/m − x̂ᵢ·x̂ⱼ/m)/√…, times the gradients."""
    output = numbers(*grad.shape)
    with mpmath.workprec(BITS):
        for c in range(grad.shape[1]):
            g, x = of_channel(grad, c), of_channel(input, c)
            mean, variance = moments(x)
            deviation, gamma = mpmath.sqrt(variance + eps), 1 if weight is None else weight[c]
            if not deviation:
                output[:, c] = mpmath.nan
                continue
            hats, places = [(one - mean) / deviation for one in x], range(len(x))
            found = [
                mpmath.fsum(g[i] * ((i == j) - (1 + hats[i] * hats[j]) / len(x)) for i in places)
                * float(gamma)
                / deviation
                for j in places
            ]
            output[:, c] = np.array(found, dtype=object).reshape(output[:, c].shape)
    return output


def batch_norm_bias_grad(grad: Array) -> Array:
    """The sum of the gradients."""
    output = numbers(grad.shape[1])
    with mpmath.workprec(BITS):
        for c in range(grad.shape[1]):
            output[c] = mpmath.fsum(of_channel(grad, c))
    return output


def local_response_norm_grad(
    grad: Array, input: Array, *, size: int, alpha: float, beta: float, k: float
) -> Array:
    """Every output's derivative by every input of its window, times the gradients."""

    def lines(g: list[Any], x: list[Any]) -> list[Any]:
        channels, found = range(len(x)), [mpmath.mpf(0)] * len(x)
        for d in channels:
            window = [c for c in range(d - size // 2, d - size // 2 + size) if c in channels]
            base = k + mpmath.mpf(alpha) / size * mpmath.fsum(x[c] ** 2 for c in window)
            for c in {d, *window}:
                slope = 2 * mpmath.mpf(alpha) / size * x[c] * (c in window)
                derivative = (c == d) * base**-beta - beta * x[d] * slope * base ** (-beta - 1)
                found[c] += g[d] * derivative
        return found

    return along(lines, 1, grad, input)


def affine_grid_grad(grad: Array, *, size: Any, align_corners: bool, flat: bool) -> Array:
    """Every point's gradients times its base coordinates."""
    output = np.full((size[0], 2, 3), Fraction(0))
    for n, i, j, axis in np.ndindex(grad.shape):
        g = Fraction(float(grad[n, i, j, axis]))
        point = centre(j, size[3], align_corners), centre(i, size[2], align_corners), 1
        for k, coordinate in enumerate(point):
            output[n, axis, k] += g * coordinate
    return output.reshape(size[0], 6) if flat else output


LAYERS = (
    *(batch_norm_input_grad, batch_norm_weight_grad, batch_norm_bias_grad),
    *(batch_norm_train_input_grad, batch_norm_train_weight_grad),
    *(local_response_norm_grad, affine_grid_grad),
    *(avg_pool2d_grad, max_pool2d_grad, max_pool2d_grad_from_indices, lp_pool2d_grad),
    *(relu_grad, leaky_relu_grad, elu_grad, tanh_grad, sigmoid_grad),
    *(softmax_grad, log_softmax_grad, cross_entropy, cross_entropy_grad),
)
