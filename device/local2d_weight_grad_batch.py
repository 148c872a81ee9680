"""local2d_weight_grad on a device, fast where there are many maps."""

from .local2d_batch import FILTERS, UNITS
from .tiling import divisor
from .variants import variant

LANES = 16


def in_sixteens(shapes, attrs):
    """Maps fill vectors."""
    maps = shapes[0][1]
    return f"{maps} maps, no multiple of {LANES}" if maps % LANES else None


@variant(
    "local2d_weight_grad",
    "batch",
    supports=in_sixteens,
    layout={"grad": "NHWC", "input": "NHWC", "output": FILTERS},
    much=True,
)
def local2d_weight_grad_batch(cl, grad, input, *, weight_size, stride):
    """One work-item computes up to 8 taps of 16 maps, each a sum over the images."""
    m, ty, tx, c, ky, kx, sy, sx = weight_size
    units, output = divisor(kx * c, UNITS), cl.output()
    n, _, h, w = input.shape
    cl.launch(
        "../kernels/local2d_weight_grad_batch.cl",
        "local2d_weight_grad_batch",
        (kx * c // units * m // LANES, ky, sy * sx * ty * tx),
        (1, 1, 1),
        *(grad, input, output, n, c, h, w, m, ty, tx, kx, sy, sx, *stride),
        options=(f"-DUNITS={units}", "-DVEC=8", "-DPARTS=2"),
    )
    return output
