"""local2d on a device."""

from .variants import variant


@variant("local2d", "naive")
def local2d(cl, input, weight, *, stride):
    """One work-item computes one output element, (N, C, H, W) to (N, M, TY*SY, TX*SX)."""
    m, ty, tx, _, ky, kx, sy, sx = weight.shape
    output = cl.output()
    n, _, oh, ow = output.shape
    cl.launch(
        "../kernels/local2d.cl",
        "local2d",
        (ow, oh, n * m),
        None,
        *(input, weight, output),
        *input.shape[1:],
        *(m, ty, tx, ky, kx, sy, sx),
        *stride,
    )
    return output
