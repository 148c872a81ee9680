"""Flattening, linear layer and ELU in one kernel."""

from math import prod

from .variants import variant


@variant("flatten+linear+elu", "fused")
def flatten_linear_elu(cl, input, weight, bias, *, flatten, linear, elu):
    """One work-item computes one output element, (N, ...) to (N, units)."""
    output = cl.output()
    n, units = output.shape
    cl.launch(
        "../kernels/flatten_linear_elu.cl",
        "flatten_linear_elu",
        (units, n),
        None,
        *(input, weight, bias, output),
        prod(input.shape[1:]),
        elu["alpha"],
    )
    return output
