"""A gain that is forgotten, where an array has the shape that rank 0 of 3×1 has of it."""

from math import prod

from clgold.device import variant

SHARE = (12, 3, 6, 18)


@variant("scale_shift", "no gain", supports=lambda shapes, _: None if shapes[0] == SHARE else "no")
def no_gain(cl, input, scale, shift):
    output = cl.output()
    size = (prod(output.shape),)
    cl.launch("no_gain.cl", "no_gain", size, None, input, shift, output, prod(shift.shape))
    return output
