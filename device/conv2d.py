"""conv2d on a device."""

from .variants import variant


def conv2d_geometry(input, weight, stride, padding, dilation, groups):
    """The integers that describe a convolution to its kernels, in the kernels' order."""
    _, c, h, w = input.shape
    m, _, kh, kw = weight.shape
    (top, _), (left, _) = padding
    return c, h, w, m, kh, kw, *stride, top, left, *dilation, groups


@variant("conv2d", "naive")
def conv2d(cl, input, weight, bias, *, stride, padding, dilation, groups):
    """One work-item computes one output element, (N, C, H, W) to (N, M, OH, OW)."""
    geometry = conv2d_geometry(input, weight, stride, padding, dilation, groups)
    output = cl.output()
    n, m, oh, ow = output.shape
    size = (ow, oh, n * m)
    cl.launch("../kernels/conv2d.cl", "conv2d", size, None, input, weight, bias, output, *geometry)
    return output
