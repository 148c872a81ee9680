"""grid_sample_grid_grad on a device."""

from .grid_sample import sampler_settings
from .variants import variant


@variant("grid_sample_grid_grad", "naive")
def grid_sample_grid_grad(cl, grad, input, grid, *, mode, padding_mode, align_corners):
    """One work-item computes one output element, (N, OH, OW, 2)."""
    n, oh, ow, _ = grid.shape
    output = cl.output()
    cl.launch(
        "../kernels/grid_sample_grid_grad.cl",
        "grid_sample_grid_grad",
        (2, ow, n * oh),
        None,
        *(grad, input, grid, output),
        *(*input.shape[1:], oh),
        *sampler_settings(mode, padding_mode, align_corners),
    )
    return output
