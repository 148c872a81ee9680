"""Variants of relu that crash, hang, leave or exhaust the process that runs them."""

import os
import subprocess

import numpy as np

from clgold.device import variant


@variant("relu", "right")
def right(cl, input):
    output = cl.output()
    cl.launch("deadly.cl", "right", (input.nbytes // 4,), None, input, output)
    return output


@variant("relu", "wild")
def wild(cl, input):
    output = cl.output()
    cl.launch("deadly.cl", "wild", (1,), None, input, output, np.int64(2**40))
    return output


@variant("relu", "endless")
def endless(cl, input):
    output = cl.output()
    # So many that it takes hours where a driver cuts an endless loop short.
    cl.launch("deadly.cl", "endless", (2**24,), None, output)
    return output


@variant("relu", "leaves")
def leaves(cl, input):
    os._exit(7)


@variant("relu", "aborts")
def aborts(cl, input):
    os.abort()


@variant("relu", "exits")
def exits(cl, input):
    raise SystemExit(0)


@variant("relu", "greedy")
def greedy(cl, input):
    return cl.empty((2**45,))


@variant("relu", "chatty")
def chatty(cl, input):
    print("a line that is no answer", flush=True)
    return right.launch(cl, input)


@variant("relu", "breeds")
def breeds(cl, input):
    subprocess.Popen(["sleep", "600"])
    return right.launch(cl, input)


@variant("relu", "breeds_endless")
def breeds_endless(cl, input):
    subprocess.Popen(["sleep", "600"])
    return endless.launch(cl, input)
