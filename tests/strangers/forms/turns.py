"""A sum in another order every time, as atomics have it, and one of which every second is wrong."""

from itertools import count

from clgold.device import variant

TURNS = count()


def launch(cl, grad, spoilt):
    n, units = grad.shape
    output, turn = cl.output(), next(TURNS) % 2
    cl.launch("turns.cl", "bias_grad", (units,), None, grad, output, n, turn, spoilt * turn)
    return output


@variant("linear_bias_grad", "declared", order="any")
def declared(cl, grad):
    return launch(cl, grad, 0.0)


@variant("linear_bias_grad", "undeclared")
def undeclared(cl, grad):
    return launch(cl, grad, 0.0)


@variant("linear_bias_grad", "spoilt", order="any")
def spoilt(cl, grad):
    return launch(cl, grad, 1000.0)
