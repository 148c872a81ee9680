"""elu and relu with faults; in several of them it is the host that is wrong."""

from math import prod

from clgold.device import variant

KEPT = {}


def elu(name):
    @variant("elu", name)
    def launch(cl, input, *, alpha):
        output = cl.output()
        cl.launch(f"{name}.cl", "elu", (prod(output.shape),), (1,), input, output, alpha)
        return output


@variant("relu", "F33_no_bounds_check")
def no_bounds_check(cl, input):
    output = cl.output()
    size = -(-prod(output.shape) // 64) * 64
    cl.launch("F33_no_bounds_check.cl", "relu", (size,), (64,), input, output)
    return output


@variant("relu", "F36_input_overwritten")
def input_overwritten(cl, input):
    output = cl.output()
    cl.launch("F36_input_overwritten.cl", "relu", (prod(output.shape),), (1,), input, output)
    return output


@variant("relu", "F37_never_launched")
def never_launched(cl, input):
    output = cl.output()
    if prod(output.shape) >= 1024:  # and for what is shorter, nothing
        cl.launch("F37_host.cl", "relu", (prod(output.shape),), (1,), input, output)
    return output


@variant("relu", "F37_output_of_an_earlier_call")
def output_of_an_earlier_call(cl, input):
    if input.shape not in KEPT:
        KEPT[input.shape] = cl.output()
        cl.launch("F37_host.cl", "relu", (prod(input.shape),), (1,), input, KEPT[input.shape])
    return KEPT[input.shape]


@variant("relu", "F38_endless_loop")
def endless_loop(cl, input):
    output = cl.output()
    length = prod(output.shape)
    arguments = input, output, length, length // 1024
    cl.launch("F38_endless_loop.cl", "relu", (length,), (1,), *arguments)
    return output


@variant("relu", "F38_null_pointer")
def null_pointer(cl, input):
    output = cl.output()
    cl.launch("F38_null_pointer.cl", "relu", (prod(output.shape),), (1,), input, None)
    return output


@variant("relu", "F38_wild_pointer")
def wild_pointer(cl, input):
    output = cl.output()
    cl.launch("F38_wild_pointer.cl", "relu", (prod(output.shape),), (1,), input, output)
    return output


elu("F30_native_exp_elu")
elu("F31_alpha_on_both_sides")
elu("F31_fast_exp_minus_1")
