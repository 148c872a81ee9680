"""max() is undefined for NaN: promised for finite numbers, this kernel is right."""

from clgold.device import variant


def plain(shapes, attributes):
    return None if attributes["dilation"] == (1, 1) else "no dilation"


def launch(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    n, c, h, w = input.shape
    (top, _), (left, _) = padding
    output = cl.output()
    _, _, oh, ow = output.shape
    sizes = (h, w, *kernel_size, *stride, top, left)
    cl.launch("finite.cl", "max_pool", (ow, oh, n * c), None, input, output, *sizes)
    return output


@variant("max_pool2d", "finite", supports=plain, finite=True)
def finite(cl, input, **attributes):
    return launch(cl, input, **attributes)


@variant("max_pool2d", "unsaid", supports=plain)
def unsaid(cl, input, **attributes):
    return launch(cl, input, **attributes)
