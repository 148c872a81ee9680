"""local_response_norm_grad on a device."""

from math import prod

from .variants import variant


@variant("local_response_norm_grad", "naive")
def local_response_norm_grad(cl, grad, input, *, size, alpha, beta, k):
    """One work-item computes one output element, (N, C, ...) to (N, C, ...)."""
    n, c, *inner = input.shape
    output = cl.output()
    cl.launch(
        "../kernels/local_response_norm_grad.cl",
        "local_response_norm_grad",
        (prod(inner), c, n),
        None,
        *(grad, input, output),
        *(size, alpha, beta, k),
    )
    return output
