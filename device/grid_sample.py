"""grid_sample on a device."""

from clgold.reference.grid_sample import MODES, PADDING_MODES

from .variants import variant


def sampler_settings(mode, padding_mode, align_corners):
    """The integers that describe a sampler to its kernels, numbered as in kernels/sampling.h."""
    return MODES.index(mode), PADDING_MODES.index(padding_mode), int(align_corners)


@variant("grid_sample", "naive")
def grid_sample(cl, input, grid, *, mode, padding_mode, align_corners):
    """One work-item computes one output element, (N, C, H, W) to (N, C, OH, OW)."""
    output = cl.output()
    n, c, oh, ow = output.shape
    cl.launch(
        "../kernels/grid_sample.cl",
        "grid_sample",
        (ow, oh, n * c),
        None,
        *(input, grid, output),
        *input.shape[1:],
        *sampler_settings(mode, padding_mode, align_corners),
    )
    return output
