"""conv2d on a device, blocked by channels and in registers: the fast one on CPUs."""

from clgold.reference.windows import extent

from .tiling import pieces, round_up
from .variants import variant

SOURCE = "../kernels/conv2d_blocked.cl"

# Outputs of a row that stay in registers. Multiply-adds of few wait for one another, more of them
# than a CPU has vector registers are spilled.
TILES = (14, 7, 4)


def _one_group(shapes, attributes):
    return None if attributes["groups"] == 1 else "more than one group"


def _conv2d(cl, input, weight, bias, stride, padding, dilation, lanes):
    """Pack the input, pack the weights once, and convolve with vectors of so many lanes."""
    _, c, h, w = input.shape
    m, _, kh, kw = weight.shape
    (top, _), (left, _) = padding
    output = cl.output()
    n, _, oh, ow = output.shape

    # The tile that covers a row with the least waste; of several, the largest.
    columns = min(TILES, key=lambda tile: (round_up(ow, tile), -tile))
    # Blocks of 1 or 4 channels for the first layer of a network, grey or coloured.
    in_block = next((size for size in (1, 4) if c <= size), lanes)
    in_blocks, out_blocks = pieces(c, in_block), pieces(m, lanes)
    options = (
        f"-DVEC={lanes}",
        f"-DIN_BLOCK={in_block}",
        f"-DCOLUMNS={columns}",
        f"-DSTRIDE_W={stride[1]}",
    )

    def pack_weight():
        packed = cl.empty((out_blocks, in_blocks, kh, kw, in_block, lanes))
        size = (kh * kw, in_blocks, out_blocks)
        cl.launch(SOURCE, "pack_weight", size, None, weight, packed, m, c, options=options)
        return packed

    packed = cl.once((weight, lanes), pack_weight)
    source_h = (oh - 1) * stride[0] + extent(kh, dilation[0])
    source_w = (round_up(ow, columns) - 1) * stride[1] + extent(kw, dilation[1])
    source = cl.empty((n, in_blocks, source_h, source_w, in_block))
    size = (source_w, source_h, n * in_blocks)
    image = (c, h, w, top, left)
    cl.launch(SOURCE, "pack_input", size, None, input, source, *image, options=options)
    cl.launch(
        SOURCE,
        "conv2d_blocked",
        (pieces(ow, columns), oh, n * out_blocks),
        (1, 1, 1),
        *(source, packed, bias, output),
        *(in_blocks, source_h, source_w, m, ow, kh, kw, stride[0], *dilation),
        options=options,
    )
    return output


@variant("conv2d", "blocked", supports=_one_group, gate="float16", much=True)
def conv2d_blocked(cl, input, weight, bias, *, stride, padding, dilation, groups):
    """One work-item computes 16 channels of up to 14 outputs, (N, C, H, W) to (N, M, OH, OW)."""
    return _conv2d(cl, input, weight, bias, stride, padding, dilation, lanes=16)


@variant("conv2d", "blocked8", supports=_one_group, much=True)
def conv2d_blocked8(cl, input, weight, bias, *, stride, padding, dilation, groups):
    """The same with 8 channels, for drivers that do not bear vectors of 16."""
    return _conv2d(cl, input, weight, bias, stride, padding, dilation, lanes=8)
