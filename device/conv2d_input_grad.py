"""conv2d_input_grad on a device."""

from .variants import variant


@variant("conv2d_input_grad", "naive")
def conv2d_input_grad(cl, grad, weight, *, input_size, stride, padding, dilation, groups):
    """One work-item computes one pixel's gradient, (N, M, OH, OW) to (N, C, H, W)."""
    n, c, h, w = input_size
    (top, _), (left, _) = padding
    output = cl.output()
    cl.launch(
        "../kernels/conv2d_input_grad.cl",
        "conv2d_input_grad",
        (w, h, n * c),
        None,
        *(grad, weight, output, c, *grad.shape[1:], *weight.shape[2:]),
        *(*stride, top, left, *dilation, groups),
    )
    return output
