"""Rows that begin at multiples of 16 elements; only this operand and the output do."""

from clgold.device import variant


def images(shapes, attributes):
    return None if len(shapes[0]) == 4 else "images only"


PITCH = {"input": "NCHW pitch 16", "output": "NCHW pitch 16"}


@variant("relu", "pitch", layout=PITCH, supports=images)
def relu(cl, input):
    n, c, h, w = input.shape
    output = cl.output()
    cl.launch("pitch.cl", "relu", (w, h, n * c), None, input, output, output.stored[-1])
    return output


@variant("relu", "greedy", layout=PITCH, supports=images)
def greedy(cl, input):
    n, c, h, _ = input.shape
    output = cl.output()
    cl.launch("pitch.cl", "row_maximum", (h, n * c), None, input, output, output.stored[-1])
    return output


@variant("relu", "trusting", layout=PITCH, lanes="zero", supports=images)
def trusting(cl, input):
    return greedy.launch(cl, input)
