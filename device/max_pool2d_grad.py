"""max_pool2d_grad on a device."""

from .max_pool2d import pool_geometry
from .variants import variant


@variant("max_pool2d_grad", "naive")
def max_pool2d_grad(cl, grad, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    """One work-item computes one output element, (N, C, OH, OW) to (N, C, H, W)."""
    geometry = pool_geometry(kernel_size, stride, padding, dilation, ceil_mode)
    n, c, h, w = input.shape
    output = cl.output()
    cl.launch(
        "../kernels/max_pool2d_grad.cl",
        "max_pool2d_grad",
        (w, h, n * c),
        None,
        *(grad, input, output),
        *(*grad.shape[2:], *geometry),
    )
    return output
