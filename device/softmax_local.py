"""softmax on a device, each line a work-group's reduction."""

from math import prod

from .tiling import local_size
from .variants import variant

LANES = (64,)


@variant("softmax", "local")
def softmax_local(cl, input, *, dim):
    """One work-group computes one line, along any axis."""
    shape = input.shape
    (lanes,) = local_size(cl, LANES)
    output = cl.output()
    cl.launch(
        "../kernels/softmax_local.cl",
        "softmax_local",
        (prod(shape[dim + 1 :]) * lanes, prod(shape[:dim])),
        (lanes, 1),
        *(input, output, shape[dim]),
        cl.local(4 * lanes),
    )
    return output
