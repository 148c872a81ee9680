"""A gradient that is added to an array which holds one already."""

from clgold.device import variant


def launch(cl, entry, grad, input, at_the_end):
    sums = cl.output()
    size = sums.shape[::-1]
    cl.launch("accumulate.cl", entry, size, None, grad, input, sums, input.shape[0], at_the_end)
    return sums


@variant("linear_weight_grad", "accumulate", accumulate=True)
def accumulate(cl, grad, input):
    return launch(cl, "weight_grad", grad, input, 0)


@variant("linear_weight_grad", "last", accumulate=True)
def last(cl, grad, input):
    return launch(cl, "weight_grad", grad, input, 1)


@variant("linear_weight_grad", "overwriting", accumulate=True)
def overwriting(cl, grad, input):
    return launch(cl, "overwrite", grad, input, 0)
