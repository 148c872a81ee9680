"""grid_sample_input_grad on a device."""

from .grid_sample import sampler_settings
from .variants import variant


@variant("grid_sample_input_grad", "naive")
def grid_sample_input_grad(cl, grad, grid, *, input_size, mode, padding_mode, align_corners):
    """One work-item computes one output element, (N, C, OH, OW) to (N, C, H, W)."""
    n, c, h, w = input_size
    output = cl.output()
    cl.launch(
        "../kernels/grid_sample_input_grad.cl",
        "grid_sample_input_grad",
        (w, h, n * c),
        None,
        *(grad, grid, output),
        *grad.shape[1:],
        *sampler_settings(mode, padding_mode, align_corners),
    )
    return output
