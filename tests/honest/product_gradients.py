"""Gradients of sums of products in float32: factors (K, …) in every order of summation."""

from typing import Any

import numpy as np

from clgold.reference import im2col
from clgold.reference.windows import windows

from .arithmetic import Arithmetic, Array, F
from .sums import Order


def local2d_input_grad(
    order: Order, a: Arithmetic, grad: Array, weight: Array, *, input_size: Any, stride: Any
) -> Array:
    """A site's products in that order, one site's shares added after another's."""
    m, ty, tx, _, ky, kx, sy, sx = weight.shape
    tiles = grad.reshape(-1, m, sy, ty, sx, tx).transpose(1, 3, 5, 0, 2, 4)
    output = np.zeros(input_size, F)
    for s, r in np.ndindex(sy, sx):
        g = tiles[..., s, r].reshape(m * ty * tx, -1, 1, 1, 1)
        w = weight[..., s, r].reshape(m * ty * tx, 1, *weight.shape[3:6])
        place = np.s_[:, :, s * stride[0] :, r * stride[1] :]
        output[place][:, :, :ky, :kx] = a.add(output[place][:, :, :ky, :kx], order(a, g, w, None))
    return output


def local2d_weight_grad(
    order: Order, a: Arithmetic, grad: Array, input: Array, *, weight_size: Any, stride: Any
) -> Array:
    """The images in that order."""
    m, ty, tx, _, ky, kx, sy, sx = weight_size
    tiles = grad.reshape(-1, m, sy, ty, sx, tx).transpose(0, 1, 3, 5, 2, 4)
    cut = windows(input, (ky, kx), stride, (1, 1), (sy, sx)).transpose(0, 1, 4, 5, 2, 3)
    places = tiles[:, :, :, :, np.newaxis, np.newaxis, np.newaxis]
    return order(a, places, cut[:, np.newaxis, np.newaxis, np.newaxis], None)


def over_everything(order: Order, a: Arithmetic, grad: Array, input: Array) -> Array:
    return order(a, grad.reshape(-1, 1), input.reshape(-1, 1), None)


def over_the_batch(order: Order, a: Arithmetic, grad: Array) -> Array:
    """A plain sum: its terms times 1, which rounds nothing."""
    found = order(a, grad, np.ones((len(grad), *(1,) * (grad.ndim - 1)), F), None)
    return found[np.newaxis]


def conv2d_input_grad(
    order: Order,
    a: Arithmetic,
    grad: Array,
    weight: Array,
    *,
    input_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Array:
    """A tap's products over the filters in that order, one tap after another."""
    n, c, h, w = input_size
    m, depth, kh, kw = weight.shape
    (top, bottom), (left, right) = padding
    oh, ow = grad.shape[2:]
    output = np.zeros((n, c, top + h + bottom, left + w + right), F)
    for g, k, q in np.ndindex(groups, kh, kw):
        own = slice(g * (m // groups), (g + 1) * (m // groups))
        factors = grad[:, own].swapaxes(0, 1)[:, :, np.newaxis]
        taps = weight[own, :, k, q][:, np.newaxis, :, np.newaxis, np.newaxis]
        rows = slice(k * dilation[0], k * dilation[0] + (oh - 1) * stride[0] + 1, stride[0])
        columns = slice(q * dilation[1], q * dilation[1] + (ow - 1) * stride[1] + 1, stride[1])
        place = np.s_[:, g * depth : (g + 1) * depth, rows, columns]
        output[place] = a.add(output[place], order(a, factors, taps, None))
    return output[:, :, top : top + h, left : left + w]


def conv2d_weight_grad(
    order: Order,
    a: Arithmetic,
    grad: Array,
    input: Array,
    *,
    weight_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Array:
    """All images and places in that order, padding's zeros among them."""
    m, depth, kh, kw = weight_size
    parts = []
    for g in range(groups):
        own = grad[:, g * (m // groups) : (g + 1) * (m // groups)].swapaxes(1, 2).swapaxes(2, 3)
        factors = own.reshape(-1, m // groups, 1)
        image = input[:, g * depth : (g + 1) * depth]
        columns = im2col(image, (kh, kw), stride, padding, dilation).transpose(0, 2, 1)
        pixels = columns.reshape(len(factors), 1, depth * kh * kw)
        parts.append(order(a, factors, pixels, None).reshape(m // groups, depth, kh, kw))
    return np.concatenate(parts)


def conv2d_bias_grad(order: Order, a: Arithmetic, grad: Array) -> Array:
    terms = grad.transpose(0, 2, 3, 1).reshape(-1, grad.shape[1])
    return order(a, terms, np.ones((len(terms), 1), F), None)


def linear_input_grad(order: Order, a: Arithmetic, grad: Array, weight: Array) -> Array:
    return order(a, grad.T[:, :, np.newaxis], weight[:, np.newaxis], None)


def linear_weight_grad(order: Order, a: Arithmetic, grad: Array, input: Array) -> Array:
    return order(a, grad[:, :, np.newaxis], input[:, np.newaxis], None)


def linear_bias_grad(order: Order, a: Arithmetic, grad: Array) -> Array:
    return order(a, grad, np.ones((len(grad), 1), F), None)


PRODUCTS = {
    "conv2d_input_grad": conv2d_input_grad,
    "conv2d_weight_grad": conv2d_weight_grad,
    "conv2d_bias_grad": conv2d_bias_grad,
    "linear_input_grad": linear_input_grad,
    "linear_weight_grad": linear_weight_grad,
    "linear_bias_grad": linear_bias_grad,
    "local2d_input_grad": local2d_input_grad,
    "local2d_weight_grad": local2d_weight_grad,
    "scale_shift_scale_grad": over_everything,
    "scale_shift_shift_grad": over_the_batch,
}
