"""affine_grid under other conventions."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.affine_grid import base
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .wrongly import again, with_attributes

Rows = Callable[[Array], Array]  # θ (N, 2, 3) → θ
Axis = Callable[[int, bool], Array]  # size, align_corners → (size,) coordinates

U = 2.0**-24


def theta(change: Rows) -> Recompute:
    """The grid of another θ."""

    def recompute(link: Link) -> Enclosure:
        own = link.operands[0]
        assert own is not None
        bound = np.abs(change(own.radius.reshape(-1, 2, 3)))
        other = Enclosure(change(own.value.reshape(-1, 2, 3)), bound)
        return again(link, other)

    return recompute


def read(order: Callable[[Array], Array]) -> Recompute:
    """θ (N, 2, 3) with its numbers in other places."""
    return theta(lambda t: order(t.reshape(-1, 6)).reshape(-1, 2, 3))


def coordinates(
    horizontal: Axis = base, vertical: Axis | None = None, exchanged: bool = False
) -> Recompute:
    """The grid over other coordinates of the output's pixels."""
    upright = vertical or horizontal

    def recompute(link: Link) -> Enclosure:
        own = link.operands[0]
        assert own is not None
        _, _, h, w = link.attributes["size"]
        aligned = link.attributes["align_corners"]
        x = horizontal(w, aligned)[np.newaxis, np.newaxis, :, np.newaxis]
        y = upright(h, aligned)[np.newaxis, :, np.newaxis, np.newaxis]
        if exchanged:
            x, y = y, x
        rows, radius = (a.reshape(-1, 1, 1, 2, 3) for a in (own.value, own.radius))
        value = rows[..., 0] * x + rows[..., 1] * y + rows[..., 2]
        size = np.abs(rows[..., 0]) * (np.abs(x) + 2) + np.abs(rows[..., 1]) * (np.abs(y) + 2)
        passed_on = radius[..., 0] * np.abs(x) + radius[..., 1] * np.abs(y) + radius[..., 2]
        return Enclosure(value, 16 * U * (size + np.abs(rows[..., 2])) + 2 * passed_on)

    return recompute


def inverse(t: Array) -> Array:
    """The map back, (N, 2, 3)."""
    turned = np.linalg.pinv(t[..., :2])
    return np.concatenate([turned, -turned @ t[..., 2:]], axis=-1)


def turned(t: Array) -> Array:
    return np.concatenate([t[..., :2].transpose(0, 2, 1), t[..., 2:]], axis=-1)


def scaled_after(t: Array) -> Array:
    """The translation inside of the linear map: A·(x + t)."""
    return np.concatenate([t[..., :2], t[..., :2] @ t[..., 2:]], axis=-1)


def translation(factor: float) -> Recompute:
    return theta(lambda t: t * np.array([1.0, 1.0, factor]))


def image_sized(link: Link) -> Enclosure | None:
    """Coordinates of height and width exchanged."""
    _, _, h, w = link.attributes["size"]
    return coordinates(
        lambda count, aligned: sized(count, h, aligned),
        lambda count, aligned: sized(count, w, aligned),
    )(link)


def sized(count: int, size: int, aligned: bool) -> Array:
    """`count` pixels of an axis that is taken for `size` long."""
    index = np.arange(count, dtype=np.float64)
    return 2 * index / max(size - 1, 1) - 1 if aligned else (2 * index + 1) / size - 1


def whole_size(count: int, aligned: bool) -> Array:
    """W for W − 1."""
    return 2 * np.arange(count) / count - 1 if aligned else base(count, False)


def one_less(count: int, aligned: bool) -> Array:
    """W − 1 for W."""
    return base(count, True) if aligned else (2 * np.arange(count) + 1) / max(count - 1, 1) - 1


def no_half(count: int, aligned: bool) -> Array:
    """Without the half pixel."""
    return base(count, True) if aligned else 2 * np.arange(count) / count - 1


ROWS = "x' = t[0]*x + t[1]*y + t[2], y' = t[3]*x + t[4]*y + t[5]"
AXES = "(2i + 1)/size - 1, or with align_corners 2i/(size - 1) - 1"
GRID: tuple[Cause, ...] = table(
    "affine_grid",
    (
        "align_corners inverted",
        "align_corners inverted in the grid",
        AXES,
        with_attributes(lambda align_corners, **_: {"align_corners": not align_corners}),
    ),
    (
        "theta read as (y, x)",
        "theta applied to (y, x, 1) in place of (x, y, 1)",
        ROWS,
        coordinates(exchanged=True),
    ),
    (
        "size for size - 1",
        "coordinates divided by W and H in place of W - 1 and H - 1",
        AXES,
        coordinates(whole_size),
    ),
    (
        "half pixel dropped",
        "2i/size - 1: pixels' edges in place of their centres",
        AXES,
        coordinates(no_half),
    ),
    ("size - 1 for size", "(2i + 1)/(size - 1) - 1", AXES, coordinates(one_less)),
    (
        "theta by columns",
        "theta read by columns, as (3, 2)",
        ROWS,
        read(lambda t: t.reshape(-1, 3, 2).transpose(0, 2, 1)),
    ),
    ("theta transposed", "theta's 2×2 part transposed", ROWS, theta(turned)),
    (
        "theta inverted",
        "the inverse of theta's map",
        "theta maps the output's places to the input's",
        theta(inverse),
    ),
    (
        "rows read as (y, x)",
        "theta with both rows and columns for (y, x)",
        ROWS,
        theta(lambda t: t[:, ::-1][..., [1, 0, 2]]),
    ),
    ("translation left out", "theta without its translation", ROWS, translation(0.0)),
    ("translation doubled", "a translation twice as far", ROWS, translation(2.0)),
    ("translation halved", "half the translation", ROWS, translation(0.5)),
    ("translation reversed", "a translation the other way", ROWS, translation(-1.0)),
    (
        "translations exchanged",
        "the translations of x and y exchanged",
        ROWS,
        read(lambda t: t[:, [0, 1, 5, 3, 4, 2]]),
    ),
    ("translation first", "the translation applied before the scaling", ROWS, theta(scaled_after)),
    (
        "theta read as (1, x, y)",
        "theta applied to (1, x, y)",
        ROWS,
        read(lambda t: t[:, [1, 2, 0, 4, 5, 3]]),
    ),
    (
        "theta ignored",
        "the identity in place of theta",
        ROWS,
        theta(lambda t: np.broadcast_to(np.eye(2, 3), t.shape).copy()),
    ),
    (
        "shear left out",
        "theta's diagonal alone",
        ROWS,
        read(lambda t: t * np.array([1, 0, 1, 0, 1, 1])),
    ),
    (
        "pixel units",
        "pixels' indices in place of coordinates from -1 to 1",
        AXES,
        coordinates(lambda n, _: np.arange(n) * 1.0),
    ),
    (
        "from 0 to 1",
        "coordinates from 0 to 1",
        AXES,
        coordinates(lambda n, a: (base(n, a) + 1) / 2),
    ),
    (
        "y upwards",
        "a y axis that points upwards",
        AXES,
        coordinates(base, lambda n, a: -base(n, a)),
    ),
    (
        "x to the left",
        "an x axis that points to the left",
        AXES,
        coordinates(lambda n, a: -base(n, a), base),
    ),
    (
        "height and width exchanged",
        "coordinates divided by the other axis's size",
        AXES,
        image_sized,
    ),
    (
        "first theta for all",
        "the first image's theta for every one",
        "take theta[n]",
        theta(lambda t: np.broadcast_to(t[:1], t.shape).copy()),
    ),
)
# After a sampler that reads the grid so, which looks the same.
ROWS_EXCHANGED: tuple[Cause, ...] = table(
    "affine_grid",
    (
        "rows of theta exchanged",
        "theta's rows exchanged: the grid as (y, x)",
        ROWS,
        theta(lambda t: t[:, ::-1]),
    ),
)
