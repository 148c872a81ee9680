"""Convolution, max pooling and ELU in one kernel, each sum computed once and kept in registers."""

from .conv2d_tile import (
    Fused,
    best_tile,
    packed_weight,
    pools_by_two,
    summed,
    tile_options,
    tiles_of,
)
from .tiling import pieces, round_up
from .variants import variant

SOURCE = "../kernels/conv2d_pool_elu_tile.cl"


def _windows_side_by_side(shapes, attributes):
    if attributes["conv2d"]["groups"] != 1:
        return "more than one group"
    return pools_by_two(attributes["max_pool2d"])


def _monotonic_too(shapes, attributes):
    alpha = attributes["elu"]["alpha"]
    falls = f"ELU before pooling with alpha {alpha}, which falls below 0" if alpha < 0 else None
    return _windows_side_by_side(shapes, attributes) or falls


def _conv2d_pool_elu(cl, input, weight, bias, conv2d, alpha, lanes):
    n, c, h, w = input.shape
    m, _, *taps = weight.shape
    fused = Fused(**conv2d, pool=True)
    (top, _), (left, _) = fused.padding
    output = cl.output()
    size, blocks = summed(fused, output.shape), pieces(m, lanes)
    tile = best_tile(fused, taps, size, blocks, lanes, channels=1, padded=True)
    packed = packed_weight(cl, SOURCE, weight, 1, lanes, tile.blocks)
    out_blocks = round_up(blocks, tile.blocks)
    cl.launch(
        SOURCE,
        "conv2d_pool_elu_tile",
        (*tiles_of(fused, tile, output.shape), n * out_blocks // tile.blocks),
        (1, 1, 1),
        *(input, packed, bias, output, c, out_blocks, m, h, w),
        *(*output.shape[2:], top, left, alpha),
        options=tile_options(fused, taps, tile, lanes),
    )
    return output


def declare(lanes, **said):
    """Both orders of pooling and ELU, with so many lanes."""
    name = "tile" if lanes == 16 else f"tile{lanes}"

    @variant("conv2d+max_pool2d+elu", name, _windows_side_by_side, much=True, **said)
    def conv2d_max_pool2d_elu(cl, input, weight, bias, *, conv2d, max_pool2d, elu):
        """One work-item computes a tile of blocks of channels, (N, C, H, W) to (N, M, PH, PW)."""
        return _conv2d_pool_elu(cl, input, weight, bias, conv2d, elu["alpha"], lanes)

    @variant("conv2d+elu+max_pool2d", name, _monotonic_too, much=True, **said)
    def conv2d_elu_max_pool2d(cl, input, weight, bias, *, conv2d, elu, max_pool2d):
        """The same, which is the same while ELU is monotonic."""
        return _conv2d_pool_elu(cl, input, weight, bias, conv2d, elu["alpha"], lanes)


declare(16, gate="float16")
declare(8)
