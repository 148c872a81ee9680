"""affine_grid_grad on a device."""

from .variants import variant


@variant("affine_grid_grad", "naive")
def affine_grid_grad(cl, grad, *, size, align_corners, flat):
    """One work-item adds up one element, (N, H, W, 2) to (N, 2, 3) or (N, 6)."""
    n, _, h, w = size
    output = cl.output()
    arguments = grad, output, h, w, int(align_corners)
    cl.launch("../kernels/affine_grid_grad.cl", "affine_grid_grad", (3, 2, n), None, *arguments)
    return output
