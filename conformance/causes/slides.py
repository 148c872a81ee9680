"""Where a convolution's windows lie: conv2d over others than its own."""

from collections.abc import Callable
from typing import Any

from clgold.reference import Enclosure
from clgold.reference.spec import Pair
from clgold.reference.windows import NO_PADDING

from .cause import Link, Recompute
from .frames import framed, seen
from .wrongly import again


def convolve(
    link: Link,
    input: Enclosure,
    stride: Pair,
    origin: Pair,
    dilation: Pair,
    beyond: str = "zeros",
) -> Enclosure:
    """As many windows as the right layer has, the first of which starts at −origin."""
    _, weight, bias = link.operands
    assert weight is not None
    kernel = (weight.value.shape[2], weight.value.shape[3])
    size = seen((link.shape[2], link.shape[3]), kernel, stride, dilation)
    cut = framed(input, (-origin[0], -origin[1]), size, beyond)
    return again(link, cut, weight, bias, stride=stride, dilation=dilation, padding=NO_PADDING)


def geometry(change: Callable[..., dict[str, Any] | None], beyond: str = "zeros") -> Recompute:
    """change(kernel, stride, origin, ends, dilation) → those that differ."""

    def recompute(link: Link) -> Enclosure | None:
        input, weight, _ = link.operands
        assert input is not None
        assert weight is not None
        (top, bottom), (left, right) = link.attributes["padding"]
        own = {
            "stride": link.attributes["stride"],
            "origin": (top, left),
            "dilation": link.attributes["dilation"],
        }
        other = change(kernel=weight.value.shape[2:], ends=(bottom, right), **own)
        return None if other is None else convolve(link, input, **(own | other), beyond=beyond)

    return recompute


def shifted(down: int, right: int) -> Recompute:
    """Windows that start so many pixels further down and right."""
    return geometry(lambda origin, **_: {"origin": (origin[0] - down, origin[1] - right)})


def padded_with(beyond: str) -> Recompute:
    """Other values than zero around the image."""
    return geometry(lambda **_: {}, beyond)
