"""conv2d on a device, as a matrix product."""

from .tiling import pieces, round_up
from .variants import variant

SOURCE = "../kernels/conv2d_im2col.cl"
LANES, ROWS = 8, 8
OPTIONS = (f"-DVEC={LANES}", f"-DROWS={ROWS}")


@variant("conv2d", "im2col", much=True)
def conv2d_im2col(cl, input, weight, bias, *, stride, padding, dilation, groups):
    """One work-item computes 8 channels of 8 outputs, (N, C, H, W) to (N, M, OH, OW)."""
    _, c, h, w = input.shape
    m, group_c, kh, kw = weight.shape
    (top, _), (left, _) = padding
    output = cl.output()
    n, _, oh, ow = output.shape
    pitch = round_up(oh * ow, LANES)
    columns = cl.empty((c, kh, kw, pitch))
    window = (h, w, oh, ow, kw, *stride, top, left, *dilation)
    product = (m, group_c * kh * kw, oh * ow)
    tiles = (pitch // LANES, pieces(m // groups, ROWS), groups)
    for image in range(n):
        arguments = (input, columns, image, *window)
        cl.launch(SOURCE, "im2col", (pitch, kh * kw, c), None, *arguments, options=OPTIONS)
        arguments = (weight, bias, columns, output, image, *product)
        cl.launch(SOURCE, "filter_columns", tiles, None, *arguments, options=OPTIONS)
    return output
