"""conv2d on a device by Winograd's F(2×2, 3×3) and F(4×4, 3×3), tiles kept in a CPU's cache."""

from .conv2d_tile import Fused
from .conv2d_winograd_tile import options, planned, point_filters, promises
from .tiling import pieces
from .variants import variant

SOURCE = "../kernels/conv2d_winograd_chunks.cl"
CHUNK = 28  # tiles at a time
# Their points, 36 for a tile of F(4×4, 3×3), and products are 0.6 MB then: within a core's cache,
# and within the 2 MB of local memory that PoCL has.
MOST_CHANNELS = 128


def local_bytes(plan):
    """Of the points of a chunk of tiles, and of the products of a tile's blocks of filters."""
    each = 4 * plan.points * plan.chunk * plan.lanes
    return each * plan.in_blocks, each * plan.shape.blocks


def shallow(shapes, attributes):
    channels = shapes[0][1]
    return f"{channels} channels, more than {MOST_CHANNELS}" if channels > MOST_CHANNELS else None


def _conv2d(cl, input, weight, bias, fused, lanes, tile):
    output = cl.output()
    plans = [
        planned(fused, weight.shape, output.shape, lanes, tile, CHUNK >> halved)
        for halved in range(CHUNK.bit_length())
    ]
    room = cl.device.local_mem_size  # 32 KB on a simulator
    plan = next((one for one in plans if sum(local_bytes(one)) <= room), plans[-1])
    filters = point_filters(cl, SOURCE, weight, plan)
    cl.launch(
        SOURCE,
        "winograd_chunk",
        (pieces(plan.tiles, plan.chunk), 1, 1),
        (1, 1, 1),
        *(input, filters, bias, output, *map(cl.local, local_bytes(plan))),
        *(plan.in_blocks, plan.out_blocks, weight.shape[0], *input.shape[2:]),
        *(*plan.grid, *output.shape[2:], fused.padding[0][0], fused.padding[1][0], plan.tiles),
        options=options(plan, fused),
    )
    return output


def declare(tile, lanes):
    """The variants of that tile and so many lanes: the convolution alone, rectified, and pooled."""
    name = f"winograd{tile}-chunks" if lanes == 16 else f"winograd{tile}-chunks-{lanes}"
    said = promises(tile, lanes, shallow)

    @variant("conv2d", name, **said)
    def winograd_chunks(cl, input, weight, bias, **conv2d):
        """One work-item takes 28 tiles all the way, NCHW16c to NCHW16c."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d), lanes, tile)

    @variant("conv2d+relu", name, **said)
    def winograd_chunks_relu(cl, input, weight, bias, *, conv2d, relu):
        """The same, rectified before it is stored."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d, relu=True), lanes, tile)

    @variant("conv2d+relu+max_pool2d", name, **said)
    def winograd_chunks_relu_pool(cl, input, weight, bias, *, conv2d, relu, max_pool2d):
        """The same, of every 2×2 outputs the largest."""
        fused = Fused(**conv2d, relu=True, pool=True)
        return _conv2d(cl, input, weight, bias, fused, lanes, tile)


for width in (16, 8):
    for outputs in (4, 2):
        declare(outputs, width)
