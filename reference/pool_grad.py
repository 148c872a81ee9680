"""What the gradients of pools share: which pixels a window sees, and what they get back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .layer import Array, Attributes, Layer
from .spec import Padding, Pair, Shape, SpecError
from .windows import NO_PADDING, overhang, pad, positions, windows


def due_shape(name: str, of: Layer, input: Shape, attributes: Attributes) -> Shape:
    """What the pool gives, of an input of that shape; refusals bear the gradient's name."""
    try:
        return of.shape_rule(input, **attributes)
    except SpecError as error:
        raise SpecError(str(error).replace(of.name, name, 1)) from None


def pool_rule(name: str, of: Layer) -> Callable[..., Shape]:
    """The rule of shapes of (grad, input), or of (grad) where input_size is given."""

    def shape_rule(grad: Shape, *read: Shape, **attributes: Any) -> Shape:
        own = {key: attributes[key] for key in of.attributes}
        input: Shape = read[0] if read else attributes["input_size"]
        due = due_shape(name, of, input, own)
        if grad != due:
            raise SpecError(
                f"{name}: grad has shape {grad}, {of.name} of input {input} gives {due}"
            )
        return input

    return shape_rule


def around(shape: Shape, attributes: Attributes) -> tuple[Pair, Padding]:
    """How many windows there are, and what must be added around an image that they all fit."""
    kernel, step = attributes["kernel_size"], attributes["stride"]
    padding, spread = geometry(attributes)
    sizes, ceil = (shape[2], shape[3]), attributes["ceil_mode"]
    counts = positions("pool", sizes, kernel, step, padding, spread, ceil)
    return counts, overhang(shape, kernel, step, padding, spread, counts)


def geometry(attributes: Attributes) -> tuple[Padding, Pair]:
    """Padding and dilation, of pools that have them."""
    return attributes.get("padding", NO_PADDING), attributes.get("dilation", (1, 1))


def seen(values: Array, outside: float, attributes: Attributes) -> Array:
    """A view (N, C, OH, OW, KH, KW) of every window's pixels."""
    counts, margin = around(values.shape, attributes)
    _, spread = geometry(attributes)
    padded = pad(values, margin, outside)
    return windows(padded, attributes["kernel_size"], attributes["stride"], spread, counts)


def handed_back(shares: Array, shape: Shape, attributes: Attributes) -> Array:
    """(N, C, H, W): every pixel's sum of its windows' shares, (N, C, OH, OW, KH, KW)."""
    (rows, columns), ((top, bottom), (left, right)) = around(shape, attributes)
    (down, across), (_, spread) = attributes["stride"], geometry(attributes)
    n, c, h, w = shape
    padded = np.zeros((n, c, top + h + bottom, left + w + right))
    for k, m in np.ndindex(*attributes["kernel_size"]):
        y, x = k * spread[0], m * spread[1]
        place = slice(y, y + rows * down, down), slice(x, x + columns * across, across)
        padded[:, :, *place] += shares[..., k, m]
    return padded[:, :, top : top + h, left : left + w]
