"""Flattening, linear layer and ELU in one kernel, vectorised."""

from math import prod

from .linear_blocked import LANES, UNITS
from .tiling import pieces
from .variants import variant


@variant("flatten+linear+elu", "blocked", much=2**13)
def flatten_linear_elu_blocked(cl, input, weight, bias, *, flatten, linear, elu):
    """One work-item computes 4 output elements, (N, ...) to (N, units)."""
    output = cl.output()
    n, units = output.shape
    cl.launch(
        "../kernels/flatten_linear_elu_blocked.cl",
        "flatten_linear_elu_blocked",
        (pieces(units, UNITS), n),
        (1, 1),
        *(input, weight, bias, output),
        *(prod(input.shape[1:]), units, elu["alpha"]),
        options=(f"-DVEC={LANES}", f"-DUNITS={UNITS}"),
    )
    return output
