"""max_pool2d on a device."""

from .variants import variant


def pool_geometry(kernel_size, stride, padding, dilation, ceil_mode):
    """The integers that describe a pooling to its kernels; ceil_mode only sizes the output."""
    (top, _), (left, _) = padding
    return *kernel_size, *stride, top, left, *dilation


@variant("max_pool2d", "naive")
def max_pool2d(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    """One work-item computes one output element, (N, C, H, W) to (N, C, OH, OW)."""
    geometry = pool_geometry(kernel_size, stride, padding, dilation, ceil_mode)
    _, _, h, w = input.shape
    output = cl.output()
    n, c, oh, ow = output.shape
    size = (ow, oh, n * c)
    cl.launch("../kernels/max_pool2d.cl", "max_pool2d", size, None, input, output, h, w, *geometry)
    return output
