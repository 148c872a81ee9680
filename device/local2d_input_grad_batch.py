"""local2d_input_grad on a device, fast where there are many images."""

from .local2d_batch import FILTERS, IMAGES, UNITS, in_images
from .tiling import divisor
from .variants import variant


@variant(
    "local2d_input_grad",
    "batch",
    supports=in_images,
    layout={"grad": IMAGES, "weight": FILTERS, "output": IMAGES},
    much=True,
)
def local2d_input_grad_batch(cl, grad, weight, *, input_size, stride):
    """One work-item computes 8 channels of a pixel of 32 images."""
    _, c, h, w = input_size
    m, ty, tx, _, *rest = weight.shape
    units, output = divisor(c, UNITS), cl.output()
    cl.launch(
        "../kernels/local2d_input_grad_batch.cl",
        "local2d_input_grad_batch",
        (c // units, output.stored[0], h * w),
        (1, 1, 1),
        *(grad, weight, output, c, h, w, m, ty, tx, *rest, *stride),
        options=(f"-DUNITS={units}", "-DVEC=8", "-DPARTS=4"),
    )
    return output
