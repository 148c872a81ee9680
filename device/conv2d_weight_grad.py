"""conv2d_weight_grad on a device."""

from .variants import variant


@variant("conv2d_weight_grad", "naive")
def conv2d_weight_grad(cl, grad, input, *, weight_size, stride, padding, dilation, groups):
    """One work-item computes one weight's gradient, a sum over images and places."""
    m, depth, kh, kw = weight_size
    (top, _), (left, _) = padding
    output = cl.output()
    cl.launch(
        "../kernels/conv2d_weight_grad.cl",
        "conv2d_weight_grad",
        (kh * kw, depth, m),
        None,
        *(grad, input, output, *input.shape, *grad.shape[2:], kw),
        *(*stride, top, left, *dilation, groups),
    )
    return output
