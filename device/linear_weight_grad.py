"""linear_weight_grad on a device."""

from .variants import variant


@variant("linear_weight_grad", "naive")
def linear_weight_grad(cl, grad, input):
    """One work-item computes one element."""
    output = cl.output()
    arguments = grad, input, output, grad.shape[0]
    source = "../kernels/linear_weight_grad.cl"
    cl.launch(source, "linear_weight_grad", output.shape[::-1], None, *arguments)
    return output
