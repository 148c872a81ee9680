"""batch_norm and local_response_norm by other formulas."""

from typing import Any

import numpy as np

from clgold.reference import SpecError
from clgold.reference.layer import Array

from .formulas import Names, formula, keep, lines


def batch_names(
    x: Array, m: Array, v: Array, g: Array | None, b: Array | None, *, eps: float
) -> Names:
    """x, then by channel m v g b: mean, variance, γ, β; e is eps.

    An absent γ or β is 1 as a factor and 0 as a shift: `shift_g` and `factor_b` where exchanged.
    Of a channel's array: `after`, `prior`, `first`, `back` are those of other channels; `nhwc`,
    `column`, `image` take the element's place in memory, its column and its image for a channel.
    """
    channels, others = x.shape[1], (0, *range(2, x.ndim))
    shape = (-1, *(1,) * (x.ndim - 2))

    def by_channel(one: Array | None, absent: float) -> Array:
        return (np.full(channels, absent) if one is None else one).reshape(shape)

    def unbiased(variance: Array) -> Array:
        count = x.size // channels
        if count < 2:
            raise SpecError(f"batch_norm: a channel has {count} values, expected at least 2")
        return variance * count / (count - 1)

    def at(index: Array) -> Any:
        return lambda one: one.ravel()[np.broadcast_to(index % channels, x.shape)]

    return {
        **{"x": x, "m": by_channel(m, 0.0), "v": by_channel(v, 1.0), "e": eps},
        **{"g": by_channel(g, 1.0), "b": by_channel(b, 0.0)},
        **{"shift_g": by_channel(g, 0.0), "factor_b": by_channel(b, 1.0)},
        "unbiased": unbiased,
        "mean": lambda a: a.mean(axis=others, keepdims=True)[0],
        "var": lambda a: a.var(axis=others, keepdims=True)[0],
        "after": lambda a: np.roll(a, -1, axis=0),
        "prior": lambda a: np.roll(a, 1, axis=0),
        "first": lambda a: a[:1],
        "back": lambda a: a[::-1],
        "nhwc": at(np.arange(x.size).reshape(x.shape)),
        "column": at(np.arange(x.shape[-1])),
        "image": at(np.arange(x.shape[0]).reshape(-1, *(1,) * (x.ndim - 1))),
    }


BATCH_NORM = lines(
    "batch_norm",
    """
divide by sqrt(variance + eps), not by sqrt(variance) + eps
eps outside the root | (x-m)*g/(sqrt(v)+e) + b | eps added to the root in place of the variance
use the eps that is given
eps twice | (x - m)*g/sqrt(v + 2*e) + b | eps added twice
eps squared | (x - m)*g/sqrt(v + e*e) + b | the square of eps
eps subtracted | (x - m)*g/sqrt(v - e) + b
divide by sqrt(variance + eps)
eps as a floor | (x - m)*g/sqrt(maximum(v, e)) + b | the larger of variance and eps
scale x - mean
nothing but beta | 0*x + b | beta alone
scale left out | x - m + b | x - mean + beta, without a scale
scale added | x - m + g/sqrt(v + e) + b | a scale that is added
keep float32
square root in # | (x - m)*g/keep("#", sqrt(v + e)) + b | a square root rounded to #
scale in # | (x - m)*keep("#", g/sqrt(v + e)) + b | a scale rounded to #
difference in # | keep("#", x - m)*g/sqrt(v + e) + b | x - mean rounded to #
gamma * (x - mean) / sqrt(variance + eps) + beta
beta for gamma | (x - m)*factor_b/sqrt(v + e) + b | beta in place of gamma
gamma for beta | (x - m)*g/sqrt(v + e) + shift_g | gamma in place of beta
gamma and beta exchanged | (x - m)*factor_b/sqrt(v + e) + shift_g
mean and variance exchanged | (x - v)*g/sqrt(m + e) + b
mean and beta exchanged | (x - b)*g/sqrt(v + e) + m
variance and gamma exchanged | (x - m)*v/sqrt(g + e) + b
divide by sqrt(variance + eps)
root forgotten | (x - m)*g/(v + e) + b | a division by the variance, without the root
variance taken for the inverse | (x - m)*g*v + b | the variance as a factor
root for its reciprocal | (x-m)*g*sqrt(v+e) + b | a factor sqrt(variance + eps) in \
place of a division by it
variance squared | (x-m)*g/sqrt(v*v + e) + b | a standard deviation squared: the \
variance's square plus eps
root twice | (x - m)*g/sqrt(sqrt(v + e)) + b | the root taken twice
not divided | (x - m)*g + b | x - mean that is not divided
use the running variance as it is
unbiased variance | (x - m)*g/sqrt(unbiased(v) + e) + b | a variance multiplied by n/(n - 1)
use the running statistics
statistics of the batch | (x - mean(x))*g/sqrt(var(x) + e) + b | mean and variance of \
the input itself, as in training
gamma * (x - mean) / sqrt(variance + eps) + beta
gamma left out | (x - m)/sqrt(v + e) + b
beta left out | (x - m)*g/sqrt(v + e)
gamma and beta left out | (x - m)/sqrt(v + e)
mean left out | x*g/sqrt(v + e) + b | a mean that is not subtracted
mean added | (x + m)*g/sqrt(v + e) + b | a mean that is added
beta subtracted | (x - m)*g/sqrt(v + e) - b | a beta that is subtracted
gamma divides | (x - m)/g/sqrt(v + e) + b | a division by gamma
beta scaled too | (x - m + b)*g/sqrt(v + e) | beta added before the scaling
beta times gamma | (x - m)*g/sqrt(v + e) + b*g | gamma applied to beta too
fold the mean into the shift as beta - mean * scale
mean not scaled | x*g/sqrt(v + e) + b - m | a mean subtracted after the scaling
take mean, variance, gamma and beta of the element's own channel
first channel for all | (x - first(m))*first(g)/sqrt(first(v) + e) + first(b) | the first \
channel's statistics everywhere
next channel | (x-after(m))*after(g)/sqrt(after(v)+e) + after(b) | the next channel's statistics
channel before | (x-prior(m))*prior(g)/sqrt(prior(v)+e) + prior(b) | the statistics \
of the channel before
channels reversed | (x-back(m))*back(g)/sqrt(back(v)+e) + back(b) | the statistics in reverse order
channels as in NHWC | (x - nhwc(m))*nhwc(g)/sqrt(nhwc(v) + e) + nhwc(b) | channels that run \
fastest, as in (N, H, W, C)
column for channel | (x - column(m))*column(g)/sqrt(column(v) + e) + column(b) | the \
statistics of the element's column
image for channel | (x - image(m))*image(g)/sqrt(image(v) + e) + image(b) | the statistics \
of the image's number
""",
    formula(batch_names),
)


def channel_sums(values: Array, low: int, high: int, axis: int = 1) -> Array:
    """Σ from `low` places before to `high` after each one along an axis."""
    if values.ndim <= axis:
        raise SpecError(f"local_response_norm: axis {axis} of {values.ndim}")
    turned = np.moveaxis(values, axis, 0)
    count, total = len(turned), np.zeros_like(turned)
    for step in range(max(-low, 1 - count), min(high, count - 1) + 1):
        total[max(-step, 0) : count - max(step, 0)] += turned[max(step, 0) : count + min(step, 0)]
    return np.moveaxis(total, 0, axis)


def response_names(x: Array, *, size: int, alpha: float, beta: float, k: float) -> Names:
    """x, n (size), a (alpha), b (beta), k; s is the right sum of squares, from lo to hi.

    y(Σ) is the right formula of another sum; sums(lo, hi) are those of other windows of x² or of
    `of`, along another axis than the channels.
    """
    lo, hi = size // 2, size - 1 - size // 2

    def sums(low: int = lo, high: int = hi, of: Array | None = None, axis: int = 1) -> Array:
        return channel_sums(x * x if of is None else of, low, high, axis)

    def edges() -> Array:
        padded = np.pad(x * x, [(0, 0), (lo, hi), *[(0, 0)] * (x.ndim - 2)], mode="edge")
        return sum((padded[:, j : j + x.shape[1]] for j in range(size)), np.zeros_like(x))

    def every(step: int) -> Array:
        shares = (sums(-k, k) for k in range(-lo, hi + 1, step))
        return sum(shares, np.zeros_like(x))

    def summed(kept: str) -> Array:
        total = np.zeros_like(x)
        for k in range(-lo, hi + 1):
            total = keep(kept, total + sums(-k, k))
        return total

    return {
        **{"every": every, "summed": summed},
        **{"x": x, "n": size, "a": alpha, "b": beta, "k": k, "lo": lo, "hi": hi},
        **{"s": sums(), "sums": sums, "edges": edges},
        "y": lambda total: x / (k + alpha / size * total) ** beta,
    }


RESPONSE = lines(
    "local_response_norm",
    """
add every square
nothing summed | x/(k + 0*s)**b | sums of no squares
every second channel | y(every(2)) | sums of every second channel
from the first channel on | y(sums(x.shape[1], hi)) | sums from the first channel on
keep float32
sum in # | x/(k + a/n*summed("#"))**b | sums kept in #
power in # | x/keep("#", (k + a/n*s)**b) | a power rounded to #
divide alpha by size
alpha not divided by size | x/(k + a*s)**b | an alpha that is not divided by the window's size
sum the channels from c - size/2, size of them
window short on the right | y(sums(lo, hi - 1)) | windows without their last channel
window short on the left | y(sums(lo - 1, hi)) | windows without their first channel
window long on the right | y(sums(lo, hi + 1)) | windows with one channel more on the right
window long on the left | y(sums(lo + 1, hi)) | windows with one channel more on the left
window one channel higher | y(sums(lo-1, hi+1)) | windows one channel higher, as ONNX \
places even ones
window one channel lower | y(sums(lo + 1, hi - 1)) | windows one channel lower
window from the channel on | y(sums(0, n - 1)) | windows that start at the channel
window up to the channel | y(sums(n - 1, 0)) | windows that end at the channel
window twice as wide | y(sums(n, n)) | windows of size channels on either side
centre left out | y(s - x*x) | sums without the channel itself
last channels repeated | y(edges()) | windows that repeat the first and last channel
within the channel | x/(k + a/n**2*sums(of=sums(axis=2), axis=3))**b | windows of pixels \
within each channel
along the columns | y(sums(axis=3)) | windows along the columns
along the rows | y(sums(axis=2)) | windows along the rows
sum the channels from c - size/2, size of them, and divide alpha by size
one channel higher, alpha not divided | x/(k + a*sums(lo-1, hi+1))**b
divide x by (k + alpha/size * sum) to the power beta
multiplied | x*(k + a/n*s)**b | a product with the power in place of a quotient
beta 0 | 1*x | the power 0: the input itself
use the k that is given
k 0 | x/(a/n*s)**b | k = 0
divide alpha by size, once
alpha divided twice | x/(k + a/n**2*s)**b | an alpha divided by the size's square
divide alpha by size
alpha times size | x/(k + a*n*s)**b | an alpha multiplied by the size
multiply the sum by alpha/size
alpha left out | x/(k + s/n)**b | an alpha of 1
sum squares
not squared | y(sums(of=x)) | a sum of x in place of x²
magnitudes | y(sums(of=abs(x))) | a sum of |x| in place of x²
divide x by (k + alpha/size * sum) to the power beta
whole base scaled | x/(a/n*(k + s))**b | alpha applied to k too
multiply by x
factor alone | (k + a/n*s)**-b | the factor alone, without x
divide x by (k + alpha/size * sum) to the power beta
power of the sum | x/(k + a/n*s**b) | a power of the sum alone
""",
    formula(response_names),
)
