"""Variants with one fault each, of what a training step runs."""

from math import prod

from clgold.device import variant

SOURCE = "training.cl"


def each(cl, entry, *arguments):
    output = cl.output()
    cl.launch(SOURCE, entry, (prod(output.shape),), None, *arguments[:3], output, *arguments[3:])
    return output


@variant("relu_grad", "sign_flipped")
def sign_flipped(cl, grad, input):
    output = cl.output()
    cl.launch(SOURCE, "sign_flipped", (prod(output.shape),), None, grad, input, output)
    return output


@variant("set_zero", "not_zeroed")
def not_zeroed(cl, input):
    output = cl.output()
    cl.launch(SOURCE, "not_zeroed", (prod(output.shape),), None, input, output)
    return output


@variant("conv2d_bias_grad", "divided")
def divided(cl, grad):
    n, m, oh, ow = grad.shape
    output = cl.output()
    cl.launch(SOURCE, "divided", (m,), None, grad, output, n, oh * ow)
    return output


@variant("max_pool2d_grad", "ties_shared")
def ties_shared(cl, grad, input, *, kernel_size, **_):
    n, c, h, w = input.shape
    output = cl.output()
    arguments = grad, input, output, kernel_size[0], *grad.shape[2:]
    cl.launch(SOURCE, "ties_shared", (w, h, n * c), None, *arguments)
    return output


@variant("dropout", "unscaled")
def unscaled(cl, input, mask, *, p):
    output = cl.output()
    cl.launch(SOURCE, "unscaled", (prod(output.shape),), None, input, mask, output)
    return output


@variant("sgd", "momentum_twice")
def momentum_twice(cl, weight, grad, velocity, *, lr, momentum, weight_decay, **_):
    return each(cl, "stepped", weight, grad, velocity, lr, momentum * momentum, weight_decay)


@variant("sgd", "not_decayed")
def not_decayed(cl, weight, grad, velocity, *, lr, momentum, **_):
    return each(cl, "stepped", weight, grad, velocity, lr, momentum, 0.0)
