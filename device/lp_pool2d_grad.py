"""lp_pool2d_grad on a device."""

from .variants import variant


@variant("lp_pool2d_grad", "naive")
def lp_pool2d_grad(cl, grad, input, result, *, norm_type, kernel_size, stride, ceil_mode):
    """One work-item computes one output element, (N, C, OH, OW) to (N, C, H, W)."""
    n, c, h, w = input.shape
    output = cl.output()
    cl.launch(
        "../kernels/lp_pool2d_grad.cl",
        "lp_pool2d_grad",
        (w, h, n * c),
        None,
        *(grad, input, result, output),
        *grad.shape[2:],
        *(*kernel_size, *stride, norm_type - 1),
    )
    return output
