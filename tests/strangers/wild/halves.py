"""Numbers stored as half and computed in float: right of what half holds, and of nothing else."""

from math import prod

import numpy as np

from clgold.device import variant

TEXT = """
kernel void store(global const float *x, global TYPE *kept)
{
    const int i = get_global_id(0);
    STORE;
}
kernel void sigmoid(global const TYPE *kept, global float *y)
{
    const int i = get_global_id(0);
    y[i] = 1 / (1 + exp(-(LOAD)));
}
"""


def sigmoid(cl, input, dtype, options):
    output, kept = cl.output(), cl.empty(input.shape, dtype)
    source, size = cl.source(TEXT), (prod(input.shape),)
    cl.launch(source, "store", size, None, input, kept, options=options)
    cl.launch(source, "sigmoid", size, None, kept, output, options=options)
    return output


@variant("sigmoid", "right")
def right(cl, input):
    return sigmoid(cl, input, np.float32, "-DTYPE=float -DSTORE=kept[i]=x[i] -DLOAD=kept[i]")


@variant("sigmoid", "wrong")
def wrong(cl, input):
    half = "-DTYPE=half -DSTORE=vstore_half(x[i],i,kept) -DLOAD=vload_half(i,kept)"
    return sigmoid(cl, input, np.float16, half)
