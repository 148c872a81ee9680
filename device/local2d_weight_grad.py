"""local2d_weight_grad on a device."""

from .variants import variant


@variant("local2d_weight_grad", "naive")
def local2d_weight_grad(cl, grad, input, *, weight_size, stride):
    """One work-item computes one weight's gradient, a sum over the images."""
    m, ty, tx, c, ky, kx, sy, sx = weight_size
    output = cl.output()
    cl.launch(
        "../kernels/local2d_weight_grad.cl",
        "local2d_weight_grad",
        (sy * sx, c * ky * kx, m * ty * tx),
        None,
        *(grad, input, output),
        *input.shape,
        *(m, ty, tx, ky, kx, sy, sx, *stride),
    )
    return output
