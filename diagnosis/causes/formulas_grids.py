"""affine_grid by other formulas."""

from types import CodeType
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.affine_grid import base
from clgold.reference.layer import Array

from .cause import Link, Recompute
from .formulas import Names, lines, value


def grid_names(theta: Array, link: Link) -> Names:
    """a b c, d e f: theta's rows; x, y the right coordinates of the output's columns and rows.

    i, j count columns and rows, of which there are w and h; at(i, w) is x; q the determinant.
    """
    _, _, h, w = link.attributes["size"]
    aligned = link.attributes["align_corners"]
    a, b, c, d, e, f = theta.reshape(-1, 6, 1, 1).swapaxes(0, 1)

    def at(index: Array, size: int) -> Array:
        return 2 * index / max(size - 1, 1) - 1 if aligned else (2 * index + 1) / max(size, 1) - 1

    return {
        **{"a": a, "b": b, "c": c, "d": d, "e": e, "f": f, "q": a * e - b * d},
        **{"x": base(w, aligned), "y": base(h, aligned)[:, np.newaxis], "aligned": aligned},
        **{"i": np.arange(w) * 1.0, "j": np.arange(h)[:, np.newaxis] * 1.0, "w": w, "h": h},
        "at": at,
    }


def grid(code: CodeType) -> Recompute:
    """Two coordinates in place of x and y, or six numbers in place of theta's."""

    def parts(link: Link, theta: Array) -> tuple[list[Any], list[Any]]:
        names = grid_names(theta, link)
        found = [*value(code, names)]
        own = [names[one] for one in "abcdef"], [names["x"], names["y"]]
        return (own[0], found) if len(found) == 2 else (found, own[1])

    def recompute(link: Link) -> Enclosure:
        own = link.operands[0]
        assert own is not None
        theta, (x, y) = parts(link, own.value)
        found = np.empty(link.shape)
        for k in (0, 1):
            found[..., k] = theta[3 * k] * x + theta[3 * k + 1] * y + theta[3 * k + 2]
        if link.rough:
            return Enclosure(found)
        near, _ = parts(link, own.value + own.radius)
        off = [np.abs(some - one) for some, one in zip(near, theta, strict=True)]
        bound = np.empty(link.shape)
        for k in (0, 1):
            p, q, r = (np.abs(one) for one in theta[3 * k : 3 * k + 3])
            size = p * (np.abs(x) + 2) + q * (np.abs(y) + 2) + r
            moved = off[3 * k] * np.abs(x) + off[3 * k + 1] * np.abs(y) + off[3 * k + 2]
            bound[..., k] = 16 * link.profile.u * size + 2 * moved
        return Enclosure(found, bound)

    return recompute


GRID = lines(
    "affine_grid",
    """
x' = t[0]*x + t[1]*y + t[2], y' = t[3]*x + t[4]*y + t[5]
theta read as (y, x) | y, x | theta applied to (y, x, 1) in place of (x, y, 1)
(2i + 1)/size - 1, or with align_corners 2i/(size - 1) - 1
size for size - 1 | (2*i/w - 1, 2*j/h - 1) if aligned else (x, y) | coordinates divided by W and H \
in place of W - 1 and H - 1
half pixel dropped | (x, y) if aligned else (2*i/w - 1, 2*j/h - 1) | 2i/size - 1: pixels' edges in \
place of their centres
size - 1 for size | (x, y) if aligned else (at(i, w - 1), at(j, h - 1)) | (2i + 1)/(size - 1) - 1
x' = t[0]*x + t[1]*y + t[2], y' = t[3]*x + t[4]*y + t[5]
theta by columns | a, c, e, b, d, f | theta read by columns, as (3, 2)
theta transposed | a, d, c, b, e, f | theta's 2×2 part transposed
theta maps the output's places to the input's
theta inverted | e/q, -b/q, (b*f - e*c)/q, -d/q, a/q, (d*c - a*f)/q | the inverse of theta's map
x' = t[0]*x + t[1]*y + t[2], y' = t[3]*x + t[4]*y + t[5]
rows read as (y, x) | e, d, f, b, a, c | theta with both rows and columns for (y, x)
nothing but the translation | 0*a, 0*b, c, 0*d, 0*e, f | the translation alone
x taken for 1 | 0*a, b, a + c, 0*d, e, d + f | theta's first column without x
y taken for 1 | a, 0*b, b + c, d, 0*e, e + f | theta's second column without y
translation left out | a, b, 0*c, d, e, 0*f | theta without its translation
translation doubled | a, b, 2*c, d, e, 2*f | a translation twice as far
translation halved | a, b, c/2, d, e, f/2 | half the translation
translation reversed | a, b, -c, d, e, -f | a translation the other way
translations exchanged | a, b, f, d, e, c | the translations of x and y exchanged
translation first | a, b, a*c + b*f, d, e, d*c + e*f | the translation applied before the scaling
theta read as (1, x, y) | b, c, a, e, f, d | theta applied to (1, x, y)
theta ignored | 1, 0, 0, 0, 1, 0 | the identity in place of theta
shear left out | a, 0*b, c, 0*d, e, f | theta's diagonal alone
(2i + 1)/size - 1, or with align_corners 2i/(size - 1) - 1
pixel units | i, j | pixels' indices in place of coordinates from -1 to 1
from 0 to 1 | (x + 1)/2, (y + 1)/2 | coordinates from 0 to 1
x for y | x, x | x where y is due
y for x | y, y | y where x is due
column for row | x, at(i, h) | the column's number where the row's is due
row for column | at(j, w), y | the row's number where the column's is due
height for width | at(i, h), y | x divided by the height
width for height | x, at(j, w) | y divided by the width
last row and column short | at(i*(w - 1)/max(w, 1), w), at(j*(h - 1)/max(h, 1), h) | a base grid \
that ends before its last coordinate
y upwards | x, -y | a y axis that points upwards
x to the left | -x, y | an x axis that points to the left
height and width exchanged | at(i, h), at(j, w) | coordinates divided by the other axis's size
x' = t[0]*x + t[1]*y + t[2], y' = t[3]*x + t[4]*y + t[5]
rows of theta exchanged | d, e, f, a, b, c | theta's rows exchanged: the grid as (y, x)
""",
    grid,
)
