"""conv2d on a device, by Winograd's F(2x2, 3x3)."""

from clgold.reference.winograd import winograd

from .tiling import pieces, round_up
from .variants import variant

SOURCE = "../kernels/conv2d_winograd.cl"
LANES, ROWS, POINTS = 8, 8, 16
OPTIONS = (f"-DVEC={LANES}", f"-DROWS={ROWS}")


def three_by_three(shapes, attributes):
    if attributes["groups"] != 1:
        return "more than one group"
    for name in ("stride", "dilation"):
        if attributes[name] != (1, 1):
            return f"{name} other than 1"
    return None if shapes[1][2:] == (3, 3) else "filters other than 3×3"


@variant("conv2d", "winograd", supports=three_by_three, bound=winograd(2, 3))
def conv2d_winograd(cl, input, weight, bias, *, stride, padding, dilation, groups):
    """Transforms to tiles of 4x4, 16 matrix products, and back; (N, C, H, W) to (N, M, OH, OW)."""
    _, c, h, w = input.shape
    m = weight.shape[0]
    (top, _), (left, _) = padding
    output = cl.output()
    n, _, oh, ow = output.shape
    tiles_h, tiles_w = pieces(oh, 2), pieces(ow, 2)
    pitch = round_up(n * tiles_h * tiles_w, LANES)

    def launch(entry, size, *arguments):
        cl.launch(SOURCE, entry, size, None, *arguments, options=OPTIONS)

    def transform_weight():
        filters = cl.empty((POINTS, m, c))
        launch("transform_weight", (c, m), weight, filters)
        return filters

    filters = cl.once(weight, transform_weight)
    tiles, products = cl.empty((POINTS, c, pitch)), cl.empty((POINTS, m, pitch))
    geometry = (n, h, w, tiles_h, tiles_w, top, left)
    launch("transform_input", (pitch, c), input, tiles, *geometry)
    size = (pitch // LANES, pieces(m, ROWS), POINTS)
    launch("multiply_points", size, filters, tiles, products, m, c)
    size = (tiles_w, tiles_h, n * m)
    launch("transform_output", size, products, bias, output, m, oh, ow, pitch)
    return output
