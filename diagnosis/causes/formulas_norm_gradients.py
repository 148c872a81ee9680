"""Gradients of batch_norm, local_response_norm and affine_grid by other formulas."""

from typing import Any

import numpy as np

from clgold.reference.affine_grid import base
from clgold.reference.layer import Array
from clgold.reference.local_response_norm import channel_sums
from clgold.reference.local_response_norm_grad import seen_by

from .formulas import Names, lines
from .formulas_losses import over


def by_channel(values: Array | None, like: Array) -> Array:
    """(C,) shaped to broadcast; 1 where absent."""
    if values is None:
        return np.ones((1,) * like.ndim)
    return values.reshape(-1, *(1,) * (like.ndim - 2))


def input_names(g: Array, v: Array, w: Array | None = None, *, eps: float) -> Names:
    """g, and by channel v (variance), w (γ); e is eps."""
    return {"g": g, "v": by_channel(v, g), "w": by_channel(w, g), "e": eps}


def sums_names(g: Array, x: Array, m: Array, v: Array, *, eps: float) -> Names:
    """g, x, m (mean) by channel; v by channel of the output; total(a) over all but the channel."""
    others = (0, *range(2, g.ndim))
    known = {"g": g, "x": x, "m": by_channel(m, g), "v": v, "e": eps}
    return known | {"total": lambda a: a.sum(axis=others), "n": g.size // len(v)}


BATCH_NORM_INPUT_GRAD = lines(
    "batch_norm_input_grad",
    """
multiply by weight / sqrt(variance + eps)
weight left out | g/sqrt(v + e) | g / sqrt(variance + eps): the weight left out
root forgotten | g*w/(v + e) | g weight / (variance + eps), without the root
not divided | g*w | g weight: not divided
multiplied by the root | g*w*sqrt(v + e) | g weight sqrt(variance + eps)
divided by the weight | g/w/sqrt(v + e) | g / (weight sqrt(variance + eps))
weight twice | g*w*w/sqrt(v + e) | g weight² / sqrt(variance + eps)
variance left out | g*w/sqrt(1 + e + 0*v) | a variance of 1
grad left out | w/sqrt(v + e) + 0*g | the scale alone, not multiplied by the gradient
derivative left out | 1*g | the gradient itself: the derivative left out
divide by sqrt(variance + eps), not by sqrt(variance) + eps
eps outside the root | g*w/(sqrt(v) + e) | eps added to the root in place of the variance
""",
    over(input_names),
)
BATCH_NORM_WEIGHT_GRAD = lines(
    "batch_norm_weight_grad",
    """
add up g * (x - mean) / sqrt(variance + eps)
mean not subtracted | total(g*x)/sqrt(v + e) | sums of g x: the mean not subtracted
mean added | total(g*(x + m))/sqrt(v + e) | the mean added
not divided | total(g*(x - m)) | sums that are not divided by the root
root forgotten | total(g*(x - m))/(v + e) | sums over (variance + eps), without the root
multiplied by the root | total(g*(x - m))*sqrt(v + e) | sums times the root
sums of g | total(g) | sums of g alone: the bias's gradient
x left out | total(0*x + g)/sqrt(v + e) | sums of g over the root
g left out | total(x - m)/sqrt(v + e) | sums of x - mean: g left out
mean for sum | total(g*(x - m))/sqrt(v + e)/n | a mean in place of the sum
eps outside the root | total(g*(x - m))/(sqrt(v) + e) | eps added to the root
""",
    over(sums_names),
)


def bias_names(g: Array) -> Names:
    """g; total(a) over all but the channel, of n values."""
    others = (0, *range(2, g.ndim))
    return {"g": g, "total": lambda a: a.sum(axis=others), "n": g.size // g.shape[1]}


BATCH_NORM_BIAS_GRAD = lines(
    "batch_norm_bias_grad",
    """
add up g over the images and places of the channel
mean for sum | total(g)/n | a mean in place of the sum
magnitudes | total(abs(g)) | sums of |g|
squares | total(g*g) | sums of g²
divided by the images | total(g)/g.shape[0] | sums divided by the number of images
""",
    over(bias_names),
)


def response_names(g: Array, x: Array, *, size: int, alpha: float, beta: float, k: float) -> Names:
    """g, x; D the base; c = 2αβ/size; s(a) adds up those that see a channel, t(a) those seen."""
    base_of = k + alpha / size * channel_sums(x * x, size)
    known: dict[str, Any] = {"g": g, "x": x, "D": base_of, "b": beta, "size": size}
    known |= {"c": 2 * alpha * beta / size, "s": lambda a: seen_by(a, size)}
    return known | {"t": lambda a: channel_sums(a, size)}


RESPONSE_GRAD = lines(
    "local_response_norm_grad",
    """
subtract 2 alpha beta / size * x * the sum over the channels that see this one
second term left out | g*D**-b | g D^-beta: the second term left out
first term left out | -c*x*s(g*x*D**(-b - 1)) | the second term alone
second term added | g*D**-b + c*x*s(g*x*D**(-b - 1)) | the second term added
its own channel alone | g*D**-b - c*x*g*x*D**(-b - 1) | its own channel alone in the second term
2 left out | g*D**-b - c/2*x*s(g*x*D**(-b - 1)) | alpha beta for 2 alpha beta
not divided by size | g*D**-b - c*size*x*s(g*x*D**(-b - 1)) | alpha that is not divided by size
power one too low | g*D**-b - c*x*s(g*x*D**-b) | D^-beta in both terms
x left out of the sum | g*D**-b - c*x*s(g*D**(-b - 1)) | x left out of the sum
x left out before the sum | g*D**-b - c*s(g*x*D**(-b - 1)) | x left out before the sum
x twice | g*D**-b - c*x*x*s(g*x*D**(-b - 1)) | x twice before the sum
g outside of the sum | g*D**-b - c*x*g*s(x*D**(-b - 1)) | g outside of the sum
take the channels whose windows hold this one
windows not turned | g*D**-b - c*x*t(g*x*D**(-b - 1)) | the channel's own window in the second term
derivative left out | 1*g | the gradient itself: the derivative left out
""",
    over(response_names),
)


def grid_names(g: Array, *, size: Any, align_corners: bool, flat: bool) -> Names:
    """g, x and y (H, W); made(a, b, c) are the sums of g times these three, as θ lies."""
    x, y = (np.asarray(base(n, align_corners)) for n in (size[3], size[2]))
    x, y = np.broadcast_arrays(x, y[:, np.newaxis])

    def made(*factors: Any) -> Array:
        weights = np.stack([np.broadcast_to(one, x.shape) for one in factors], axis=-1)
        found = np.einsum("nijk,ijl->nkl", g, weights)
        return found.reshape(-1, 6) if flat else found

    return {"g": g, "x": x, "y": y, "made": made, "h": size[2], "w": size[3]}


AFFINE_GRID_GRAD = lines(
    "affine_grid_grad",
    """
multiply by (x, y, 1)
x and y exchanged | made(y, x, 1) | (y, x, 1) for (x, y, 1)
y upwards | made(x, -y, 1) | y pointing upwards
x reversed | made(-x, y, 1) | x pointing to the left
1 first | made(1, x, y) | (1, x, y) for (x, y, 1)
translation left out | made(x, y, 0) | no gradient for the translation
pixels for coordinates | made((x + 1)/2*(w - 1), (y + 1)/2*(h - 1), 1) | pixels' indices in place \
of coordinates
0 to 1 | made((x + 1)/2, (y + 1)/2, 1) | coordinates from 0 to 1
add up without dividing
mean for sum | made(x, y, 1)/h/w | a mean in place of the sum
""",
    over(grid_names),
)
NORM_GRADIENTS = (
    *(*BATCH_NORM_INPUT_GRAD, *BATCH_NORM_WEIGHT_GRAD, *BATCH_NORM_BIAS_GRAD),
    *(*RESPONSE_GRAD, *AFFINE_GRID_GRAD),
)
