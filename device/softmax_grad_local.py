"""softmax_grad on a device, each line a work-group's reduction."""

from math import prod

from .tiling import local_size
from .variants import variant

LANES = (64,)


@variant("softmax_grad", "local")
def softmax_grad_local(cl, grad, result, *, dim):
    """One work-group computes one line, along any axis."""
    shape = grad.shape
    (lanes,) = local_size(cl, LANES)
    output = cl.output()
    cl.launch(
        "../kernels/softmax_grad_local.cl",
        "softmax_grad_local",
        (prod(shape[dim + 1 :]) * lanes, prod(shape[:dim])),
        (lanes, 1),
        *(grad, result, output, shape[dim]),
        cl.local(4 * lanes),
    )
    return output
