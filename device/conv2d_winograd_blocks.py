"""conv2d on a device by Winograd's F(2×2, 3×3) and F(4×4, 3×3), in blocks of channels."""

from .conv2d_tile import Fused
from .conv2d_winograd_tile import options, planned, point_filters, promises
from .variants import variant

SOURCE = "../kernels/conv2d_winograd_blocks.cl"


def _conv2d(cl, input, weight, bias, fused, lanes, tile):
    output = cl.output()
    m, (h, w), (oh, ow) = weight.shape[0], input.shape[2:], output.shape[2:]
    plan = planned(fused, weight.shape, output.shape, lanes, tile)
    filters = point_filters(cl, SOURCE, weight, plan)
    pixels = cl.empty((plan.points, plan.in_blocks, plan.chunk, lanes))
    products = cl.empty((plan.points, plan.out_blocks, plan.chunk, lanes))

    def launch(entry, size, *arguments):
        cl.launch(SOURCE, entry, size, (1, 1, 1), *arguments, options=options(plan, fused))

    size, pads = (plan.tiles, plan.in_blocks, 1), (fused.padding[0][0], fused.padding[1][0])
    launch("input_points", size, input, pixels, h, w, *plan.grid, *pads)
    size = (
        plan.chunk // plan.shape.columns,
        plan.out_blocks // plan.shape.blocks,
        plan.points,
    )
    launch("multiply_points", size, pixels, filters, products, plan.in_blocks, plan.out_blocks)
    size = (plan.tiles, plan.out_blocks, 1)
    launch("output_points", size, products, bias, output, m, *plan.grid, oh, ow)
    return output


def declare(tile, lanes):
    """The variants of that tile and so many lanes: the convolution alone, rectified, and pooled."""
    name = f"winograd{tile}" if lanes == 16 else f"winograd{tile}-{lanes}"
    said = promises(tile, lanes, lambda shapes, conv: None)

    @variant("conv2d", name, **said)
    def winograd_blocks(cl, input, weight, bias, **conv2d):
        """Transforms to points, a product at each, and back, NCHW16c to NCHW16c."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d), lanes, tile)

    @variant("conv2d+relu", name, **said)
    def winograd_blocks_relu(cl, input, weight, bias, *, conv2d, relu):
        """The same, rectified before it is stored."""
        return _conv2d(cl, input, weight, bias, Fused(**conv2d, relu=True), lanes, tile)

    @variant("conv2d+relu+max_pool2d", name, **said)
    def winograd_blocks_relu_pool(cl, input, weight, bias, *, conv2d, relu, max_pool2d):
        """The same, of every 2×2 outputs the largest."""
        fused = Fused(**conv2d, relu=True, pool=True)
        return _conv2d(cl, input, weight, bias, fused, lanes, tile)


for width in (16, 8):
    for outputs in (4, 2):
        declare(outputs, width)
