"""Layers whose windows slide over an image: what is drawn fits, with remainders and overhang."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from hypothesis import strategies as st

from .axes import Drawn, batches, channels, maybe, seldom_equal


def no_padding(span: int) -> int:
    return 0


def up_to_two(span: int) -> int:
    """Padding of a convolution, on a window of any size."""
    return 2


def up_to_half(span: int) -> int:
    """Padding of a pooling window: none sees nothing but padding."""
    return span // 2


@st.composite
def axis_windows(
    draw: st.DrawFn, most_padding: Callable[[int], int], most_dilation: int, ceil_mode: bool
) -> tuple[int, int, int, tuple[int, int], int]:
    """Along one axis: size, taps, stride, padding (before, after) and dilation that fit."""
    taps, stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    dilation = draw(st.one_of(st.just(1), st.just(1), st.integers(1, most_dilation)))
    span = (taps - 1) * dilation + 1
    sides = st.integers(0, most_padding(span))
    padding = draw(sides), draw(sides)
    overhang = stride - 1 if ceil_mode else 0
    least = max(1, span - sum(padding) - overhang)
    return draw(st.integers(least, max(9, least))), taps, stride, padding, dilation


@st.composite
def windows(
    draw: st.DrawFn,
    most_padding: Callable[[int], int],
    most_dilation: int = 1,
    ceil_mode: bool = False,
) -> tuple[Any, ...]:
    """Sizes, taps, strides, paddings and dilations, each (vertical, horizontal)."""
    axis = axis_windows(most_padding, most_dilation, ceil_mode)
    return tuple(zip(*draw(seldom_equal(axis, itemgetter(0))), strict=True))


@st.composite
def conv2d(draw: st.DrawFn) -> Drawn:
    """Any convolution, or the 3×3 ones of stride 1 that special kernels are made for."""
    return draw(st.one_of(any_conv2d(), any_conv2d(), plain_conv2d()))


@st.composite
def plain_conv2d(draw: st.DrawFn) -> Drawn:
    """3×3, stride 1, one group; channels and widths around what vectors and tiles hold."""
    channels = st.sampled_from((1, 2, 3, 7, 8, 9, 15, 16, 17, 33))
    c, m = draw(channels), draw(channels)
    padding = draw(st.sampled_from((((0, 0), (0, 0)), ((1, 1), (1, 1)), ((1, 0), (0, 2)))))
    size = (draw(st.integers(3, 9)), draw(st.sampled_from((3, 4, 7, 13, 14, 17, 29))))
    shapes = (draw(batches()), c, *size), (m, c, 3, 3), draw(maybe((m,)))
    return shapes, {"stride": (1, 1), "padding": padding, "dilation": (1, 1), "groups": 1}


@st.composite
def any_conv2d(draw: st.DrawFn) -> Drawn:
    """Input, filters and perhaps a bias; up to 3 groups of up to 6 channels in all."""
    groups = draw(st.integers(1, 3))
    depth, filters = draw(st.integers(1, 6 // groups)), groups * draw(st.integers(1, 2))
    sizes, taps, stride, padding, dilation = draw(windows(up_to_two, 3))
    shapes = (
        (draw(batches()), groups * depth, *sizes),
        (filters, depth, *taps),
        draw(maybe((filters,))),
    )
    attributes = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return shapes, attributes


@st.composite
def max_pool2d(draw: st.DrawFn) -> Drawn:
    """With ceil_mode the image may be smaller than the window."""
    ceil_mode = draw(st.booleans())
    sizes, taps, stride, padding, dilation = draw(windows(up_to_half, 2, ceil_mode))
    attributes = {
        "kernel_size": taps,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": ceil_mode,
    }
    return ((draw(batches()), draw(channels()), *sizes),), attributes


@st.composite
def avg_pool2d(draw: st.DrawFn) -> Drawn:
    ceil_mode = draw(st.booleans())
    sizes, taps, stride, padding, _ = draw(windows(up_to_half, ceil_mode=ceil_mode))
    attributes = {
        "kernel_size": taps,
        "stride": stride,
        "padding": padding,
        "ceil_mode": ceil_mode,
        "count_include_pad": draw(st.booleans()),
    }
    return ((draw(batches()), draw(channels()), *sizes),), attributes


@st.composite
def lp_pool2d(draw: st.DrawFn) -> Drawn:
    ceil_mode = draw(st.booleans())
    sizes, taps, stride, _, _ = draw(windows(no_padding, ceil_mode=ceil_mode))
    attributes = {
        "norm_type": draw(st.sampled_from((1.0, 2.0, 3.0, 4.0, 1.5))),
        "kernel_size": taps,
        "stride": stride,
        "ceil_mode": ceil_mode,
    }
    return ((draw(batches()), draw(channels()), *sizes),), attributes


@st.composite
def sites(draw: st.DrawFn) -> tuple[int, int, int, int, int]:
    """Along one axis: size, taps, stride, sites and outputs per site; the last pixels unseen."""
    taps, stride, count = (draw(st.integers(1, 3)) for _ in range(3))
    unseen = draw(st.integers(0, stride - 1))
    return (count - 1) * stride + taps + unseen, taps, stride, count, draw(st.integers(1, 3))


@st.composite
def local2d(draw: st.DrawFn) -> Drawn:
    axes = draw(seldom_equal(sites(), itemgetter(0)))
    sizes, taps, stride, counts, tile = zip(*axes, strict=True)
    depth = draw(st.integers(1, 3))
    weight = (draw(st.integers(1, 3)), *tile, depth, *taps, *counts)
    return ((draw(batches()), depth, *sizes), weight), {"stride": stride}
