"""scale_shift_shift_grad on a device."""

from math import prod

from .variants import variant


@variant("scale_shift_shift_grad", "naive")
def scale_shift_shift_grad(cl, grad):
    """One work-item adds up one unit's gradients, (N, ...) to (1, ...)."""
    output = cl.output()
    source = "../kernels/scale_shift_shift_grad.cl"
    size = (prod(output.shape),)
    cl.launch(source, "scale_shift_shift_grad", size, None, grad, output, grad.shape[0])
    return output
