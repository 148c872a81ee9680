"""leaky_relu_grad on a device."""

from math import prod

from .variants import variant


@variant("leaky_relu_grad", "naive")
def leaky_relu_grad(cl, grad, input, *, negative_slope):
    """One work-item computes one element."""
    output = cl.output()
    arguments = grad, input, output, negative_slope
    cl.launch(
        "../kernels/leaky_relu_grad.cl", "leaky_relu_grad", (prod(output.shape),), None, *arguments
    )
    return output
