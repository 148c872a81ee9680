"""grid_sample at other places: what a coordinate of the grid may be mistaken for."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.sampling import pixel

from .cause import Cause, Link, Recompute, table
from .wrongly import again, with_attributes, with_input

# coordinate, size, align_corners → pixel index
Index = Callable[[Array, int, bool], Array]


def at(grid: Callable[[Array], Array]) -> Recompute:
    """The sampler with the grid's coordinates rearranged."""

    def recompute(link: Link) -> Enclosure:
        image, points = link.operands
        assert points is not None
        bound = np.abs(grid(points.radius))  # grid may turn signs
        return again(link, image, Enclosure(grid(points.value), bound))

    return recompute


def coordinate(index: Array, size: int, aligned: bool) -> Array:
    """The coordinate that lies at a pixel index."""
    if not aligned:
        return (2 * index + 1) / size - 1
    return 2 * index / (size - 1) - 1 if size > 1 else np.zeros_like(index)


def indexed(index: Index, exchanged: bool = False) -> Recompute:
    """The sampler where index(coordinate, size, align_corners) is the pixel."""

    def recompute(link: Link) -> Enclosure:
        image, points = link.operands
        assert image is not None
        assert points is not None
        h, w = image.value.shape[2:]
        aligned = link.attributes["align_corners"]
        taken = (h, w) if exchanged else (w, h)
        places = [
            coordinate(index(points.value[..., k], taken[k], aligned), size, aligned)
            for k, size in enumerate((w, h))
        ]
        return again(link, image, Enclosure(np.stack(places, axis=-1), points.bound))

    return recompute


def off_by(shift: float) -> Recompute:
    """Pixel indices that are off by a constant where corners are not aligned."""
    return indexed(lambda g, n, aligned: pixel(g, n, "zeros", aligned) + (0 if aligned else shift))


def always_off_by(shift: float) -> Recompute:
    return indexed(lambda g, n, aligned: pixel(g, n, "zeros", aligned) + shift)


def from_0_to_1(g: Array, size: int, aligned: bool) -> Array:
    return g * (size - 1) if aligned else g * size - 0.5


def one_less(g: Array, size: int, aligned: bool) -> Array:
    """W − 1 for W, with the half pixel; W for W − 1 when corners are aligned."""
    return (g + 1) / 2 * size if aligned else ((g + 1) * (size - 1) - 1) / 2


def padding(mode: str) -> Recompute:
    return with_attributes(
        lambda padding_mode, **_: None if padding_mode == mode else {"padding_mode": mode}
    )


def both_aligned_otherwise(link: Link) -> Enclosure | None:
    """Grid and sampler agree with each other, but on the other align_corners."""
    if not link.before or link.before[-1].layer.name != "affine_grid":
        return None
    grid = link.before[-1]
    other = not link.attributes["align_corners"]
    return again(link, link.operands[0], again(grid, align_corners=other), align_corners=other)


def other_mode(mode: str) -> dict[str, str]:
    return {"mode": "nearest" if mode == "bilinear" else "bilinear"}


PLACE = "((g + 1) * size - 1) / 2, or with align_corners (g + 1) / 2 * (size - 1)"
OUTSIDE = "treat places outside of the image as padding_mode says"
PLACES: tuple[Cause, ...] = table(
    "grid_sample",
    (
        "align_corners inverted",
        "align_corners inverted in the sampler",
        PLACE,
        with_attributes(lambda align_corners, **_: {"align_corners": not align_corners}),
    ),
    (
        "align_corners inverted in grid and sampler",
        "align_corners inverted in both the grid and the sampler",
        PLACE,
        both_aligned_otherwise,
    ),
    ("half pixel dropped", "a pixel index without its - 0.5", PLACE, off_by(0.5)),
    ("half pixel added", "a pixel index with + 0.5 for - 0.5", PLACE, off_by(1.0)),
    ("half pixel twice", "a pixel index with - 1 for - 0.5", PLACE, off_by(-0.5)),
    (
        "half pixel subtracted",
        "a pixel index with - 0.5 despite align_corners",
        PLACE,
        always_off_by(-0.5),
    ),
    (
        "one pixel further",
        "a pixel index that is 1 too large, as with one row of padding",
        PLACE,
        always_off_by(1.0),
    ),
    ("one pixel back", "a pixel index that is 1 too small", PLACE, always_off_by(-1.0)),
    (
        "x and y exchanged",
        "a grid read as (y, x)",
        "x = grid[..., 0], y = grid[..., 1]",
        at(lambda g: g[..., ::-1]),
    ),
    (
        "x and y planes",
        "a grid read as a plane of x and a plane of y",
        "read x and y side by side",
        at(lambda g: np.moveaxis(g.reshape(g.shape[0], 2, *g.shape[1:3]), 1, -1)),
    ),
    (
        "height and width exchanged",
        "x scaled by the height, y by the width",
        PLACE,
        indexed(lambda g, n, a: pixel(g, n, "zeros", a), exchanged=True),
    ),
    ("from 0 to 1", "coordinates taken to run from 0 to 1", PLACE, indexed(from_0_to_1)),
    ("pixel units", "coordinates taken for pixels", PLACE, indexed(lambda g, n, a: g)),
    (
        "size - 1 for size",
        "size - 1 for size, or the reverse under align_corners",
        PLACE,
        indexed(one_less),
    ),
    (
        "size - 2 for size - 1",
        "a size one less",
        PLACE,
        indexed(lambda g, n, a: pixel(g, n - 1, "zeros", a)),
    ),
    (
        "size + 1 for size",
        "a size one more",
        PLACE,
        indexed(lambda g, n, a: pixel(g, n + 1, "zeros", a)),
    ),
    ("border for its padding", "places outside clamped to the border", OUTSIDE, padding("border")),
    (
        "coordinates clipped",
        "coordinates clipped to -1 ... 1 first",
        OUTSIDE,
        at(lambda g: np.clip(g, -1, 1)),
    ),
    ("zeros for its padding", "zeros outside of the image", OUTSIDE, padding("zeros")),
    ("reflection for its padding", "places outside reflected", OUTSIDE, padding("reflection")),
    (
        "another mode",
        "the nearest pixel in place of four, or the reverse",
        "interpolate as mode says",
        with_attributes(lambda mode, **_: other_mode(mode)),
    ),
    (
        "y upwards",
        "a y axis that points upwards",
        "-1 is the first row",
        at(lambda g: g * np.array([1, -1])),
    ),
    (
        "x to the left",
        "an x axis that points to the left",
        "-1 is the first column",
        at(lambda g: g * np.array([-1, 1])),
    ),
    (
        "image read as (W, H)",
        "an image read as (N, C, W, H)",
        "index the image as row·W + column",
        with_input(lambda x: x.reshape(*x.shape[:2], x.shape[3], x.shape[2]).swapaxes(2, 3)),
    ),
    (
        "image read as NHWC",
        "an image read as (N, H, W, C)",
        "index the image as ((n·C + c)·H + y)·W + x",
        with_input(lambda x: x.reshape(x.shape[0], *x.shape[2:], x.shape[1]).transpose(0, 3, 1, 2)),
    ),
    (
        "first grid for all",
        "the first image's grid for every one",
        "take grid[n]",
        at(lambda g: np.broadcast_to(g[:1], g.shape).copy()),
    ),
)
