"""affine_grid on a device."""

from .variants import variant


@variant("affine_grid", "naive")
def affine_grid(cl, theta, *, size, align_corners):
    """One work-item computes one grid point, theta (N, 2, 3) or (N, 6) to grid (N, H, W, 2)."""
    n, _, h, w = size
    output = cl.output()
    align = int(align_corners)
    cl.launch("../kernels/affine_grid.cl", "affine_grid", (w, h, n), None, theta, output, align)
    return output
