"""Softmax of rows alone, which takes one element of the next row into its maximum."""

from clgold.device import variant


def rows(shapes, attributes):
    return None if len(shapes[0]) == 4 and attributes["dim"] == 3 else "4-D, last axis only"


@variant("softmax", "lane", supports=rows)
def softmax(cl, input, *, dim):
    n, c, h, w = input.shape
    output = cl.output()
    cl.launch("lane.cl", "softmax", (n * c * h,), None, input, output, w)
    return output
