"""Linear layer, softmax and argmax in one kernel: the end of a classifier."""

from math import prod

from .variants import variant

MAX_LANES = 64


def last_dim_only(shapes, attrs):
    last = len(shapes[0]) - 1
    dims = attrs["softmax"]["dim"], attrs["argmax"]["dim"]
    return None if dims == (last, last) else f"softmax and argmax over dims {dims}, not the last"


@variant("linear+softmax+argmax", "fused", supports=last_dim_only)
def linear_softmax_argmax(cl, input, weight, bias, *, linear, softmax, argmax):
    """One work-group computes one row, (..., length) to (...), int32."""
    *rows, length = input.shape
    units = weight.shape[0]
    most_lanes = min(MAX_LANES, cl.device.max_work_group_size)
    lanes = 1 << (most_lanes.bit_length() - 1)  # the reductions halve: a power of two
    output = cl.output()
    probabilities = cl.empty((*rows, units))
    cl.launch(
        "../kernels/linear_softmax_argmax.cl",
        "linear_softmax_argmax",
        (prod(rows) * lanes,),
        (lanes,),
        *(input, weight, bias, probabilities, output),
        *(length, units),
        cl.local(4 * lanes),
        cl.local(4 * lanes),
    )
    cl.keep("softmax", probabilities)
    return output
