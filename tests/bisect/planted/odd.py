"""Faults that tests/faults does not have: in packed weights, in what is kept, by address."""

from math import prod

from clgold.device import variant


@variant("linear", "packed")
def packed(cl, input, weight, bias):
    units, length = weight.shape

    def transpose():
        columns = cl.empty((length, units))
        cl.launch("odd.cl", "transpose", (units, length), None, weight, columns)
        return columns

    columns = cl.once(weight, transpose)
    output = cl.output()
    arguments = input, columns, bias, output, length
    cl.launch("odd.cl", "linear_columns", output.shape[::-1], (1, 1), *arguments)
    return output


@variant("linear+elu", "kept")
def kept(cl, input, weight, bias, *, linear, elu):
    output = cl.output()
    before = cl.empty(output.shape)
    arguments = input, weight, bias, before, output, input.shape[-1], elu["alpha"], 0.5
    cl.launch("odd.cl", "linear_elu", output.shape[::-1], (1, 1), *arguments)
    cl.keep("linear", before)
    return output


@variant("relu", "by_address")
def by_address(cl, input):
    output = cl.output()
    cl.launch("odd.cl", "relu", (prod(input.shape),), (1,), input, output)
    return output


@variant("relu", "unbuildable")
def unbuildable(cl, input):
    output = cl.output()
    cl.launch("unbuildable.cl", "relu", (prod(input.shape),), (1,), input, output)
    return output


@variant("relu", "raises")
def raises(cl, input):
    raise ValueError("no luck today")
