"""Gradients of pools by other shares: what every window gives its pixels."""

from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.pool_grad import handed_back, seen

from .cause import Link, Recompute
from .formulas import Names, lines, value
from .wrongly import ROUNDINGS

W = (4, 5)


def names(link: Link) -> Names:
    """Of every window (N, C, OH, OW, KH, KW): g, its gradient; inside, the taps on the image.

    Of max pooling x too, with −∞ outside; best, whether a tap is a largest; first(a), last(a) keep
    one true tap of each window; give(a) is g there. n is a window's taps, kh and kw its sides.
    """
    grad, *others = (o.value for o in link.operands if o is not None)
    given = link.attributes
    kh, kw = given["kernel_size"]
    inside = seen(np.ones((1, 1, *link.shape[2:])), 0.0, given) > 0

    def first(mask: Array) -> Array:
        flat = np.broadcast_to(mask, (*grad.shape, kh, kw)).reshape(*grad.shape, -1)
        kept = flat & (np.cumsum(flat, axis=-1) == 1)
        return kept.reshape(*grad.shape, kh, kw)

    def last(mask: Array) -> Array:
        return first(mask[..., ::-1, ::-1])[..., ::-1, ::-1]

    known: dict[str, Any] = {"g": grad[..., np.newaxis, np.newaxis], "inside": inside, "W": W}
    known |= {"kh": kh, "kw": kw, "n": kh * kw, "first": first, "last": last}
    known["give"] = lambda mask: np.where(mask, known["g"], 0.0)  # 0 elsewhere, of an infinity too
    if others:
        x, zero = (seen(others[0], outside, given) for outside in (-np.inf, 0.0))
        known |= {"x": x, "zero": zero, "best": inside & (x == x.max(W, keepdims=True))}
    return known


def over_windows(added: bool = True) -> Callable[[CodeType], Recompute]:
    """Expressions of every window's shares, which are added up, or written over one another."""

    def computing(code: CodeType) -> Recompute:
        def recompute(link: Link) -> Enclosure:
            known = names(link)
            whole = (*known["g"].shape[:4], known["kh"], known["kw"])
            shares = np.where(known["inside"], np.broadcast_to(value(code, known), whole), 0.0)
            if not added:
                last = written(shares, link)
                return Enclosure(last, ROUNDINGS * link.profile.u * np.abs(last))
            found = handed_back(shares, link.shape, link.attributes)
            if link.rough:
                return Enclosure(found)
            size = handed_back(np.abs(shares), link.shape, link.attributes)
            relative = (known["n"] + ROUNDINGS) * link.profile.u
            tiny = 4 * link.profile.smallest_normal
            return Enclosure(found, relative * size + tiny * (size > 0))

        return recompute

    return computing


def written(shares: Array, link: Link) -> Array:
    """What stays of shares that are written window after window, those of 0 not."""
    output = np.zeros(link.shape)
    for i, j in np.ndindex(shares.shape[2:4]):
        alone = np.zeros_like(shares)
        alone[:, :, i, j] = shares[:, :, i, j]
        new = handed_back(alone, link.shape, link.attributes)
        output = np.where(new != 0, new, output)
    return output


MAX_POOL_GRAD = (
    *lines(
        "max_pool2d_grad",
        """
give the gradient to the first of equal maxima alone
ties: the last | give(last(best)) | the last of equal maxima
ties: shared | give(best)/maximum(best.sum(W, keepdims=True), 1) | equal maxima that share the \
gradient
ties: all of it each | give(best) | the whole gradient to every one of equal maxima
give the gradient to the largest value's pixel
minimum | give(first(inside & (x == where(inside, x, inf).min(W, keepdims=True)))) | the gradient \
at the smallest value
largest magnitude | give(first(inside & (abs(x) == abs(zero).max(W, keepdims=True)))) | the \
gradient at the largest |x|
shared out evenly | g/inside.sum(W, keepdims=True) | the gradient shared out evenly
first of the window | give(first(inside)) | the gradient at every window's first pixel
last of the window | give(last(inside)) | the gradient at every window's last pixel
every pixel | give(inside) | the gradient at every pixel of the window
times the maximum | where(first(best), g*zero, 0) | the gradient times the largest value
skip taps outside of the image: they are -INFINITY, not 0
padding read as 0 | give(first(zero == zero.max(W, keepdims=True))) | a maximum that sees zeros \
outside of the image
start the maximum at -INFINITY, not at 0
window starts at 0 | give(first(best & (x > 0))) | a window that starts at 0
let negative gradients through as well
positive gradients alone | where(first(best), maximum(g, 0), 0) | positive gradients alone
""",
        over_windows(),
    ),
    *lines(
        "max_pool2d_grad",
        """
add with +=: windows overlap
overlaps overwritten | give(first(best)) | gradients of overlapping windows written over one another
""",
        over_windows(added=False),
    ),
)
AVG_POOL_GRAD = (
    *lines(
        "avg_pool2d_grad",
        """
divide by the number of pixels that count_include_pad asks for
not divided | g | gradients that are not divided
always the whole window | g/n | gradients divided by kernel height times width everywhere
divided by one axis | g/kh | gradients divided by the window's height alone
divided by the width | g/kw | gradients divided by the window's width alone
divided twice | g/n/n | gradients divided by the window's pixels twice
divided by one less | g/max(n - 1, 1) | gradients divided by one less than the window's pixels
divided by one more | g/(n + 1) | gradients divided by one more than the window's pixels
give every pixel of the window its share
first of the window | give(first(inside)) | the whole gradient at every window's first pixel
last of the window | give(last(inside)) | the whole gradient at every window's last pixel
""",
        over_windows(),
    ),
    *lines(
        "avg_pool2d_grad",
        """
add with +=: windows overlap
overlaps overwritten | g/n | gradients of overlapping windows written over one another
""",
        over_windows(added=False),
    ),
)
POOL_GRADIENTS = (*MAX_POOL_GRAD, *AVG_POOL_GRAD)
