"""Variants of elu that go wrong in every way, in the kernel FC1.elu of the STN alone."""

import itertools
import os

from clgold.device import variant

ROUNDS = itertools.count()


def only_FC1(shapes, attributes):
    return None if shapes == ((1, 100),) else "not FC1.elu"


def sick(name, source="sick.cl", further=lambda: ()):
    @variant("elu", name, supports=only_FC1)
    def launch(cl, input, *, alpha):
        output = cl.output()
        cl.launch(source, name, (output.shape[1],), (1,), input, output, *further())
        return output


@variant("elu", "endless", supports=only_FC1)
def endless(cl, input, *, alpha):
    output = cl.output()
    cl.launch("sick.cl", "endless", (1,), (1,), output)
    return output


@variant("elu", "aborts", supports=only_FC1)
def aborts(cl, input, *, alpha):
    os.abort()


@variant("elu", "raises", supports=only_FC1)
def raises(cl, input, *, alpha):
    raise LookupError("nothing there")


@variant("elu", "narrow", supports=only_FC1)
def narrow(cl, input, *, alpha):
    return cl.empty((1, 99))


sick("right")
sick("restless", further=lambda: (next(ROUNDS),))
sick("beyond")
sick("in_place")
sick("half_done")
sick("absent", "nowhere.cl")
