"""grid_sample at other places: pixels that lie elsewhere, reflected otherwise."""

from types import CodeType

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.sampling import pixel, reflect

from .cause import Link, Recompute, table
from .formulas import lines, value
from .wrongly import again


def sides(link: Link) -> tuple[int, int]:
    """The rows and columns of the image that is sampled."""
    given = dict(zip((one.name for one in link.layer.operands), link.shapes, strict=True))
    h, w = (given.get("input") or link.attributes["input_size"])[2:]
    return h, w


def places(code: CodeType, reflecting: str = "") -> Recompute:
    """The sampler, or a gradient of it, at other columns and rows.

    x, y are the grid's coordinates, w and h the image's sides, u = at(x, w), v = at(y, h) the
    right places in pixels; half is 0.5 unless corners are aligned. `reflecting`: only where
    padding_mode is reflection, with that one for places that are still outside.
    """

    def recompute(link: Link) -> Enclosure | None:
        *others, points = link.operands
        assert points is not None
        (h, w), aligned = sides(link), link.attributes["align_corners"]
        if reflecting and link.attributes["padding_mode"] != "reflection":
            return None

        def grid(x: Array, y: Array) -> Array:
            def at(coordinate: Array, size: int) -> Array:
                return pixel(coordinate, size, "zeros", aligned)

            own = {"w": w, "h": h, "aligned": aligned, "half": 0.0 if aligned else 0.5}
            own |= {"x": x, "y": y, "u": at(x, w), "v": at(y, h), "at": at}
            found = value(code, own | {"reflect": reflect})
            pairs = zip(found, (w, h), strict=True)
            return np.stack([coordinate(one, size, aligned) for one, size in pairs], axis=-1)

        x, y = np.moveaxis(points.value, -1, 0)
        taken, bound = grid(x, y), None
        if points.bound is not None and not link.rough:
            off = np.moveaxis(points.bound, -1, 0)
            bound = np.abs(grid(x + off[0], y + off[1]) - taken)
        other = {"padding_mode": reflecting} if reflecting else {}
        return again(link, *others, Enclosure(taken, bound), **other)

    return recompute


def reflected(code: CodeType) -> Recompute:
    """Other reflections; what they leave outside of the image is none of its pixels."""
    return places(code, "zeros")


def coordinate(index: Array, size: int, aligned: bool) -> Array:
    """The coordinate that lies at a pixel index."""
    if not aligned:
        return (2 * index + 1) / size - 1
    return 2 * index / (size - 1) - 1 if size > 1 else np.zeros_like(index)


def both_aligned_otherwise(link: Link) -> Enclosure | None:
    """Grid and sampler agree with each other, but on the other align_corners."""
    if not link.before or link.before[-1].layer.name != "affine_grid":
        return None
    grid = link.before[-1]
    other = not link.attributes["align_corners"]
    return again(link, link.operands[0], again(grid, align_corners=other), align_corners=other)


PLACE = "((g + 1) * size - 1) / 2, or with align_corners (g + 1) / 2 * (size - 1)"
PLACING = f"""
{PLACE}
half pixel dropped | u + half, v + half | a pixel index without its - 0.5
half pixel added | u + 2*half, v + 2*half | a pixel index with + 0.5 for - 0.5
half pixel twice | u - half, v - half | a pixel index with - 1 for - 0.5
half pixel subtracted | u - 0.5, v - 0.5 | a pixel index with - 0.5 despite align_corners
one pixel further | u + 1, v + 1 | a pixel index that is 1 too large, as with one row of padding
one pixel back | u - 1, v - 1 | a pixel index that is 1 too small
x = grid[..., 0], y = grid[..., 1]
x and y exchanged | at(y, w), at(x, h) | a grid read as (y, x)
{PLACE}
height and width exchanged | at(x, h), at(y, w) | x scaled by the height, y by the width
from 0 to 1 | at(2*x - 1, w), at(2*y - 1, h) | coordinates taken to run from 0 to 1
pixel units | x, y | coordinates taken for pixels
size - 1 for size | ((x + 1)/2*w, (y + 1)/2*h) if aligned else (at(x, w - 1), at(y, h - 1)) | \
size - 1 for size, or the reverse under align_corners
size - 2 for size - 1 | at(x, w - 1), at(y, h - 1) | a size one less
size + 1 for size | at(x, w + 1), at(y, h + 1) | a size one more
treat places outside of the image as padding_mode says
coordinates clipped | at(clip(x, -1, 1), w), at(clip(y, -1, 1), h) | coordinates clipped to \
-1 ... 1 first
-1 is the first row
y upwards | u, at(-y, h) | a y axis that points upwards
-1 is the first column
x to the left | at(-x, w), v | an x axis that points to the left
"""
REFLECTING = """
reflect about the outer pixels' edges, or with align_corners about their centres; then clip
reflected at centres | reflect(u, 0, w - 1), reflect(v, 0, h - 1) | a reflection about the outer \
pixels' centres
reflected at edges | clip(reflect(u, -0.5, w - 0.5), 0, w - 1), clip(reflect(v, -0.5, h - 0.5), 0, \
h - 1) | a reflection about the outer pixels' edges despite align_corners
reflected without clipping | reflect(u, -0.5, w - 0.5), reflect(v, -0.5, h - 0.5) | places \
that are not clipped after their reflection
"""
PLACES = (
    *table(
        "grid_sample",
        (
            "align_corners inverted in grid and sampler",
            "align_corners inverted in both the grid and the sampler",
            PLACE,
            both_aligned_otherwise,
        ),
    ),
    *lines("grid_sample", PLACING, places),
    *lines("grid_sample", REFLECTING, reflected),
)
