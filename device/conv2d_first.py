"""A network's first convolution, from few channels into blocks of channels."""

from .conv2d_tile import (
    Fused,
    best_tile,
    packed_weight,
    pools_by_two,
    summed,
    tile_options,
    tiles_of,
)
from .tiling import pieces
from .variants import variant

SOURCE = "../kernels/conv2d_first.cl"
MOST_CHANNELS = 4  # grey, coloured, or with a mask; the copied pixels stay in the nearest cache


def few_channels(shapes, attributes):
    conv = attributes.get("conv2d", attributes)
    _, c, *_ = shapes[0]
    if conv["groups"] != 1:
        return "more than one group"
    if c > MOST_CHANNELS:
        return f"{c} channels, more than {MOST_CHANNELS}"
    pool = attributes.get("max_pool2d")
    return None if pool is None else pools_by_two(pool)


def _conv2d(cl, input, weight, bias, fused, lanes):
    n, c, h, w = input.shape
    m, _, *taps = weight.shape
    (top, _), (left, _) = fused.padding
    output = cl.output()
    oh, ow = output.shape[2:]
    tile = best_tile(fused, taps, summed(fused, output.shape), pieces(m, lanes), lanes)
    packed = packed_weight(cl, SOURCE, weight, c, lanes)
    cl.launch(
        SOURCE,
        "conv2d_first",
        (*tiles_of(fused, tile, output.shape), n),
        (1, 1, 1),
        *(input, packed, bias, output, m, h, w, oh, ow, top, left),
        options=(*tile_options(fused, taps, tile, lanes), f"-DIN_BLOCK={c}"),
    )
    return output


def declare(lanes, **said):
    """The variants of so many lanes: the convolution alone, rectified, and pooled then."""
    name = "first" if lanes == 16 else f"first{lanes}"
    said |= {"supports": few_channels, "layout": {"output": f"NCHW{lanes}c"}, "much": True}

    @variant("conv2d", name, **said)
    def conv2d_first(cl, input, weight, bias, **conv2d):
        """One work-item computes a tile of all channels, NCHW to NCHW16c."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d), lanes)

    @variant("conv2d+relu", name, **said)
    def conv2d_relu_first(cl, input, weight, bias, *, conv2d, relu):
        """The same, rectified before it is stored."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d, relu=True), lanes)

    @variant("conv2d+relu+max_pool2d", name, **said)
    def conv2d_relu_max_pool2d_first(cl, input, weight, bias, *, conv2d, relu, max_pool2d):
        """The same, of every 2×2 outputs the largest."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d, relu=True, pool=True), lanes)


declare(16, gate="float16")
declare(8)
