"""avg_pool2d on a device."""

from .variants import variant


@variant("avg_pool2d", "naive")
def avg_pool2d(cl, input, *, kernel_size, stride, padding, ceil_mode, count_include_pad):
    """One work-item computes one output element, (N, C, H, W) to (N, C, OH, OW)."""
    output = cl.output()
    n, c, oh, ow = output.shape
    vertical, horizontal = padding
    cl.launch(
        "../kernels/avg_pool2d.cl",
        "avg_pool2d",
        (ow, oh, n * c),
        None,
        *(input, output),
        *input.shape[2:],
        *(*kernel_size, *stride, *vertical, *horizontal),
        int(count_include_pad),
    )
    return output
