"""Gradients of layers that add up products: every product of the layer hands its share back."""

from typing import Any

import numpy as np

from .values import numbers, total

Array = np.ndarray
Pair = tuple[int, int]
Terms = dict[tuple[int, ...], list[float]]


def collected(shape: tuple[int, ...], terms: Terms) -> Array:
    """The exact sum of the terms of every place; 0 where there are none."""
    output = numbers(*shape)
    for index in np.ndindex(shape):
        output[index] = total(terms.get(index, []))
    return output


def local_products(input_size: Any, weight_size: Any, stride: Pair) -> Any:
    """(output, pixel, weight) of every product of a locally-connected layer."""
    m, ty, tx, c, ky, kx, sy, sx = weight_size
    for n in range(input_size[0]):
        for f, t, q, d, k, i, s, r in np.ndindex(m, ty, tx, c, ky, kx, sy, sx):
            pixel = n, d, stride[0] * s + k, stride[1] * r + i
            yield (n, f, ty * s + t, tx * r + q), pixel, (f, t, q, d, k, i, s, r)


def local2d_input_grad(grad: Array, weight: Array, *, input_size: Any, stride: Pair) -> Array:
    """To every pixel what the outputs that read it give."""
    g, w, terms = grad.astype(float), weight.astype(float), Terms()
    for output, pixel, tap in local_products(input_size, weight.shape, stride):
        terms.setdefault(pixel, []).append(float(g[output] * w[tap]))
    return collected(input_size, terms)


def local2d_weight_grad(grad: Array, input: Array, *, weight_size: Any, stride: Pair) -> Array:
    """To every weight what the outputs give that it has a part in."""
    g, x, terms = grad.astype(float), input.astype(float), Terms()
    for output, pixel, tap in local_products(input.shape, weight_size, stride):
        terms.setdefault(tap, []).append(float(g[output] * x[pixel]))
    return collected(weight_size, terms)


def scale_shift_scale_grad(grad: Array, input: Array) -> Array:
    """One sum over everything."""
    products = grad.astype(float) * input.astype(float)
    return collected((1,), {(0,): products.ravel().tolist()})


def scale_shift_shift_grad(grad: Array) -> Array:
    """A unit's sum over the batch."""
    shape = (1, *grad.shape[1:])
    terms = {index: grad[(slice(None), *index[1:])].tolist() for index in np.ndindex(shape)}
    return collected(shape, terms)


def scale_shift_input_grad(grad: Array, scale: Array) -> Array:
    """Every value times the factor."""
    factor = float(scale[0])
    return collected(grad.shape, {i: [float(grad[i]) * factor] for i in np.ndindex(grad.shape)})


def window_products(
    input_size: Any,
    weight_size: Any,
    output_size: Any,
    *,
    stride: Pair,
    padding: Any,
    dilation: Pair,
    groups: int,
) -> Any:
    """(output, pixel, weight) of every product of a convolution: taps that lie on the image."""
    (filters, depth, *taps), (batch, _, height, width) = weight_size, input_size
    for n, f, i, j in np.ndindex(batch, filters, *output_size):
        first = f // (filters // groups) * depth
        for d, k, q in np.ndindex(depth, *taps):
            row = stride[0] * i + dilation[0] * k - padding[0][0]
            column = stride[1] * j + dilation[1] * q - padding[1][0]
            if 0 <= row < height and 0 <= column < width:
                yield (n, f, i, j), (n, first + d, row, column), (f, d, k, q)


def conv2d_input_grad(grad: Array, weight: Array, *, input_size: Any, **steps: Any) -> Array:
    """To every pixel what the outputs that read it give."""
    g, w, terms = grad.astype(float), weight.astype(float), Terms()
    for output, pixel, tap in window_products(input_size, weight.shape, grad.shape[2:], **steps):
        terms.setdefault(pixel, []).append(float(g[output] * w[tap]))
    return collected(input_size, terms)


def conv2d_weight_grad(grad: Array, input: Array, *, weight_size: Any, **steps: Any) -> Array:
    """To every weight what the outputs give that it has a part in."""
    g, x, terms = grad.astype(float), input.astype(float), Terms()
    for output, pixel, tap in window_products(input.shape, weight_size, grad.shape[2:], **steps):
        terms.setdefault(tap, []).append(float(g[output] * x[pixel]))
    return collected(weight_size, terms)


def conv2d_bias_grad(grad: Array) -> Array:
    """A filter's sum over images and places."""
    terms = {(m,): grad[:, m].ravel().tolist() for m in range(grad.shape[1])}
    return collected((grad.shape[1],), terms)


def linear_input_grad(grad: Array, weight: Array) -> Array:
    """A row of weights for each output, times its gradient."""
    g, w = grad.astype(float), weight.astype(float)
    shape = len(g), w.shape[1]
    return collected(shape, {(n, i): (g[n] * w[:, i]).tolist() for n, i in np.ndindex(shape)})


def linear_weight_grad(grad: Array, input: Array) -> Array:
    """An output's gradient times a feature, over the batch."""
    g, x = grad.astype(float), input.astype(float)
    shape = g.shape[1], x.shape[1]
    return collected(shape, {(o, i): (g[:, o] * x[:, i]).tolist() for o, i in np.ndindex(shape)})


def linear_bias_grad(grad: Array) -> Array:
    """An output's sum over the batch."""
    return collected((grad.shape[1],), {(o,): grad[:, o].tolist() for o in range(grad.shape[1])})


LAYERS = (
    conv2d_input_grad,
    conv2d_weight_grad,
    conv2d_bias_grad,
    linear_input_grad,
    linear_weight_grad,
    linear_bias_grad,
    local2d_input_grad,
    local2d_weight_grad,
    scale_shift_scale_grad,
    scale_shift_shift_grad,
    scale_shift_input_grad,
)
