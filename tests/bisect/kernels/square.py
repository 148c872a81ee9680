"""Kernels that are right for all that the STN has: square images, one at a time, even lengths."""

from math import prod

from clgold.device import variant


@variant("max_pool2d", "rows for columns")
def max_pool2d(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    n, c, h, w = input.shape
    (top, _), (left, _) = padding
    output = cl.output()
    size = (output.shape[3], output.shape[2], n * c)
    numbers = (w, h, *kernel_size, *stride, top, left, *dilation)
    cl.launch("../../../kernels/max_pool2d.cl", "max_pool2d", size, None, input, output, *numbers)
    return output


@variant("linear", "pairs alone")
def linear(cl, input, weight, bias):
    *rows, length = input.shape
    output = cl.output()
    size = (output.shape[-1], prod(rows))
    cl.launch("square.cl", "pairs", size, None, input, weight, bias, output, length)
    return output


@variant("softmax", "no maximum")
def softmax(cl, input, *, dim):
    rows, axis = input.shape
    output = cl.output()
    cl.launch("square.cl", "powers", (rows,), None, input, output, axis)
    return output
