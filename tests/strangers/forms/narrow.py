"""Indices in whatever integer the kernel has for them."""

from math import prod

import numpy as np

from clgold.device import variant


@variant("argmax", "narrow", finite=True)
def narrow(cl, input, *, dim):
    return argmax(cl, input, dim, np.int16, "short")


@variant("argmax", "wide", finite=True)
def wide(cl, input, *, dim):
    return argmax(cl, input, dim, np.int64, "long")


@variant("argmax", "torn", finite=True)
def torn(cl, input, *, dim):
    return argmax(cl, input, dim, np.int64, "int")


def argmax(cl, input, dim, dtype, name):
    shape = input.shape
    inner, outer = prod(shape[dim + 1 :]), prod(shape[:dim])
    output = cl.output(dtype)
    size, options = (inner, outer), f"-DINDEX={name}"
    cl.launch("narrow.cl", "argmax", size, None, input, output, shape[dim], options=options)
    return output
