"""ReLU in ways that a replay must make anew each time, or refuse."""

from math import prod

import numpy as np

from clgold.device import variant


def launch(cl, entry, *arrays):
    cl.launch("replayed.cl", entry, (prod(arrays[0].in_memory),), None, *arrays)
    return arrays[-1]


@variant("relu", "zeros")
def zeros(cl, input):
    return launch(cl, "added", input, cl.zeros(input.shape), cl.output())


@variant("relu", "in_place", in_place=True)
def in_place(cl, input):
    return launch(cl, "negated", input, cl.output())


@variant("relu", "nhwc", layout="NHWC")
def nhwc(cl, input):
    return launch(cl, "relu", input, cl.output())


@variant("relu", "copies")
def copies(cl, input):
    return launch(cl, "negated", cl.copy(input), cl.output())


@variant("relu", "constant")
def constant(cl, input):
    least = cl.once("least", lambda: cl.array(np.zeros(1, np.float32)))
    return launch(cl, "limited", input, least, cl.output())


@variant("relu", "image")
def image(cl, input):
    cl.image(input)
    return launch(cl, "relu", input, cl.output())


@variant("relu", "adds", accumulate=True)
def adds(cl, input):
    return launch(cl, "added_to", input, cl.output())
