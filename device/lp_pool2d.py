"""lp_pool2d on a device."""

from .variants import variant


@variant("lp_pool2d", "naive")
def lp_pool2d(cl, input, *, norm_type, kernel_size, stride, ceil_mode):
    """One work-item computes one output element, (N, C, H, W) to (N, C, OH, OW)."""
    output = cl.output()
    n, c, oh, ow = output.shape
    cl.launch(
        "../kernels/lp_pool2d.cl",
        "lp_pool2d",
        (ow, oh, n * c),
        None,
        *(input, output),
        *input.shape[2:],
        *(*kernel_size, *stride),
        *(norm_type, 1 / norm_type),  # divided here: a device's quotient may be less exact
    )
    return output
