"""Winograd's F(2×2, 3×3), declared as what it is, and not."""

from clgold.device import variant, winograd


def threes(shapes, attributes):
    (top, bottom), (left, right) = attributes["padding"]
    if shapes[1][2:] != (3, 3) or len({top, bottom, left, right}) > 1:
        return "3×3, one padding"
    plain = [attributes[name] for name in ("stride", "dilation", "groups")]
    return None if plain == [(1, 1), (1, 1), 1] else "stride 1, undilated, one group"


def convolve(cl, input, weight, bias, *, padding, **attributes):
    (n, c, h, w), m = input.shape, weight.shape[0]
    output = cl.output()
    _, _, oh, ow = output.shape
    transformed = cl.empty((m, c, 4, 4))
    cl.launch("winograd.cl", "filters", (m * c,), None, weight, transformed)
    size = (-(-ow // 2), -(-oh // 2), n * m)
    arrays = (input, transformed, bias, output)
    numbers = (c, h, w, m, oh, ow, padding[0][0])
    cl.launch("winograd.cl", "winograd", size, None, *arrays, *numbers)
    return output


@variant("conv2d", "right", supports=threes, bound=winograd(2, 3))
def right(*operands, **attributes):
    return convolve(*operands, **attributes)


@variant("conv2d", "wrong", supports=threes)
def wrong(*operands, **attributes):
    return convolve(*operands, **attributes)
