"""Where ONNX's windows stand: strides, dilations, pads and auto_pad, in two dimensions."""

import math
from dataclasses import dataclass

from clgold.reference.spec import Padding, Pair, Shape
from clgold.reference.windows import extent, positions

from .builder import Builder
from .package import ModelError
from .values import Op, Value

STATED = 22  # the first opset that says what becomes of windows that start beyond the image


@dataclass(frozen=True)
class Windows:
    """Of a kernel over an image, each (vertical, horizontal)."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    padding: Padding
    ceil_mode: bool

    @property
    def steps(self) -> dict[str, Pair | Padding]:
        """The attributes that a convolution and a pooling share."""
        return {"stride": self.stride, "padding": self.padding}


def windows(op: Op, sizes: Shape, kernel: tuple[int, ...]) -> Windows:
    """The windows over an image of one or two `sizes`; of one, a row of height 1 is made."""
    rank = len(sizes)
    strides = lengths(op, "strides", rank, 1)
    dilations = lengths(op, "dilations", rank, 1)
    if len(kernel) != rank or min(kernel) < 1:
        raise ModelError(f"kernel_shape is {list(kernel)}, expected {rank} positive lengths")
    spans = [extent(taps, gap) for taps, gap in zip(kernel, dilations, strict=True)]
    lead = 2 - rank
    vertical, horizontal = ((0, 0),) * lead + sides(op, sizes, spans, strides)
    return Windows(
        doubled(lead, kernel),
        doubled(lead, strides),
        doubled(lead, dilations),
        (vertical, horizontal),
        bool(op.get("ceil_mode", 0)),
    )


def doubled(lead: int, values: tuple[int, ...]) -> Pair:
    vertical, horizontal = (1,) * lead + values
    return vertical, horizontal


def lengths(op: Op, attribute: str, rank: int, least: int) -> tuple[int, ...]:
    """An attribute with one integer for each axis, 1 where it is absent."""
    found = tuple(int(one) for one in op.get(attribute, ()) or (1,) * rank)
    if len(found) != rank or min(found) < least:
        raise ModelError(f"{attribute} is {list(found)}, expected {rank} of at least {least}")
    return found


def sides(
    op: Op, sizes: Shape, spans: list[int], strides: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Padding before and after, for each axis."""
    rank, mode = len(sizes), op.get("auto_pad", b"NOTSET").decode(errors="replace")
    pads = [int(one) for one in op.get("pads", ()) or (0,) * 2 * rank]
    if len(pads) != 2 * rank or min(pads) < 0:
        raise ModelError(f"pads is {pads}, expected {2 * rank} of at least 0")
    if mode == "NOTSET":
        return tuple(zip(pads[:rank], pads[rank:], strict=True))
    if any(pads):
        raise ModelError(f"pads is {pads} beside auto_pad {mode!r}, expected one of the two")
    if mode == "VALID":
        return ((0, 0),) * rank
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        raise ModelError(f"auto_pad is {mode!r}, which ONNX does not define")
    found = []
    for size, span, stride in zip(sizes, spans, strides, strict=True):
        total = max((math.ceil(size / stride) - 1) * stride + span - size, 0)
        less, more = total // 2, total - total // 2
        found.append((less, more) if mode == "SAME_UPPER" else (more, less))
    return tuple(found)


def overhangs(image: Shape, found: Windows, layer: str, opset: int) -> bool:
    """Whether ceil_mode's last windows reach beyond the padding.

    ModelError where one would start there, and the opset does not say that it is left out.
    """
    if not found.ceil_mode:
        return False
    sizes = (image[2], image[3])
    place = (layer, sizes, found.kernel, found.stride, found.padding, found.dilation)
    ours, beyond = positions(*place, True), False
    for axis in (0, 1):
        (before, after), step = found.padding[axis], found.stride[axis]
        room = sizes[axis] + before + after - extent(found.kernel[axis], found.dilation[axis])
        if opset < STATED and math.ceil(room / step) + 1 != ours[axis]:
            raise ModelError("ceil_mode lets a window start beyond the image")
        beyond |= (ours[axis] - 1) * step > room
    return beyond


def as_image(b: Builder, value: Value) -> Value:
    """(N, C, H, W) of itself, or of (N, C, W) with one row; ModelError for other ranks."""
    if len(value.shape) not in (3, 4):
        raise ModelError(
            f"its input {value.name!r} has shape {value.shape}, and our layers are two-dimensional"
        )
    n, c, *sizes = value.shape
    return b.reshape(value, (n, c, *((1,) * (2 - len(sizes))), *sizes))


def like(b: Builder, output: Value, input: Value) -> Value:
    """The row of height 1 dropped again where the input had none."""
    n, c, _, w = output.shape
    return b.reshape(output, (n, c, w)) if len(input.shape) == 3 else output
