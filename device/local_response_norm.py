"""local_response_norm on a device."""

from math import prod

from .variants import variant


@variant("local_response_norm", "naive")
def local_response_norm(cl, input, *, size, alpha, beta, k):
    """One work-item computes one output element, (N, C, ...) to (N, C, ...)."""
    n, c, *inner = input.shape
    output = cl.output()
    cl.launch(
        "../kernels/local_response_norm.cl",
        "local_response_norm",
        (prod(inner), c, n),
        None,
        *(input, output),
        *(size, alpha, beta, k),
    )
    return output
