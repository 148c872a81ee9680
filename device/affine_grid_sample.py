"""Affine grid and sampler in one kernel: the warp of a spatial transformer."""

from .grid_sample import sampler_settings
from .variants import variant


@variant("affine_grid+grid_sample", "fused")
def affine_grid_sample(cl, theta, input, *, affine_grid, grid_sample):
    """One work-item computes one output element, (N, C, H, W) to (N, C, OH, OW)."""
    output = cl.output()
    n, c, oh, ow = output.shape
    cl.launch(
        "../kernels/affine_grid_sample.cl",
        "affine_grid_sample",
        (ow, oh, n * c),
        None,
        *(theta, input, output),
        *input.shape[1:],
        int(affine_grid["align_corners"]),
        *sampler_settings(**grid_sample),
    )
    return output
