"""Pictures of results, as people would rather look: PNG files, the same bytes every time."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from clgold.conformance.judge.compare import wrong_elements
from clgold.reference import Enclosure

from ..mask import axis_names
from .diagnose import Diagnosis
from .drawing import blank, draw_lines, draw_picture, draw_plane, height, signed, span, style
from .planes import MOST_PLANES, worst_planes

Array = np.ndarray
Panel = tuple[str, Array]
FEW = 12  # elements, of which a picture shows less than their numbers


def difference_picture(
    path: Path | IO[bytes],
    expected: Enclosure,
    got: Array,
    title: str,
    layer: str = "",
    most: int = MOST_PLANES,
) -> None:
    """Writes a PNG: what was expected, what came, and the signed error, side by side.

    Both are of one shape, float or int, the layer's result. Of images the worst planes are drawn,
    at most so many, of (N, F) the worst row, as lines. What is NaN or infinite is pink. Raises
    ValueError where the shapes differ, OSError where the file cannot be written.
    """
    axes = axis_names(got.ndim, layer)
    planes = worst_planes(wrong_elements(got, expected), expected.value, got, axes, most)
    lines = planes[0].expected.shape[0] == 1
    with style():
        figure = blank(9.0, 4.6 if lines else 0.5 + height(planes[0]) * len(planes))
        figure.suptitle(title, fontsize=10.5, fontweight="bold", parse_math=False)
        for row, plane in enumerate(planes):
            if lines:
                draw_lines(figure, plane)
            else:
                draw_plane(figure, plane, len(planes), row)
        figure.savefig(path, format="png", metadata={"Software": None})


def embedded(diagnosis: Diagnosis | None, title: str) -> str | None:
    """The picture of a wrong result as a data: URI; None where there is nothing to be seen."""
    if diagnosis is None or diagnosis.got is None or diagnosis.expected is None:
        return None
    got, right = diagnosis.got, diagnosis.expected
    if got.shape != right.value.shape or got.size < FEW:
        return None
    drawn = io.BytesIO()
    difference_picture(drawn, right, got, title, diagnosis.result, most=1)
    return f"data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode()}"


def answer_picture(path: Path, rows: Sequence[tuple[str, Sequence[Panel]]]) -> None:
    """Writes a PNG with a row of images for each (label, panels); a panel is (title, image).

    An image is (H, W), (1 or 3, H, W) or (H, W, 3), or one of these as a batch of one. They share
    one scale from black to white. One whose title starts with "difference" is drawn signed, white
    at 0. Raises ValueError for an array of another shape, OSError as above.
    """
    drawn = [(label, [(title, picture_of(a)) for title, a in panels]) for label, panels in rows]
    flat = [np.ravel(a) for _, panels in drawn for title, a in panels if not signed(title)]
    limits = span(np.concatenate(flat)) if flat else (0.0, 1.0)
    columns = max([1, *(len(panels) for _, panels in drawn)])
    with style():
        figure = blank(0.3 + 2.0 * columns, 2.4 * max(1, len(drawn)))
        parts = figure.subfigures(max(1, len(drawn)), 1, squeeze=False)[:, 0]
        for part, (label, panels) in zip(parts, drawn, strict=False):
            part.suptitle(label, fontsize=9, fontweight="bold", parse_math=False)
            places = part.subplots(1, columns, squeeze=False)[0]
            for axes, (title, image) in zip(places, panels, strict=False):
                draw_picture(axes, title, image, limits)
            for axes in places[len(panels) :]:
                axes.set_axis_off()
        figure.savefig(path, format="png", metadata={"Software": None})


def picture_of(values: Array) -> Array:
    """An image as (H, W) or (H, W, 3), in float64."""
    image = np.asarray(values, np.float64)
    image = image[0] if image.ndim == 4 and image.shape[0] == 1 else image
    if image.ndim == 3 and image.shape[0] in (1, 3):
        image = np.moveaxis(image, 0, 2)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3):
        return image
    raise ValueError(f"answer_picture: an image has shape {np.shape(values)}, expected (H, W)")
