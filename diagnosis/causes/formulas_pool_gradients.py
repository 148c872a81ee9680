"""Gradients of pools by other shares: what every window gives its pixels."""

from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.max_pool2d_grad_from_indices import handed_back as by_index
from clgold.reference.pool_grad import handed_back, seen
from clgold.reference.power_windows import whole_share

from .cause import Link, Recompute
from .formulas import Names, lines, value
from .formulas_losses import over
from .wrongly import ROUNDINGS

W = (4, 5)


def names(link: Link) -> Names:
    """Of every window (N, C, OH, OW, KH, KW): g, its gradient; inside, the taps on the image.

    Of max pooling x too, with −∞ outside; best, whether a tap is a largest; first(a), last(a) keep
    one true tap of each window; give(a) is g there. n is a window's taps, kh and kw its sides. Of
    power-average pooling x, y (result), p and s, the scale; some(a) is 0 of windows whose y is 0.
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
    if "norm_type" in given:
        x, y = seen(others[0], 0.0, given), others[1][..., np.newaxis, np.newaxis]
        share = whole_share(link.shape, given)[..., np.newaxis, np.newaxis]
        known |= {"x": x, "y": y, "p": given["norm_type"], "s": share}
        known["some"] = lambda shares: np.where(y == 0, 0.0, shares)
    elif others:
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
LP_POOL_GRAD = (
    *lines(
        "lp_pool2d_grad",
        """
raise x / y to the power p - 1
power p | some(g*s*(x/y)**p) | a power of p in place of p - 1
y left out | some(g*s*x**(p - 1)) | x^(p - 1): not divided by y's power
y not raised | some(g*s*x**(p - 1)/y) | x^(p - 1) / y: y not raised
times p | some(p*g*s*(x/y)**(p - 1)) | p times the gradient: 1/p, the root's, left out
divided by p | some(g/p*s*(x/y)**(p - 1)) | the gradient divided by p: the power's p left out
times y's power | some(g*s*(x*y)**(p - 1)) | a product with y in place of the quotient
signs lost | some(g*s*abs(x/y)**(p - 1)) | powers of |x|
sign of x kept | some(g*s*sign(x)*abs(x/y)**(p - 1)) | powers of |x| with x's sign, as of LpPool
derivative left out | some(g*s) | the gradient itself: the derivative left out
shared out evenly | g/inside.sum(W, keepdims=True) | the gradient shared out evenly
first of the window | give(first(inside)) | the whole gradient at every window's first pixel
scale an overhanging window's share as lp_pool2d does
scale left out | some(g*(x/y)**(p - 1)) | an overhanging window that is not scaled up
scale inverted | some(g/s*(x/y)**(p - 1)) | an overhanging window that is scaled down
a window whose y is 0 gives nothing
0 not left out | g*s*(x/where(y == 0, 1, y))**(p - 1) | windows with y = 0 divided by 1
""",
        over_windows(),
    ),
    *lines(
        "lp_pool2d_grad",
        """
add with +=: windows overlap
overlaps overwritten | some(g*s*(x/y)**(p - 1)) | gradients of overlapping windows written over \
one another
""",
        over_windows(added=False),
    ),
)


def indexed(g: Array, i: Array, *, input_size: Any) -> Names:
    """g, i (indices), h and w; put(i, a) adds a up where i names, over(i, a) writes it there."""
    h, w = input_size[2:]

    def over_one_another(places: Array, shares: Array) -> Array:
        output = np.zeros((*input_size[:2], h * w))
        for k in np.ndindex(g.shape):
            if 0 <= places[k] < h * w:
                output[*k[:2], int(places[k])] = shares[k]
        return output.reshape(input_size)

    known = {"g": g, "i": i, "h": h, "w": w, "over": over_one_another}
    return known | {"put": lambda places, shares: by_index(shares, places, input_size)}


INDEXED_GRAD = lines(
    "max_pool2d_grad_from_indices",
    """
add with +=: several windows may name one pixel
overlaps overwritten | over(i, g) | gradients of one pixel written over one another
mean for sum | put(i, g)/maximum(put(i, 1 + 0*g), 1) | a mean of the gradients that meet
indices are y * W + x, from 0 on, in the plane of their image and channel
counted from 1 | put(i - 1, g) | indices counted from 1
one too far | put(i + 1, g) | indices one too far
columns first | put(i % h*w + i//h, g) | indices read as x * H + y
columns reversed | put(i//w*w + w - 1 - i % w, g) | columns from right to left
rows reversed | put((h - 1 - i//w)*w + i % w, g) | rows from below
rows of the output | put(i//g.shape[3]*w + i % g.shape[3], g) | rows as long as the output's
indices alone | put(i, 1 + 0*g) | how many windows name a pixel, without their gradients
""",
    over(indexed),
)
POOL_GRADIENTS = (*MAX_POOL_GRAD, *AVG_POOL_GRAD, *LP_POOL_GRAD, *INDEXED_GRAD)
