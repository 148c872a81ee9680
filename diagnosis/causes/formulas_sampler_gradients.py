"""The sampler's gradients at other places, with other weights and slopes."""

from collections.abc import Callable
from types import CodeType

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.sampling import pixel, slope
from clgold.reference.sampling_error import along_axes, pixel_error

from .cause import Link, Recompute, table
from .formulas import Names, lines, value
from .formulas_places import PLACING, REFLECTING, places, reflected, sides
from .formulas_samples import FLOORING, LEAVING_OUT, ROUNDING, WEIGHING, sample_names
from .wrongly import ROUNDINGS

INPUT, GRID = "grid_sample_input_grad", "grid_sample_grid_grad"
MOST = 2**22  # weights of all points and pixels; beyond that a cause is not tried


def located(link: Link) -> tuple[list[Array], Array]:
    """Rows and columns of the points, (N, 1, OH, OW) each, and how far they may be off together."""
    points, found = link.operands[-1], []
    assert points is not None
    around, aligned = link.attributes["padding_mode"], link.attributes["align_corners"]
    off = np.zeros((1,))
    for one, size in along_axes(points, (0, 0, *sides(link))):
        found.append(pixel(one.value, size, around, aligned)[:, np.newaxis])
        if not link.rough:
            off = off + pixel_error(link.profile, one, size, around, aligned)[:, np.newaxis]
    return found, off


def handed_back(mode: str = "bilinear") -> Callable[[CodeType], Recompute]:
    """What points give to pixels where samples are as the expression says: it is tried on images of
    one pixel each, whose samples are the weights.
    """

    def computing(code: CodeType) -> Recompute:
        def recompute(link: Link) -> Enclosure | None:
            grad = link.operands[0]
            assert grad is not None
            n, _, h, w = link.shape
            if link.attributes["mode"] != mode or n * h * w * grad.value[0, 0].size > MOST:
                return None
            index, off = located(link)
            alone = np.broadcast_to(np.eye(h * w).reshape(1, h * w, h, w), (n, h * w, h, w))
            weights = np.asarray(value(code, sample_names(alone, index[0], index[1])))

            def given(g: Array, part: Array) -> Array:
                terms = np.where(np.isfinite(g), g, 0.0)
                return np.einsum("npij,ncij->ncp", part, terms).reshape(link.shape)

            found = given(grad.value, weights)
            if link.rough:
                return Enclosure(found)
            odd = given(~np.isfinite(grad.value) * 1.0, (weights != 0) * 1.0) > 0
            g = np.abs(grad.value)
            bound = given(g, np.abs(weights)) * ROUNDINGS * link.profile.u
            bound = bound + given(g * (2 * off + 4 * link.profile.u), np.ones_like(weights))
            bound = bound + given(grad.radius, np.abs(weights))
            return Enclosure(found, np.where(odd, np.inf, bound))

        return recompute

    return computing


def overwritten(link: Link) -> Enclosure | None:
    """Each point's shares written over those of the points before it."""
    grad = link.operands[0]
    assert grad is not None
    if link.attributes["mode"] != "bilinear":
        return None
    (rows, columns), off = located(link)
    n, _, h, w = link.shape
    found, bound = np.zeros(link.shape), np.zeros(link.shape)
    for image, i, j in np.ndindex(n, *grad.value.shape[2:]):
        y, x = rows[image, 0, i, j], columns[image, 0, i, j]
        if not (np.isfinite(y) and np.isfinite(x)):
            continue
        g = grad.value[image, :, i, j]
        for row in (int(np.floor(y)), int(np.floor(y)) + 1):
            for column in (int(np.floor(x)), int(np.floor(x)) + 1):
                if 0 <= row < h and 0 <= column < w:
                    weight = (1 - abs(y - row)) * (1 - abs(x - column))
                    found[image, :, row, column] = g * weight
                    aside = 0.0 if link.rough else off[image, 0, i, j]
                    own = np.abs(g) * (2 * aside + ROUNDINGS * link.profile.u)
                    bound[image, :, row, column] = own
    return Enclosure(found, None if link.rough else bound)


def slope_names(link: Link) -> tuple[Names, Array]:
    """p q, r s: the pixels above and below, (N, C, OH, OW); d, r… as `sample_names` has them.

    g is the gradient; a, b the fractions down and right; S(…) sums over the channels; X, Y are how
    places grow with coordinates, W and H what they do where nothing is clipped or turned, w and h
    the image's sides; x, y the right result. And the magnitude of what is added up.
    """
    grad, image, points = link.operands
    assert grad is not None
    assert image is not None
    assert points is not None
    (rows, columns), _ = located(link)
    (h, w), given = sides(link), link.attributes
    own = sample_names(image.value, rows, columns)
    take, top, left = own["take"], np.floor(rows), np.floor(columns)
    corners = [take(top + i, left + j) for i in (0, 1) for j in (0, 1)]
    p, q, r, s = corners
    a, b, g = own["d"], own["r"], grad.value
    aligned = given["align_corners"]
    growth = [
        slope(points.value[..., k], size, given["padding_mode"], aligned)
        for k, size in ((0, w), (1, h))
    ]

    def summed(values: Array) -> Array:
        return np.asarray(values).sum(axis=1)

    scale = [(size - 1 if aligned else size) / 2 for size in (w, h)]
    names: Names = {
        **{"p": p, "q": q, "r": r, "s": s, "g": g, "a": a, "b": b, "S": summed},
        **{"X": growth[0], "Y": growth[1], "W": scale[0], "H": scale[1], "w": w, "h": h},
        **{"x": link.right.value[..., 0], "y": link.right.value[..., 1], "aligned": aligned},
        **{"u": (q - p) * (1 - a) + (s - r) * a, "v": (r - p) * (1 - b) + (s - q) * b},
        "c": g.shape[1],
    }
    size = summed(np.abs(g) * sum(np.abs(one) for one in corners)) * (max(scale) + 1)
    return names, size[..., np.newaxis]


def sloped(code: CodeType) -> Recompute:
    """Pairs of other slopes along x and y, of bilinear samples."""

    def recompute(link: Link) -> Enclosure | None:
        if link.attributes["mode"] != "bilinear":
            return None
        names, size = slope_names(link)
        pair = [np.broadcast_to(one, link.shape[:3]) for one in value(code, names)]
        found = np.stack(pair, axis=-1)
        if link.rough:
            return Enclosure(found)
        off = located(link)[1][:, 0, ..., np.newaxis]
        bound = size * (2 * off + ROUNDINGS * link.profile.u)
        return Enclosure(found, np.where(np.isfinite(found), bound, 0.0))

    return recompute


SLOPES = """
multiply by half the size, or with align_corners by half of size - 1
scale left out | S(g*u)*sign(X), S(g*v)*sign(Y) | slopes by the pixel, not by the coordinate
scale not halved | 2*x, 2*y | the size for half the size
scale halved twice | x/2, y/2 | a quarter of the size for half of it
scale twice | S(g*u)*X*W, S(g*v)*Y*H | half the size twice
scale of size - 1 | (x*w/max(w - 1, 1), y*h/max(h - 1, 1)) if aligned else (x*(w - 1)/w, \
y*(h - 1)/h) | half of size - 1 for half the size, or the reverse under align_corners
scales exchanged | S(g*u)*sign(X)*H, S(g*v)*sign(Y)*W | x scaled by the height, y by the \
width
0 where a coordinate was clipped
clipping passed over | S(g*u)*W, S(g*v)*H | slopes where the coordinate was clipped \
or reflected too
let the sign turn with every reflection
reflection passed over | S(g*u)*abs(X), S(g*v)*abs(Y) | a reflected place that is taken to grow
the pixel to the right minus the one to the left
x reversed | -x, y | left minus right
the pixel below minus the one above
y reversed | x, -y | above minus below
the slope along x first
slopes exchanged | y, x | the slope along y first
x alone | x, 0*y | the slope along x alone
y alone | 0*x, y | the slope along y alone
x for both | x, x | the slope along x for both
y for both | y, y | the slope along y for both
weigh the differences by 1 - the other axis's fraction, and by that
weights exchanged | S(g*((q - p)*a + (s - r)*(1 - a)))*X, S(g*((r - p)*b + (s - q)*(1 - b)))*Y | \
both differences' weights exchanged
fractions exchanged | S(g*((q - p)*(1 - b) + (s - r)*b))*X, S(g*((r - p)*(1 - a) + (s - q)*a))*Y | \
weights of the axis's own fraction
first difference alone | S(g*(q - p))*X, S(g*(r - p))*Y | the difference above, or to the left, \
alone
second difference alone | S(g*(s - r))*X, S(g*(s - q))*Y | the difference below, or to the right, \
alone
differences not weighed | S(g*(q - p + s - r))*X, S(g*(r - p + s - q))*Y | both differences whole
mean of differences | S(g*(q - p + s - r))*X/2, S(g*(r - p + s - q))*Y/2 | the mean of both \
differences
first difference weighed alone | S(g*(q - p)*(1 - a))*X, S(g*(r - p)*(1 - b))*Y | a sum without \
the second difference
second difference weighed alone | S(g*(s - r)*a)*X, S(g*(s - q)*b)*Y | a sum without the \
first difference
diagonal | S(g*(s - p))*X, S(g*(s - p))*Y | the difference along the diagonal
multiply by the gradient and add up over the channels
gradient left out | S(u + 0*g)*X, S(v + 0*g)*Y | slopes without the gradient
mean of the channels | x/c, y/c | a mean over the channels
first channel alone | S(g*u*(arange(c) == 0).reshape(-1, 1, 1))*X, \
S(g*v*(arange(c) == 0).reshape(-1, 1, 1))*Y | the first channel alone
last channel alone | S(g*u*(arange(c) == c - 1).reshape(-1, 1, 1))*X, \
S(g*v*(arange(c) == c - 1).reshape(-1, 1, 1))*Y | the last channel alone
"""
SAMPLER_GRADIENTS = (
    *lines(INPUT, ROUNDING, handed_back("nearest")),
    *lines(INPUT, PLACING, places),
    *lines(INPUT, REFLECTING, reflected),
    *table(
        INPUT,
        (
            "overlaps overwritten",
            "shares of several points written over one another",
            "add with +=: points share pixels",
            overwritten,
        ),
    ),
    *lines(
        INPUT,
        """
give every pixel its weight's share
weights left out | take(floor(v), floor(u)) + take(floor(v), floor(u) + 1) + \
take(floor(v) + 1, floor(u)) + take(floor(v) + 1, floor(u) + 1) | the whole gradient to each of four
"""
        + WEIGHING
        + FLOORING
        + LEAVING_OUT,
        handed_back(),
    ),
    *lines(GRID, SLOPES, sloped),
    *lines(GRID, PLACING, places),
)
