"""scale_shift_input_grad on a device."""

from math import prod

from .variants import variant


@variant("scale_shift_input_grad", "naive")
def scale_shift_input_grad(cl, grad, scale):
    """One work-item computes one element."""
    output = cl.output()
    source = "../kernels/scale_shift_input_grad.cl"
    size = (prod(output.shape),)
    cl.launch(source, "scale_shift_input_grad", size, None, grad, scale, output)
    return output
