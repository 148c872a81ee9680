"""cross_entropy_grad on a device, each row a work-group's reduction."""

from .cross_entropy import divisor
from .tiling import local_size
from .variants import variant

LANES = (64,)


@variant("cross_entropy_grad", "local")
def cross_entropy_grad_local(cl, grad, input, target, *, reduction):
    """One work-group computes one row."""
    n, c = input.shape
    (lanes,) = local_size(cl, LANES)
    output = cl.output()
    cl.launch(
        "../kernels/cross_entropy_grad_local.cl",
        "cross_entropy_grad_local",
        (lanes, n),
        (lanes, 1),
        *(grad, input, target, output, c, divisor(n, reduction)),
        cl.local(4 * lanes),
    )
    return output
