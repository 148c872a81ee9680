"""conv2d_bias_grad on a device."""

from .variants import variant


@variant("conv2d_bias_grad", "naive")
def conv2d_bias_grad(cl, grad):
    """One work-item adds up one filter's gradients."""
    n, m, oh, ow = grad.shape
    output = cl.output()
    arguments = grad, output, n, oh * ow
    cl.launch("../kernels/conv2d_bias_grad.cl", "conv2d_bias_grad", (m,), None, *arguments)
    return output
