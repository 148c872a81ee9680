"""Wrong conventions of where windows lie and what they see beyond the image, for any layer."""

from collections.abc import Iterator
from itertools import product
from types import CodeType
from typing import Any

import numpy as np

from clgold.reference import Enclosure, Layer
from clgold.reference.avg_pool2d import divisors
from clgold.reference.windows import NO_PADDING

from .cause import Cause, Link, Recompute
from .formulas import lines, value
from .frames import NONE, Edges, frame, framed, seen
from .wrongly import again, sizes, unknown

KERNEL = (("KH", "KY"), ("KW", "KX"))


def geometry(link: Link) -> dict[str, Any]:
    """kernel, stride, origin (top and left padding) and dilation of the windows; `ends` below."""
    given, size = link.attributes, sizes(link)
    (top, bottom), (left, right) = given.get("padding", NO_PADDING)
    kernel = given.get("kernel_size") or tuple(size.get(a) or size[b] for a, b in KERNEL)
    return {
        "kernel": kernel,
        "stride": given["stride"],
        "origin": (top, left),
        "dilation": given.get("dilation", (1, 1)),
        "ends": (bottom, right),
    }


def slide(link: Link, beyond: str = "zeros", edges: Edges = NONE, **changed: Any) -> Enclosure:
    """As many windows as the right layer has, the first of which starts at −origin."""
    own = geometry(link) | changed
    size, kernel, stride, dilation = sizes(link), own["kernel"], own["stride"], own["dilation"]
    counts = (size.get("SY", link.shape[2]), size.get("SX", link.shape[3]))
    span = seen(counts, kernel, stride, dilation)
    start = (-own["origin"][0], -own["origin"][1])
    outside = -np.inf if link.layer.name == "max_pool2d" else 0.0
    first, *rest = link.operands
    assert first is not None
    given = {
        **{"stride": stride, "padding": NO_PADDING, "dilation": dilation},
        **{"kernel_size": kernel, "ceil_mode": False},
    }
    known = {name: value for name, value in given.items() if name in link.attributes}
    seen_by = framed(first, start, span, beyond, outside, edges)
    found = again(link, seen_by, *rest, **known)
    found = unknown(found) if edges != NONE and np.isnan(seen_by.value).any() else found
    if link.layer.name not in ("avg_pool2d", "lp_pool2d"):
        return found
    taps = kernel[0] * kernel[1]
    if link.layer.name == "avg_pool2d":
        own_count = divisors(first.value.shape, **link.attributes)
        factor = taps / (taps if "kernel" in changed else own_count)
    else:
        ones = frame(np.ones((1, 1, *first.value.shape[2:])), start, span)
        inside = again(link, Enclosure(ones), **(known | {"norm_type": 1.0})).value
        factor = (taps / inside) ** (1 / link.attributes["norm_type"])
    bound = None if found.bound is None else found.bound * factor
    return Enclosure(found.value * factor, bound)


def windows(code: CodeType) -> Recompute:
    """The layer over other windows: dict(kernel, stride, origin, …, beyond, edges), what differs.

    Names: those, `ends` (the padding of the bottom and right), h and w the kernel's sides, y and x
    where the first window starts above and left of the image.
    """

    def recompute(link: Link) -> Enclosure | None:
        own = geometry(link)
        (h, w), (y, x) = own["kernel"], own["origin"]
        changed = value(code, own | {"h": h, "w": w, "y": y, "x": x})
        same = all(own.get(name) == one for name, one in changed.items())
        return None if same else slide(link, **changed)

    return recompute


def window_causes(layer: Layer) -> tuple[Cause, ...]:
    """Every other place, size and surrounding of the layer's windows."""
    given = {"stride", *layer.attributes}
    parts = [text for name, text in TABLES.items() if name in given]
    parts += [pair_lines(*pair) for name, pair in PAIRS.items() if name in given]
    parts.append(shift_lines("window shifted" if layer.honest else "shifted"))
    if {"padding", "ceil_mode"} & given:
        parts += [AROUND, *edge_lines("padding" in given)]
    return lines(layer.name, "\n".join(dict.fromkeys(parts)), windows)


# By attribute: which pair of the geometry it is, its names, and what it is where it is ignored.
PAIRS = {
    "stride": ("stride", "stride", "strides", 1),
    "padding": ("origin", "padding", "paddings", 0),
    "dilation": ("dilation", "dilation", "dilations", 1),
    "kernel_size": ("kernel", "kernel size", "kernel sizes", 1),
}


def pair_lines(pair: str, name: str, names: str, plain: int) -> str:
    """A pair that is ignored, taken for one axis's, exchanged."""
    return f"""
use {names}[0] for rows and {names}[1] for columns
{name} of the rows ignored | dict({pair}=({plain}, {pair}[1])) | rows without their {name}
{name} of the columns ignored | dict({pair}=({pair}[0], {plain})) | columns without their {name}
{name} ignored | dict({pair}=({plain}, {plain})) | windows without {name}
{name} of the rows for both | dict({pair}=({pair}[0],)*2) | the rows' {name} for the columns too
{name} of the columns for both | dict({pair}=({pair}[1],)*2) | the columns' {name} for the rows too
{names} exchanged | dict({pair}={pair}[::-1]) | the {names} of rows and columns exchanged"""


def shift_lines(words: str) -> str:
    """Windows a row or a column aside."""
    rows = {0: ("", ""), -1: ("down", "one row late"), 1: ("up", "one row early")}
    columns = {0: ("", ""), -1: ("right", "one column late"), 1: ("left", "one column early")}
    found = ["start the window at the place times stride, minus padding"]
    for y, x in product(rows, columns):
        names, says = (
            " and ".join(filter(None, two)) for two in zip(rows[y], columns[x], strict=True)
        )
        if names:
            found.append(f"{words} {names} | dict(origin=(y + {y}, x + {x})) | windows {says}")
    return "\n".join(found)


FAR = 10**6
SIDES = {"first row": (0, 0), "last row": (0, 1), "first column": (1, 0), "last column": (1, 1)}
EDGES = {
    1: ("{0} lost", "an image without its {0}"),
    -1: ("beyond the {0}", "an image whose {0} is followed by what lies beyond it in memory"),
    -FAR: ("{0} not checked", "an image read on in memory beyond its {0}"),
}


def edge_lines(padded: bool) -> Iterator[str]:
    """A side of the image where too much or too little is taken to lie inside.

    Without padding no window reaches beyond the first row or column.
    """
    yield "compare the index with 0 and the image's size before reading"
    for (side, (axis, end)), (more, (name, says)) in product(SIDES.items(), EDGES.items()):
        edges = [[0, 0], [0, 0]]
        edges[axis][end] = more
        given = tuple(map(tuple, edges))
        if padded or end or more > 0:
            yield f"{name.format(side)} | dict(edges={given}) | {says.format(side)}"


TABLES = {
    "stride": """
advance by the stride
stride = kernel size | dict(stride=kernel) | windows side by side: the kernel size for the stride
""",
    "padding": """
start at minus the top and left padding
padding of the other side | dict(origin=ends) | the padding of the bottom and right
padding as for the same size | dict(origin=((h - 1)*dilation[0]//2, (w - 1)*dilation[1]//2)) \
| windows centred on the output's place, as if padded to the same size
""",
    "dilation": """
multiply the output's place by the stride, the tap's by the dilation
dilation for stride | dict(stride=dilation, dilation=stride) | stride and dilation exchanged
""",
    "kernel_size": """
run over kernel_size[0] rows and kernel_size[1] columns
window one row short | dict(kernel=(max(h - 1, 1), w)) | windows without their last row
window one column short | dict(kernel=(h, max(w - 1, 1))) | windows without their last column
window one short | dict(kernel=(max(h - 1, 1), max(w - 1, 1))) \
| windows without their last row and column
window one row too long | dict(kernel=(h + 1, w)) | windows one row too long
window one column too long | dict(kernel=(h, w + 1)) | windows one column too long
window one too long | dict(kernel=(h + 1, w + 1)) | windows one row and one column too long
first row skipped | dict(kernel=(max(h - 1, 1), w), origin=(y - dilation[0], x)) \
| windows without their first row
first column skipped | dict(kernel=(h, max(w - 1, 1)), origin=(y, x - dilation[1])) \
| windows without their first column
a row too early | dict(kernel=(h + 1, w), origin=(y + dilation[0], x)) | windows that begin a row \
too early
a column too early | dict(kernel=(h, w + 1), origin=(y, x + dilation[1])) | windows that begin a \
column too early
""",
}
AROUND = """
skip taps outside of the image
border repeated | dict(beyond="border") | an image padded with its border's values
image reflected | dict(beyond="reflection") | an image padded with its reflection
image wrapped around | dict(beyond="wrap") | an image that wraps around at its edges
compare the index with the image before reading
columns not checked | dict(edges=((0, 0), (-10**6, -10**6))) | columns outside of the image read \
in rows beside
nothing checked | dict(edges=((-10**6, -10**6),)*2) | pixels outside of the image read wherever \
they lie
"""
