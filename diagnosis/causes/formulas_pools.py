"""max_pool2d, avg_pool2d and lp_pool2d by other functions of their windows."""

from types import CodeType

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.avg_pool2d import divisors
from clgold.reference.layer import Array
from clgold.reference.pointwise import flush_error

from .cause import Link, Recompute
from .formulas import Names, keep, lines, value
from .frames import all_windows
from .windows import geometry

# The axes of a window in (N, C, OH, OW, KH, KW).
W = (4, 5)


def cut(link: Link, values: Array, outside: float = 0.0) -> Array:
    """(N, C, OH, OW, KH, KW): the right windows, with that value outside of the image."""
    own = {name: one for name, one in geometry(link).items() if name != "ends"}
    return all_windows(values, (link.shape[2], link.shape[3]), outside=outside, **own)


def pool_names(link: Link, x: Array) -> Names:
    """w are the windows with 0 outside, beyond(c) those with c; W their axes; y the right maximum.

    kh and kw are a window's sides, n its pixels, `inside` those of them in the image, p is
    norm_type; total(a) the sum of a's powers, of a window that overhangs scaled up to a whole one;
    late(c) the windows with c outside that end a whole window after their clipped start;
    anew(c) a maximum from c on that any tap replaces which it is not larger than, as behind a NaN.
    """
    kh, kw = link.attributes["kernel_size"]
    p = link.attributes.get("norm_type", 1.0)
    inside = cut(link, np.ones((1, 1, *x.shape[2:]))).sum(W)

    def total(values: Array) -> Array:
        return (values**p).sum(W) * (kh * kw / inside)

    def beyond(outside: float) -> Array:
        return cut(link, x, outside)

    def late(outside: float, of: Array = x) -> Array:
        """Windows whose ends are counted from a start that was clipped into the image."""
        own, taps = geometry(link), []
        for k, count in enumerate(link.shape[2:]):
            start = np.maximum(np.arange(count) * own["stride"][k] - own["origin"][k], 0)
            taps.append(start[:, np.newaxis] + np.arange(own["kernel"][k]) * own["dilation"][k])
        rows, columns = taps[0][:, np.newaxis, :, np.newaxis], taps[1][np.newaxis, :, np.newaxis]
        kept = (rows < x.shape[2]) & (columns < x.shape[3])
        rows, columns = np.minimum(rows, x.shape[2] - 1), np.minimum(columns, x.shape[3] - 1)
        return np.where(kept, of[:, :, rows, columns], outside)

    def summed(kept: str) -> Array:
        taps, found = cut(link, x), np.zeros(link.shape)
        for row, column in np.ndindex(kh, kw):
            found = keep(kept, found + taps[..., row, column])
        return found

    def anew(start: float) -> Array:
        """Tap by tap, the larger if it is larger than the next, else the next."""
        taps, held = beyond(-np.inf), cut(link, np.ones((1, 1, *x.shape[2:])))
        found = np.full(link.shape, start)
        for row, column in np.ndindex(kh, kw):
            tap = taps[..., row, column]
            found = np.where((found > tap) | (held[..., row, column] == 0), found, tap)
        return found

    def count() -> Array:
        return divisors(x.shape, **link.attributes)

    known = {
        "FLT_MAX": float(np.finfo(np.float32).max),
        "late": late,
        "within": lambda: late(0.0, np.ones_like(x)).sum(W),
        "summed": summed,
        "anew": anew,
        "count": count,
        "kh": kh,
        "kw": kw,
        "n": kh * kw,
        "inside": inside,
        "p": p,
        "total": total,
    }
    return known | {"W": W, "w": cut(link, x), "beyond": beyond, "y": link.right.value}


# What rounds nothing has none of these names.
ROUNDED = {"sum", "mean", "sqrt", "total", "summed", "count"}


def over_windows(code: CodeType) -> Recompute:
    """Expressions over windows.

    The bound: each of the additions and the powers rounds, relative to the result and to that of
    |x|; and the result moves no further than |x|'s does, or than one of the window's values.
    """

    def recompute(link: Link) -> Enclosure:
        first = link.operands[0]
        assert first is not None
        found = value(code, pool_names(link, first.value))
        if link.rough:
            return Enclosure(found)
        known = pool_names(link, np.abs(first.value))
        terms, power = known["n"], known["p"]
        bound = flush_error(link.profile, found)
        if ROUNDED & {*code.co_names}:
            size = np.abs(value(code, known))
            relative = (2 * terms + 128) * max(power, 1) * link.profile.u
            bound = bound + relative * (size + np.abs(np.nan_to_num(found)))
        if not first.exact:
            size = np.abs(value(code, known))
            further = value(code, pool_names(link, np.abs(first.value) + first.radius))
            bound = bound + np.maximum(further - size, cut(link, first.radius).max(W))
        return Enclosure(found, bound)

    return recompute


MAX_POOL = lines(
    "max_pool2d",
    """
start the maximum at -INFINITY, not at 0
window starts at 0 | maximum(y, 0) | a window that starts at 0
start the maximum at -INFINITY, not at FLT_MIN
window starts at FLT_MIN | maximum(y, 2.0**-126) | a window that starts at FLT_MIN, the smallest \
positive normal number
start the maximum at -INFINITY, not at -FLT_MAX
window starts at -FLT_MAX | maximum(y, -FLT_MAX) | a window that starts at -FLT_MAX
start the maximum at -INFINITY, not at -1e30
window starts at -1e30 | maximum(y, -1.0000000150474662e30) | a window that starts at -1e30
skip taps outside of the image: they are -INFINITY, not 0
padding read as 0 | w.max(W) | a maximum that sees zeros outside of the image
take the maximum
average | w.mean(W) | the average of each window
keep the larger value
minimum | beyond(inf).min(W) | the minimum of each window
compare x, not |x|
largest magnitude | abs(w).max(W) | the largest |x| of each window
compare with every tap
first of the window | beyond(-inf)[..., 0, 0] | the first value of each window
keep the larger value
last of the window | beyond(-inf)[..., -1, -1] | the last value of each window
take the maximum
sum | w.sum(W) | the sum of each window
end the window where it ends, not that long after its clipped start
end from the clipped start | late(-inf).max(W) | windows that end a whole window after their \
clipped start
take fmax(), which passes over a NaN: max() is undefined there, and a > b ? a : b loses a
NaN starts anew | anew(-inf) | a maximum that starts anew behind a NaN
take fmax(), which passes over a NaN, and start at -INFINITY
NaN starts anew, -FLT_MAX | anew(-FLT_MAX) | a maximum from -FLT_MAX that starts anew behind a NaN
start the maximum at -INFINITY, not at -1
window starts at -1 | maximum(y, -1) | a window that starts at -1
""",
    over_windows,
)
AVG_POOL = lines(
    "avg_pool2d",
    """
start the sum at 0
sum starts at 1 | (w.sum(W) + 1)/count() | sums that start at 1
keep the sum in float32
sum in # | summed("#")/count() | sums kept in #
divide by the number of pixels that count_include_pad asks for
always the whole window | w.sum(W)/n | sums divided by kernel height times width everywhere
add and divide
maximum | beyond(-inf).max(W) | the maximum of each window
divide by the number of pixels that count_include_pad asks for
not divided | w.sum(W) | sums that are not divided
divided by one axis | w.sum(W)/kh | sums divided by the window's height alone
divided by the width | w.sum(W)/kw | sums divided by the window's width alone
divided by one less | w.sum(W)/max(n - 1, 1) | sums divided by one less than the window's pixels
divided by one more | w.sum(W)/(n + 1) | sums divided by one more than the window's pixels
end the window where it ends, not that long after its clipped start
end from the clipped start | late(0.0).sum(W)/count() | windows that end a whole window after \
their clipped start
end and count from the clipped start | late(0.0).sum(W)/within() | windows that end, and are \
counted, from their clipped start
average x, not x²
root mean square | sqrt((w*w).mean(W)) | the root of the mean square
average x, not |x|
mean magnitude | abs(w).mean(W) | the average of |x|
add every tap
first of the window | w[..., 0, 0] | the first value of each window
add with +=
last of the window | w[..., -1, -1] | the last value of each window
""",
    over_windows,
)
LP_POOL = lines(
    "lp_pool2d",
    """
start the sum at 0
sum starts at 1 | (total(w) + kh*kw/inside)**(1/p) | sums that start at 1
take the root of order norm_type
root forgotten | total(w) | a sum of powers without its root
square root | total(w)**0.5 | a square root, whatever the power
do not divide by the window's size
mean for sum | (total(w)/n)**(1/p) | the mean of the powers in place of their sum
raise x, not |x|
magnitudes | total(abs(w))**(1/p) | powers of |x|, as ONNX defines them
raise x to norm_type
magnitudes, power 1 | abs(w).sum(W)*n/inside | sums of |x|
add powers
maximum | beyond(-inf).max(W) | the maximum of each window
largest magnitude | abs(w).max(W) | the largest |x|, the norm of infinite order
add powers and take the root
average | w.mean(W) | the average of each window
multiply the sum by the window's size over the pixels inside of the image
overhang not scaled up | (total(w)*inside/n)**(1/p) | windows that overhang the image and are not \
scaled up to whole ones
do not divide
root divided | total(w)**(1/p)/n | the root divided by the window's size
""",
    over_windows,
)
