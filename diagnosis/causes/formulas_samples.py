"""grid_sample with other weights and pixels, at the right places."""

from collections.abc import Callable
from types import CodeType

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.sampling import gather, pixel
from clgold.reference.sampling_error import pixel_error

from .cause import Link, Recompute
from .formulas import Names, lines, value


def sample_names(image: Array, v: Array, u: Array, free: tuple[Array, ...] = ()) -> Names:
    """x the image, h and w its sides; v, u (N, 1, OH, OW) the right rows and columns.

    free is v and u before they were brought into the image; take(v, u) is the pixel
    there; d, r are the fractions down and right of the one above and left; mix(d, r, top, left, x)
    weighs four; y is the right mix.
    """
    h, w = image.shape[2:]

    def take(row: Array, column: Array, of: Array = image) -> Array:
        return gather(of, row[:, 0], column[:, 0])

    def mix(
        down: Array,
        right: Array,
        top: Array | None = None,
        left: Array | None = None,
        of: Array = image,
    ) -> Array:
        top, left = np.floor(v) if top is None else top, np.floor(u) if left is None else left
        down, right = np.nan_to_num(down), np.nan_to_num(right)
        return (
            take(top, left, of) * (1 - down) * (1 - right)
            + take(top, left + 1, of) * (1 - down) * right
            + take(top + 1, left, of) * down * (1 - right)
            + take(top + 1, left + 1, of) * down * right
        )

    def within(low: float, less: float) -> Array:
        """low ≤ index < size − less along both axes."""
        return (v >= low) & (v < h - less) & (u >= low) & (u < w - less)

    def at(row: Array, column: Array) -> Array:
        return mix(row - np.floor(row), column - np.floor(column), np.floor(row), np.floor(column))

    def clipped() -> Array:
        """Weights from neighbours that were clipped into the image before."""
        (top, bottom), (left, right) = (
            [np.clip(np.floor(index) + step, 0, size - 1) for step in (0, 1)]
            for index, size in ((v, h), (u, w))
        )
        upper = take(top, left) * (right - u) + take(top, right) * (u - left)
        lower = take(bottom, left) * (right - u) + take(bottom, right) * (u - left)
        return upper * (bottom - v) + lower * (v - top)

    d, r = np.nan_to_num(v - np.floor(v)), np.nan_to_num(u - np.floor(u))
    sides = {"h": h, "w": w, "rows": np.arange(h)[:, np.newaxis], "columns": np.arange(w)}
    known = {"x": image, "free": free, "v": v, "u": u, "d": d, "r": r, "y": mix(d, r)}
    functions = {"take": take, "mix": mix, "within": within, "at": at, "clipped": clipped}
    return sides | known | functions | {"AROUND": ((0, 0), (0, 0), (0, 1), (0, 1))}


def sampled(
    mode: str = "bilinear", skipping: bool = False, padding: str = ""
) -> Callable[[CodeType], Recompute]:
    """Another way to take pixels at the right places; of one padding_mode alone if it is given.

    `skipping` admits 0 too where all four pixels lie outside. The bound: the image's steepest
    slope times what the places may be off, and a few roundings.
    """

    def computing(code: CodeType) -> Recompute:
        def recompute(link: Link) -> Enclosure | None:
            image, points = link.operands
            assert image is not None
            assert points is not None
            if link.attributes["mode"] != mode:
                return None
            around, aligned = link.attributes["padding_mode"], link.attributes["align_corners"]
            if padding and around != padding:
                return None
            index, off, free = [], [], []
            for k, size in ((1, image.value.shape[2]), (0, image.value.shape[3])):
                bound = None if points.bound is None else points.bound[..., k]
                one = Enclosure(points.value[..., k], bound)
                index.append(pixel(one.value, size, around, aligned)[:, np.newaxis])
                free.append(pixel(one.value, size, "zeros", aligned)[:, np.newaxis])
                if not link.rough:
                    off.append(pixel_error(link.profile, one, size, around, aligned))
            found = value(code, sample_names(image.value, index[0], index[1], tuple(free)))
            skipped = (
                near(found, index[0], index[1], image.value.shape)[np.newaxis] if skipping else None
            )
            if link.rough:
                return Enclosure(found, None, skipped)
            finite = np.where(np.isfinite(image.value), image.value, 0.0)
            padded = np.pad(finite, ((0, 0), (0, 0), (1, 1), (1, 1)))
            steps = (np.abs(np.diff(padded, axis=k)).max((2, 3), keepdims=True) for k in (2, 3))
            moved = sum(step * one[:, np.newaxis] for step, one in zip(steps, off, strict=True))
            size = np.abs(finite).max(axis=(2, 3), keepdims=True)
            bound = 2 * moved + 16 * link.profile.u * size + image.radius.max()
            return Enclosure(found, bound, skipped)

        return recompute

    return computing


def near(found: Array, row: Array, column: Array, shape: tuple[int, ...]) -> Array:
    """0 where all four pixels lie outside: many kernels skip such places before weighing."""
    kept = (row > -1) & (row < shape[2]) & (column > -1) & (column < shape[3])
    return np.where(kept, found, 0.0)


ROUNDING = """
round to the nearest
nearest by floor | take(floor(v), floor(u)) | floor in place of the nearest pixel
nearest by truncation | take(trunc(v), trunc(u)) | an index truncated towards 0
nearest by ceil | take(ceil(v), ceil(u)) | the next pixel in place of the nearest
"""
WEIGHING = """
weigh the near pixel by 1 - fraction, the far one by the fraction
weights exchanged | mix(1 - d, 1 - r) | near and far pixel's weights exchanged
weights of x exchanged | mix(d, 1 - r) | left and right weights exchanged
weights of y exchanged | mix(1 - d, r) | upper and lower weights exchanged
fractions exchanged | mix(r, d) | the fractions of x and y exchanged
compute the weights before clipping the neighbours
weights after clipping | clipped() | weights computed from neighbours clipped into the image
a pixel is inside for 0 <= index <= size - 1, each of the four for itself
last index off by one | where(within(-1, 1), y, 0) | the last row and column as outside: places \
beyond size - 1 give 0
all four inside | where((v >= 0) & (v <= h - 1) & (u >= 0) & (u <= w - 1), y, 0) | 0 unless all \
four pixels lie inside
places inside only | where(within(0, 1), y, 0) | 0 for places outside of 0 <= index < size - 1
negative places dropped | where(within(0, -1), y, 0) | 0 for negative places
last row and column lost | mix(d, r, of=x[:, :, :-1, :-1]) | an image without last row and column
first row and column lost | mix(d, r, of=where((rows > 0) & (columns > 0), x, 0)) | an image \
without its first row and column
clamped to size - 2 | at(clip(v, 0, max(h - 2, 0)), clip(u, 0, max(w - 2, 0))) | places clamped to \
0 ... size - 2
"""
FLOORING = """
take floor(index), also for negative ones
truncated for floor | mix(v - trunc(v), u - trunc(u), trunc(v), trunc(u)) | an index truncated \
towards 0
rounded for floor | mix(v - rint(v), u - rint(u), rint(v), rint(u)) | an index rounded
"""
LEAVING_OUT = """
a pixel is inside for 0 <= index <= size - 1, each of the four for itself
wrapped around | mix(d, r, floor(v) % h, floor(u) % w, pad(x, AROUND, "wrap")) | an image that \
wraps around at its edges
weigh the near pixel by 1 - fraction, the far one by the fraction
top left pixel | take(floor(v), floor(u)) | the pixel above and left alone
nearest, halves up | take(floor(v + 0.5), floor(u + 0.5)) | the nearest pixel
average of four | mix(0*d + 0.5, 0*r + 0.5) | the average of the four pixels
bottom right left out | y - d*r*take(floor(v) + 1, floor(u) + 1) | three pixels, without the one \
below right
bottom left left out | y - d*(1 - r)*take(floor(v) + 1, floor(u)) | three pixels, without the one \
below left
top right left out | y - (1 - d)*r*take(floor(v), floor(u) + 1) | three pixels, without the one \
above right
top left left out | y - (1 - d)*(1 - r)*take(floor(v), floor(u)) | three pixels, without the one \
above left
weights of 8 bits | mix(rint(d*256)/256, rint(r*256)/256) | weights rounded to 8 bits, as \
texture units have them
columns alone | mix(0*d, r) | an interpolation along x alone
rows alone | mix(d, 0*r) | an interpolation along y alone
"""
WEIGHING_FIRST = """
reflect the place, then weigh its neighbours
weights before reflection | mix(*(one - floor(one) for one in free)) | the weights of places \
before their reflection
"""
# Before places off by half a pixel, which look the same.
NEAREST = lines("grid_sample", ROUNDING, sampled("nearest"))
SAMPLING = (
    *lines("grid_sample", WEIGHING, sampled()),
    *lines("grid_sample", FLOORING, sampled(skipping=True)),
    *lines("grid_sample", LEAVING_OUT, sampled()),
    *lines("grid_sample", WEIGHING_FIRST, sampled(padding="reflection")),
)
