"""max_pool2d on a device, in blocks of channels."""

from .max_pool2d import pool_geometry
from .tiling import pieces
from .variants import variant


def _max_pool2d(cl, input, pool, lanes):
    n, c, h, w = input.shape
    output = cl.output()
    oh, ow = output.shape[2:]
    cl.launch(
        "../kernels/max_pool2d_blocks.cl",
        "max_pool2d_blocks",
        (ow, oh, n * pieces(c, lanes)),
        None,
        *(input, output, h, w, *pool_geometry(**pool)),
        options=(f"-DVEC={lanes}",),
    )
    return output


@variant("max_pool2d", "blocks", gate="float16", layout="NCHW16c", lanes="zero")
def max_pool2d_blocks(cl, input, **max_pool2d):
    """One work-item computes 16 channels of an output, NCHW16c to NCHW16c."""
    return _max_pool2d(cl, input, max_pool2d, 16)


@variant("max_pool2d", "blocks8", layout="NCHW8c", lanes="zero")
def max_pool2d_blocks8(cl, input, **max_pool2d):
    """The same with 8 channels, for drivers that do not bear vectors of 16."""
    return _max_pool2d(cl, input, max_pool2d, 8)
