"""linear on a device, vectorised."""

from math import prod

from .tiling import pieces
from .variants import variant

LANES, UNITS = 8, 4


@variant("linear", "blocked", much=2**13)
def linear_blocked(cl, input, weight, bias):
    """One work-item computes 4 output elements, (..., length) to (..., units)."""
    *rows, length = input.shape
    units = weight.shape[0]
    output = cl.output()
    cl.launch(
        "../kernels/linear_blocked.cl",
        "linear_blocked",
        (pieces(units, UNITS), prod(rows)),
        None,
        *(input, weight, bias, output, length, units),
        options=(f"-DVEC={LANES}", f"-DUNITS={UNITS}"),
    )
    return output
