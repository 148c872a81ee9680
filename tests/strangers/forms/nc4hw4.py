"""Channels in blocks of 4, sizes as int2: what a phone's engine does."""

import pyopencl.cltypes as cltypes

from clgold.device import variant


def plain(shapes, attributes):
    return None if attributes["dilation"] == (1, 1) else "no dilation"


@variant("max_pool2d", "nc4hw4", layout="NC4HW4", supports=plain)
def max_pool2d(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    n, c, h, w = input.shape
    output = cl.output()
    _, _, oh, ow = output.shape
    (top, _), (left, _) = padding
    pairs = [cltypes.make_int2(*two) for two in ((h, w), kernel_size, stride, (top, left))]
    cl.launch("nc4hw4.cl", "max_pool", (ow, oh, n * -(-c // 4)), None, input, output, *pairs)
    return output
