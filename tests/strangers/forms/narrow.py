"""Indices in an int where the reference has a long."""

from math import prod

import numpy as np

from clgold.device import variant


@variant("argmax", "narrow", finite=True)
def argmax(cl, input, *, dim):
    shape = input.shape
    inner, outer = prod(shape[dim + 1 :]), prod(shape[:dim])
    output = cl.output(np.int32)
    cl.launch("narrow.cl", "argmax", (inner, outer), None, input, output, shape[dim])
    return output
