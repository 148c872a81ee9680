"""local2d_input_grad on a device."""

from .variants import variant


@variant("local2d_input_grad", "naive")
def local2d_input_grad(cl, grad, weight, *, input_size, stride):
    """One work-item computes one pixel's gradient, (N, M, TY*SY, TX*SX) to (N, C, H, W)."""
    n, c, h, w = input_size
    m, ty, tx, _, *rest = weight.shape
    output = cl.output()
    cl.launch(
        "../kernels/local2d_input_grad.cl",
        "local2d_input_grad",
        (w, h, n * c),
        None,
        *(grad, weight, output),
        *(c, m, ty, tx, *rest, *stride),
    )
    return output
