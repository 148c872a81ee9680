"""A convolution image by image: columns, a product into zeros, a bias, each at its offset."""

from clgold.device import variant


def square(shapes, attributes):
    (top, bottom), (left, right) = attributes["padding"]
    if shapes[1][2] != shapes[1][3] or len({top, bottom, left, right}) > 1:
        return "square filters and one padding"
    (rows, columns), *rest = (attributes[name] for name in ("stride", "dilation", "groups"))
    return None if (rows, rest) == (columns, [(1, 1), 1]) else "one stride, undilated"


def convolve(cl, input, weight, bias, stride, pad, make):
    (n, c, h, w), (m, _, k, _) = input.shape, weight.shape
    output = cl.output()
    _, _, oh, ow = output.shape
    area, columns = oh * ow, cl.empty((c * k * k, oh * ow))
    size = (-(-area // 8) * 8, -(-m // 8) * 8)
    tiles = (cl.local(256), cl.local(256))
    for image in range(n):
        part, numbers = make((m, area)), (c, h, w, k, stride, pad, oh, ow)
        start = (input, image * c * h * w)
        cl.launch("columns.cl", "im2col", (c * area,), None, *start, *numbers, columns)
        product = (m, area, c * k * k, weight, columns, 1.0, part)
        cl.launch("columns.cl", "gemm", size, (8, 8), *product, *tiles)
        where = (output, image * m * area)
        cl.launch("columns.cl", "bias", (m * area,), None, *where, part, bias, area)
    return output


@variant("conv2d", "right", supports=square)
def right(cl, input, weight, bias, *, stride, padding, **attributes):
    return convolve(cl, input, weight, bias, stride[0], padding[0][0], cl.zeros)


@variant("conv2d", "wrong", supports=square)
def wrong(cl, input, weight, bias, *, stride, padding, **attributes):
    """It adds to what was never written."""
    return convolve(cl, input, weight, bias, stride[0], padding[0][0], cl.empty)
