"""Images with the channels last: the harness packs what goes in, and unpacks what comes out."""

from clgold.device import variant


@variant(
    "max_pool2d",
    "nhwc",
    layout="NHWC",
    supports=lambda shapes, a: None if a["dilation"] == (1, 1) else "no dilation",
)
def max_pool2d(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode):
    n, c, h, w = input.shape
    output = cl.output()
    _, _, oh, ow = output.shape
    (top, _), (left, _) = padding
    sizes = (h, w, c, *kernel_size, *stride, top, left)
    cl.launch("nhwc.cl", "max_pool", (c, ow, n * oh), None, input, output, oh, *sizes)
    return output
