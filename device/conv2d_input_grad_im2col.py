"""conv2d_input_grad on a device, as a matrix product."""

from .tiling import pieces, round_up
from .variants import variant

SOURCE = "../kernels/conv2d_input_grad_im2col.cl"
LANES, ROWS = 8, 8
OPTIONS = (f"-DVEC={LANES}", f"-DROWS={ROWS}")


@variant("conv2d_input_grad", "im2col", much=True)
def conv2d_input_grad_im2col(cl, grad, weight, *, input_size, stride, padding, dilation, groups):
    """Columns of 8 places of 8 taps a work-item, and then a pixel's gathered by another."""
    n, c, h, w = input_size
    m, channels, kh, kw = weight.shape
    oh, ow = grad.shape[2:]
    (top, _), (left, _) = padding
    depth, filters, pitch = channels * kh * kw, m // groups, round_up(oh * ow, LANES)
    output = cl.output()
    transposed = cl.empty((groups, depth, filters))
    padded, columns = cl.empty((m, pitch)), cl.empty((groups * depth, pitch))

    def launch(entry, size, *arguments):
        cl.launch(SOURCE, entry, size, None, *arguments, options=OPTIONS)

    launch("transpose_filters", (filters, depth, groups), weight, transposed)
    tiles = pitch // LANES, pieces(depth, ROWS), groups
    for image in range(n):
        launch("pad_places", (pitch, m), grad, padded, image, oh * ow)
        launch("weigh_columns", tiles, transposed, padded, columns, depth, filters)
        window = oh, ow, kh, kw, *stride, top, left, *dilation
        launch("gather_columns", (w, h, c), columns, output, image, pitch, *window)
    return output
