"""linear_input_grad on a device."""

from .variants import variant


@variant("linear_input_grad", "naive")
def linear_input_grad(cl, grad, weight):
    """One work-item computes one element."""
    output = cl.output()
    arguments = grad, weight, output, grad.shape[1]
    source = "../kernels/linear_input_grad.cl"
    cl.launch(source, "linear_input_grad", output.shape[::-1], None, *arguments)
    return output
