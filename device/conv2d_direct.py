"""conv2d in blocks of channels, alone and with the rectifier and the pool that follow it."""

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

SOURCE = "../kernels/conv2d_direct.cl"
KEPT = {lanes: {"input": f"NCHW{lanes}c", "output": f"NCHW{lanes}c"} for lanes in (16, 8)}


def whole_blocks(lanes):
    """`supports` of so many lanes: several groups are made of whole blocks of channels."""

    def supports(shapes, attributes):
        conv = attributes.get("conv2d", attributes)
        (_, c, *_), (m, *_) = shapes[:2]
        for name, channels in (("C", c), ("M", m)):
            share = channels // conv["groups"]
            if conv["groups"] > 1 and share % lanes:
                return f"{name}/groups {share}, not a multiple of {lanes}"
        pool = attributes.get("max_pool2d")
        return None if pool is None else pools_by_two(pool)

    return supports


def _conv2d(cl, input, weight, bias, fused, lanes):
    n, _, h, w = input.shape
    m, group_c, *taps = weight.shape
    (top, _), (left, _) = fused.padding
    output = cl.output()
    oh, ow = output.shape[2:]
    in_blocks, out_blocks = pieces(group_c, lanes), pieces(m // fused.groups, lanes)
    tile = best_tile(fused, taps, summed(fused, output.shape), out_blocks, lanes)
    packed = packed_weight(cl, SOURCE, weight, lanes, lanes)
    cl.launch(
        SOURCE,
        "conv2d_direct",
        (*tiles_of(fused, tile, output.shape), n * fused.groups * out_blocks // tile.blocks),
        (1, 1, 1),
        *(input, packed, bias, output, in_blocks, out_blocks, fused.groups, m),
        *(h, w, oh, ow, top, left),
        options=tile_options(fused, taps, tile, lanes),
    )
    return output


def declare(lanes, **said):
    """The variants of so many lanes: the convolution alone, rectified, and pooled then."""
    name = "direct" if lanes == 16 else f"direct{lanes}"
    said |= {"supports": whole_blocks(lanes), "layout": KEPT[lanes], "lanes": "zero", "much": True}

    @variant("conv2d", name, **said)
    def conv2d_direct(cl, input, weight, bias, **conv2d):
        """One work-item computes a tile of several blocks of channels, NCHW16c to NCHW16c."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d), lanes)

    @variant("conv2d+relu", name, **said)
    def conv2d_relu_direct(cl, input, weight, bias, *, conv2d, relu):
        """The same, rectified before it is stored."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d, relu=True), lanes)

    @variant("conv2d+relu+max_pool2d", name, **said)
    def conv2d_relu_max_pool2d_direct(cl, input, weight, bias, *, conv2d, relu, max_pool2d):
        """The same, of every 2×2 outputs the largest."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d, relu=True, pool=True), lanes)


declare(16, gate="float16")
declare(8)
