"""Linear layer, softmax and argmax in one kernel, vectorised."""

from math import prod

from .linear_blocked import LANES, UNITS
from .linear_softmax_argmax import last_dim_only
from .variants import variant


@variant("linear+softmax+argmax", "vector", supports=last_dim_only, much=2**13)
def linear_softmax_argmax_vector(cl, input, weight, bias, *, linear, softmax, argmax):
    """One work-item computes one row, (..., length) to (...), int32."""
    *rows, length = input.shape
    units = weight.shape[0]
    output = cl.output()
    probabilities = cl.empty((*rows, units))
    cl.launch(
        "../kernels/linear_softmax_argmax_vector.cl",
        "linear_softmax_argmax_vector",
        (prod(rows),),
        (1,),
        *(input, weight, bias, probabilities, output, length, units),
        options=(f"-DVEC={LANES}", f"-DUNITS={UNITS}"),
    )
    cl.keep("softmax", probabilities)
    return output
