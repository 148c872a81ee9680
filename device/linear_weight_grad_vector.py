"""linear_weight_grad on a device, vectorised."""

from .tiling import pieces
from .variants import variant

LANES, ROWS = 8, 8


@variant("linear_weight_grad", "vector", much=True)
def linear_weight_grad_vector(cl, grad, input):
    """One work-item computes 8 features of 8 rows of the output."""
    output = cl.output()
    size = pieces(output.shape[1], LANES), pieces(output.shape[0], ROWS)
    cl.launch(
        "../kernels/linear_weight_grad_vector.cl",
        "linear_weight_grad_vector",
        size,
        None,
        *(grad, input, output, *grad.shape, input.shape[1]),
        options=(f"-DVEC={LANES}", f"-DROWS={ROWS}"),
    )
    return output
