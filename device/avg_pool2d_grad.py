"""avg_pool2d_grad on a device."""

from .variants import variant


@variant("avg_pool2d_grad", "naive")
def avg_pool2d_grad(
    cl, grad, *, input_size, kernel_size, stride, padding, ceil_mode, count_include_pad
):
    """One work-item computes one output element, (N, C, OH, OW) to (N, C, H, W)."""
    n, c, h, w = input_size
    vertical, horizontal = padding
    output = cl.output()
    cl.launch(
        "../kernels/avg_pool2d_grad.cl",
        "avg_pool2d_grad",
        (w, h, n * c),
        None,
        *(grad, output),
        *grad.shape[2:],
        *(*kernel_size, *stride, *vertical, *horizontal),
        int(count_include_pad),
    )
    return output
