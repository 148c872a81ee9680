"""conv2d under other conventions of where its windows lie and what they read."""

from collections.abc import Callable
from typing import Any

from clgold.reference.layer import Array
from clgold.reference.spec import Pair

from .cause import Cause, table
from .slides import geometry, padded_with, shifted
from .wrongly import with_input


def same(kernel: Pair, dilation: Pair, **_: Any) -> dict[str, Any]:
    """Windows centred on the output's places."""
    return {"origin": tuple((k - 1) * d // 2 for k, d in zip(kernel, dilation, strict=True))}


def as_stored(layout: str) -> Callable[[Array], Array]:
    """(N, C, H, W) read as if stored in another order of axes."""

    def read(x: Array) -> Array:
        sizes = dict(zip("NCHW", x.shape, strict=True))
        stored = x.reshape([sizes[axis] for axis in layout])
        return stored.transpose([layout.index(axis) for axis in "NCHW"])

    return read


CHECK = "compare the index with the image before reading"

GEOMETRY: tuple[Cause, ...] = table(
    "conv2d",
    (
        "strides exchanged",
        "stride_h and stride_w exchanged",
        "advance rows by stride[0], columns by stride[1]",
        geometry(lambda stride, **_: {"stride": stride[::-1]}),
    ),
    (
        "stride ignored",
        "stride 1",
        "multiply the output's place by the stride",
        geometry(lambda **_: {"stride": (1, 1)}),
    ),
    (
        "stride of the rows for both",
        "stride_h for the columns too",
        "advance columns by stride[1]",
        geometry(lambda stride, **_: {"stride": (stride[0], stride[0])}),
    ),
    (
        "stride of the columns for both",
        "stride_w for the rows too",
        "advance rows by stride[0]",
        geometry(lambda stride, **_: {"stride": (stride[1], stride[1])}),
    ),
    (
        "padding of the rows for both",
        "the rows' padding for the columns too",
        "start columns at -padding[1], not at -padding[0]",
        geometry(lambda origin, **_: {"origin": (origin[0], origin[0])}),
    ),
    (
        "padding of the columns for both",
        "the columns' padding for the rows too",
        "start rows at -padding[0], not at -padding[1]",
        geometry(lambda origin, **_: {"origin": (origin[1], origin[1])}),
    ),
    (
        "paddings exchanged",
        "the paddings of rows and columns exchanged",
        "start rows at -padding[0] and columns at -padding[1]",
        geometry(lambda origin, **_: {"origin": origin[::-1]}),
    ),
    (
        "padding of the other side",
        "the padding of the bottom and right at the top and left",
        "start at minus the top and left padding",
        geometry(lambda ends, **_: {"origin": ends}),
    ),
    (
        "padding ignored",
        "windows that start at the image's corner, without padding",
        "subtract the padding from the window's first row and column",
        geometry(lambda **_: {"origin": (0, 0)}),
    ),
    (
        "padding as for the same size",
        "windows centred on the output's place, as if padded to the same size",
        "start at minus the given padding, not at minus half the kernel",
        geometry(same),
    ),
    (
        "window shifted down and right",
        "windows that start one row and one column late",
        "start the window one row and one column earlier",
        shifted(1, 1),
    ),
    (
        "window shifted up and left",
        "windows that start one row and one column early",
        "start the window one row and one column later",
        shifted(-1, -1),
    ),
    (
        "window shifted down",
        "windows that start one row late",
        "start the window one row earlier",
        shifted(1, 0),
    ),
    (
        "window shifted up",
        "windows that start one row early",
        "start the window one row later",
        shifted(-1, 0),
    ),
    (
        "window shifted right",
        "windows that start one column late",
        "start the window one column earlier",
        shifted(0, 1),
    ),
    (
        "window shifted left",
        "windows that start one column early",
        "start the window one column later",
        shifted(0, -1),
    ),
    (
        "border repeated",
        "an image padded with its border's values instead of zeros",
        "skip taps outside of the image; do not clamp their indices",
        padded_with("border"),
    ),
    (
        "image reflected",
        "an image padded with its reflection instead of zeros",
        "skip taps outside of the image",
        padded_with("reflection"),
    ),
    (
        "image wrapped around",
        "an image that wraps around at its edges instead of zeros",
        "skip taps outside of the image",
        padded_with("wrap"),
    ),
    (
        "columns not checked",
        "columns outside of the image read from the neighbouring rows",
        CHECK,
        padded_with("columns"),
    ),
    (
        "nothing checked",
        "rows and columns outside of the image read from whatever lies beside it in memory",
        CHECK,
        padded_with("anything"),
    ),
    (
        "dilation ignored",
        "taps side by side, without dilation",
        "multiply the tap's place by the dilation",
        geometry(lambda **_: {"dilation": (1, 1)}),
    ),
    (
        "dilations exchanged",
        "dilation_h and dilation_w exchanged",
        "spread rows by dilation[0], columns by dilation[1]",
        geometry(lambda dilation, **_: {"dilation": dilation[::-1]}),
    ),
    (
        "dilation for stride",
        "stride and dilation exchanged",
        "multiply the output's place by the stride, the tap's by the dilation",
        geometry(lambda stride, dilation, **_: {"stride": dilation, "dilation": stride}),
    ),
    (
        "input read as NHWC",
        "an input read as (N, H, W, C)",
        "index the input as ((n·C + c)·H + y)·W + x",
        with_input(as_stored("NHWC")),
    ),
    (
        "input rows and columns exchanged",
        "an input read as (N, C, W, H)",
        "index the input as row·W + column",
        with_input(as_stored("NCWH")),
    ),
    (
        "input channels reversed",
        "input channels in reverse order, as BGR for RGB",
        "read the channels in their own order",
        with_input(lambda x: x[:, ::-1]),
    ),
)
