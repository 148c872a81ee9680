"""conv2d_weight_grad on a device, as a matrix product."""

from .tiling import pieces, round_up
from .variants import variant

SOURCE = "../kernels/conv2d_weight_grad_im2col.cl"
LANES, ROWS = 8, 8
OPTIONS = (f"-DVEC={LANES}", f"-DROWS={ROWS}")


@variant("conv2d_weight_grad", "im2col", much=True)
def conv2d_weight_grad_im2col(cl, grad, input, *, weight_size, stride, padding, dilation, groups):
    """One work-item computes 8 weights of 8 filters, an image's share at a time."""
    n, c, h, w = input.shape
    m, channels, kh, kw = weight_size
    oh, ow = grad.shape[2:]
    (top, _), (left, _) = padding
    taps = channels * kh * kw
    pitch = round_up(taps, LANES)
    output, rows = cl.output(), cl.empty((groups, oh * ow, pitch))
    tiles = pitch // LANES, pieces(m // groups, ROWS), groups
    for image in range(n):
        window = c, h, w, ow, kh, kw, *stride, top, left, *dilation
        size = (pitch, oh * ow, groups)
        cl.launch(SOURCE, "im2row", size, None, input, rows, image, *window, options=OPTIONS)
        arguments = grad, rows, output, image, m, oh * ow, taps
        cl.launch(SOURCE, "add_image", tiles, None, *arguments, options=OPTIONS)
    return output
