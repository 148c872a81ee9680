"""max_pool2d on a device, vectorised."""

from .tiling import pieces
from .variants import variant

LANES = 8


@variant("max_pool2d", "vector", much=True)
def max_pool2d_vector(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    """One work-item computes 8 outputs of a row, (N, C, H, W) to (N, C, OH, OW)."""
    _, _, h, w = input.shape
    (top, _), (left, _) = padding
    output = cl.output()
    n, c, oh, ow = output.shape
    cl.launch(
        "../kernels/max_pool2d_vector.cl",
        "max_pool2d_vector",
        (pieces(ow, LANES), oh, n * c),
        None,
        *(input, output, h, w, ow),
        *(*kernel_size, stride[0], top, left, *dilation),
        options=(f"-DVEC={LANES}", f"-DSTRIDE_W={stride[1]}"),
    )
    return output
