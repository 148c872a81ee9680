"""Variants of elu that go wrong in every way; the tests say in which kernels."""

import itertools
import os

from clgold.device import variant

ROUNDS = itertools.count()


def sick(name, source="sick.cl", further=lambda: ()):
    @variant("elu", name)
    def launch(cl, input, *, alpha):
        output = cl.output()
        cl.launch(source, name, (output.nbytes // 4,), (1,), input, output, *further())
        return output


@variant("elu", "endless")
def endless(cl, input, *, alpha):
    output = cl.output()
    cl.launch("sick.cl", "endless", (1,), (1,), output)
    return output


@variant("elu", "aborts")
def aborts(cl, input, *, alpha):
    os.abort()


@variant("elu", "raises")
def raises(cl, input, *, alpha):
    raise LookupError("nothing there")


@variant("elu", "narrow")
def narrow(cl, input, *, alpha):
    return cl.empty((1, input.shape[1] - 1))


sick("right")
sick("restless", further=lambda: (next(ROUNDS),))
sick("beyond")
sick("in_place")
sick("half_done")
sick("absent", "nowhere.cl")
