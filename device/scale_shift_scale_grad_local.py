"""scale_shift_scale_grad on a device, the lanes of a work-group sharing the sum."""

from math import prod

from .tiling import local_size
from .variants import variant

LANES = (64,)


@variant("scale_shift_scale_grad", "local", much=True)
def scale_shift_scale_grad_local(cl, grad, input):
    """One work-group adds up everything."""
    (lanes,) = local_size(cl, LANES)
    output = cl.output()
    arguments = grad, input, output, prod(grad.shape), cl.local(4 * lanes)
    source = "../kernels/scale_shift_scale_grad_local.cl"
    cl.launch(source, "scale_shift_scale_grad_local", (lanes,), (lanes,), *arguments)
    return output
