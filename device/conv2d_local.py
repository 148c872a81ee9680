"""conv2d on a device, in tiles that share their input in local memory."""

from clgold.reference.windows import extent

from .conv2d import conv2d_geometry
from .tiling import local_size, round_up
from .variants import variant

TILE = (16, 4)  # width, height
FLOATS = 8192  # that every device's local memory can hold, 32 KiB, in its full profile


def _patch(tile, kernel_size, stride, dilation):
    """The height and width of what a tile (width, height) of outputs reads."""
    height = (tile[1] - 1) * stride[0] + extent(kernel_size[0], dilation[0])
    width = (tile[0] - 1) * stride[1] + extent(kernel_size[1], dilation[1])
    return height, width


def _floats(tile, kernel_size, stride, dilation):
    height, width = _patch(tile, kernel_size, stride, dilation)
    return height * width


def _fits(shapes, attributes):
    window = shapes[1][2:], attributes["stride"], attributes["dilation"]
    span = _patch((1, 1), *window)
    return None if span[0] * span[1] <= FLOATS else "a window larger than 32 KiB of local memory"


@variant("conv2d", "local", supports=_fits)
def conv2d_local(cl, input, weight, bias, *, stride, padding, dilation, groups):
    """One work-item computes one output element, (N, C, H, W) to (N, M, OH, OW)."""
    window = weight.shape[2:], stride, dilation
    tile = local_size(cl, TILE)
    while _floats(tile, *window) > FLOATS:
        tile = (tile[0] // 2, tile[1]) if tile[0] > tile[1] else (tile[0], tile[1] // 2)
    patch_h, patch_w = _patch(tile, *window)
    output = cl.output()
    n, m, oh, ow = output.shape
    cl.launch(
        "../kernels/conv2d_local.cl",
        "conv2d_local",
        (round_up(ow, tile[0]), round_up(oh, tile[1]), n * m),
        (*tile, 1),
        *(input, weight, bias, output),
        *conv2d_geometry(input, weight, stride, padding, dilation, groups),
        *(oh, ow, patch_h, patch_w),
        cl.local(4 * patch_h * patch_w),
    )
    return output
