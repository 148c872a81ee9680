"""local2d on a device, fast where there are many images."""

from .tiling import divisor
from .variants import variant

LANES, UNITS = 32, 8
IMAGES, FILTERS = "N32HWC32", "SY SX TY TX KY KX C M"


def in_images(shapes, attrs):
    """Most lanes of a block of images are in use."""
    images = shapes[0][0]
    return None if images > LANES // 2 else f"{images} images, of which {LANES} go side by side"


@variant(
    "local2d",
    "batch",
    supports=in_images,
    layout={"input": IMAGES, "weight": FILTERS, "output": IMAGES},
    much=True,
)
def local2d_batch(cl, input, weight, *, stride):
    """One work-item computes 8 maps of 32 images at one place of a site's tile."""
    _, c, h, w = input.shape
    m, ty, tx, _, ky, kx, sy, sx = weight.shape
    units, output = divisor(m, UNITS), cl.output()
    cl.launch(
        "../kernels/local2d_batch.cl",
        "local2d_batch",
        (m // units * ty * tx, output.stored[0], sy * sx),
        (1, 1, 1),
        *(input, weight, output, c, h, w, m, ty, tx, ky, kx, sy, sx, *stride),
        options=(f"-DUNITS={units}", "-DVEC=8", "-DPARTS=4"),
    )
    return output
