"""linear_bias_grad on a device."""

from .variants import variant


@variant("linear_bias_grad", "naive")
def linear_bias_grad(cl, grad):
    """One work-item adds up one output's gradients."""
    n, o = grad.shape
    output = cl.output()
    source = "../kernels/linear_bias_grad.cl"
    cl.launch(source, "linear_bias_grad", (o,), None, grad, output, n)
    return output
