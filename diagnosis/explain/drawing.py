"""How planes, vectors and photographs are drawn with matplotlib, which is imported when needed."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import numpy as np

from .planes import Plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

Array = np.ndarray

# Expected and got share a map; errors have one that is white at 0; what is no number stands out.
VALUES, ERRORS, IMAGES, NO_NUMBER = "viridis", "RdBu_r", "gray", "#ff2bd6"
DARK, LIGHT = "#1f4e79", "#c0392b"
STYLE = {
    "font.size": 7.5,
    "axes.titlesize": 8.5,
    "axes.linewidth": 0.5,
    "axes.edgecolor": "#888888",
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "savefig.facecolor": "white",
}
DPI = 150


def style() -> AbstractContextManager[None]:
    """matplotlib's own settings and ours, whatever the user's are."""
    import matplotlib.style

    return matplotlib.style.context(["default", STYLE])


def blank(width: float, height: float) -> "Figure":
    """An empty figure of that size in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor="white")


def height(plane: Plane) -> float:
    """The height of a row of planes in inches."""
    h, w = plane.expected.shape
    return 0.6 + 2.1 * min(max(h / w, 1 / 3), 1.5)


def draw_plane(figure: "Figure", plane: Plane, rows: int, row: int) -> None:
    """Expected and got on one scale, and their difference about 0; (H, W) each."""
    axes = [figure.add_subplot(rows, 3, 3 * row + column) for column in (1, 2, 3)]
    low, high = span(plane.expected)
    heat(axes[0], plane.expected, VALUES, low, high)
    image = heat(axes[1], plane.got, VALUES, low, high)
    seen, edge = finite(plane.got), (high - low) / 100  # a rounding beyond the scale is no news
    below, above = seen.min(initial=low) < low - edge, seen.max(initial=high) > high + edge
    extend = ("neither", "min", "max", "both")[below + 2 * above]
    figure.colorbar(image, ax=axes[:2], extend=extend, aspect=16, pad=0.015)
    # The errors that are allowed are pale beside those that are not.
    most = np.abs(finite(plane.error[plane.wrong])).max(initial=0.0)
    reach = float(most) if most > 0 else high - low
    error = heat(axes[2], plane.error, ERRORS, -reach, reach)
    figure.colorbar(error, ax=axes[2], aspect=16, pad=0.03)
    lost = int(np.count_nonzero(~np.isfinite(plane.got)))
    if row == 0:
        axes[0].set_title("expected")
        axes[1].set_title("got")
    axes[2].set_title(f"got − expected: {plane.wrong.sum()} of {plane.wrong.size} wrong")
    axes[0].set_ylabel(plane.name, fontsize=8.5)
    if lost:
        axes[1].set_xlabel(f"pink: {lost} never written, NaN or infinite", color=NO_NUMBER)


def heat(axes: "Axes", values: Array, colours: str, low: float, high: float) -> "AxesImage":
    """An image of (H, W) with one square for each element, few ticks, pink where no number."""
    from matplotlib import colormaps

    chosen = colormaps[colours].with_extremes(bad=NO_NUMBER)
    numbers = np.ma.masked_invalid(values)
    image = axes.imshow(numbers, cmap=chosen, vmin=low, vmax=high, interpolation="nearest")
    if not 1 / 3 <= values.shape[0] / values.shape[1] <= 3:
        axes.set_aspect("auto")
    axes.locator_params(nbins=6, integer=True)
    axes.tick_params(length=2, labelsize=6.5)
    return image


def draw_lines(figure: "Figure", plane: Plane) -> None:
    """A vector as lines: expected and got above one another, the error below; (1, F)."""
    expected, got, error = plane.expected[0], plane.got[0], plane.error[0]
    places, wrong = np.arange(expected.size), plane.wrong[0]
    axes = figure.subplots(3, 1, sharex=True)
    size = 3.0 if expected.size <= 100 else 1.2 if expected.size <= 1000 else 0.5
    for row, (title, values) in enumerate((("expected", expected), ("got", got))):
        axes[row].plot(places, values, color=DARK, marker="o", markersize=size, linewidth=0.6)
        axes[row].set_ylabel(title, fontsize=8.5)
    low, high = span(np.concatenate([expected, got]))
    margin = 0.08 * (high - low)
    for row in axes[:2]:
        row.set_ylim(low - margin, high + margin)
    lost = places[~np.isfinite(got)]
    axes[1].plot(lost, np.full(lost.size, low), "x", color=NO_NUMBER, markersize=5)
    axes[2].vlines(places, 0, error, color=LIGHT, linewidth=1.2 if expected.size <= 400 else 0.5)
    axes[2].set_xlim(-0.02 * expected.size - 0.2, 1.02 * expected.size - 0.8)
    axes[2].locator_params("x", integer=True)
    axes[2].axhline(0, color="#888888", linewidth=0.5)
    axes[2].set_ylabel("got − expected", fontsize=8.5)
    axes[2].set_xlabel(f"{plane.name}: {wrong.sum()} of {wrong.size} wrong".removeprefix(": "))


def draw_picture(axes: "Axes", title: str, image: Array, limits: tuple[float, float]) -> None:
    """A photograph, grey or in colours, or a difference about 0."""
    axes.set_title(title, parse_math=False)
    if signed(title) and image.ndim == 2:
        reach = max(float(np.abs(finite(image)).max(initial=0.0)), 1e-45)
        heat(axes, image, ERRORS, -reach, reach)
        axes.set_xlabel(f"within ±{reach:.2g}")
    elif image.ndim == 2:
        heat(axes, image, IMAGES, *limits)
    else:
        axes.imshow(np.clip((image - limits[0]) / (limits[1] - limits[0]), 0, 1))
    axes.set_xticks([])
    axes.set_yticks([])


def signed(title: str) -> bool:
    return title.startswith("difference")


def finite(values: Array) -> Array:
    return values[np.isfinite(values)]


def span(values: Array) -> tuple[float, float]:
    """The least and the largest of the finite values, never equal."""
    numbers = finite(values)
    if not numbers.size:
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)
