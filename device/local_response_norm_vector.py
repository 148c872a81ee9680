"""local_response_norm on a device, vectorised over the places of an image."""

from math import prod

from .tiling import pieces
from .variants import variant

LANES = 8


def power_options(beta, lanes):
    """3/4, as everybody has it, by two square roots: pow takes 20 times as long."""
    return f"-DVEC={lanes}", f"-DROOTS={int(beta == 0.75)}"


@variant("local_response_norm", "vector", much=2**12)
def local_response_norm_vector(cl, input, *, size, alpha, beta, k):
    """One work-item computes 8 neighbouring places, (N, C, ...) to (N, C, ...)."""
    n, c, *places = input.shape
    inner = prod(places)
    output = cl.output()
    cl.launch(
        "../kernels/local_response_norm_vector.cl",
        "local_response_norm_vector",
        (pieces(inner, LANES), c, n),
        None,
        *(input, output, inner),
        *(size, alpha, beta, k),
        options=power_options(beta, LANES),
    )
    return output
