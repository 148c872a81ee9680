"""avg_pool2d on a device, vectorised."""

from .tiling import pieces
from .variants import variant

LANES = 8


@variant("avg_pool2d", "vector", much=True)
def avg_pool2d_vector(cl, input, *, kernel_size, stride, padding, ceil_mode, count_include_pad):
    """One work-item computes 8 outputs of a row, (N, C, H, W) to (N, C, OH, OW)."""
    _, _, h, w = input.shape
    vertical, horizontal = padding
    output = cl.output()
    n, c, oh, ow = output.shape
    cl.launch(
        "../kernels/avg_pool2d_vector.cl",
        "avg_pool2d_vector",
        (pieces(ow, LANES), oh, n * c),
        None,
        *(input, output, h, w, ow),
        *(*kernel_size, stride[0], *vertical, *horizontal),
        int(count_include_pad),
        options=(f"-DVEC={LANES}", f"-DSTRIDE_W={stride[1]}"),
    )
    return output
