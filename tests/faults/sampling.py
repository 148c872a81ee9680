"""affine_grid and grid_sample with faults: our naive launches, each time with another kernel."""

from clgold.device import variant
from clgold.device.grid_sample import sampler_settings

# PoCL compiles a kernel anew for every size of work-group.
ALONE = (1, 1, 1)


def bilinear_with_zeros(shapes, attrs):
    settings = attrs["mode"], attrs["padding_mode"]
    return None if settings == ("bilinear", "zeros") else "neither bilinear nor zero padding"


def affine_grid(name):
    @variant("affine_grid", name)
    def launch(cl, theta, *, size, align_corners):
        n, _, h, w = size
        output = cl.output()
        cl.launch(f"{name}.cl", "affine_grid", (w, h, n), ALONE, theta, output, int(align_corners))
        return output


def grid_sample(name):
    @variant("grid_sample", name, supports=bilinear_with_zeros)
    def launch(cl, input, grid, **attributes):
        output = cl.output()
        n, c, oh, ow = output.shape
        geometry = *input.shape[1:], *sampler_settings(**attributes)
        cl.launch(
            f"{name}.cl", "grid_sample", (ow, oh, n * c), ALONE, input, grid, output, *geometry
        )
        return output


@variant("affine_grid+grid_sample", "F01_align_corners_mixed")
def align_corners_mixed(cl, theta, input, *, affine_grid, grid_sample):
    output = cl.output()
    n, c, oh, ow = output.shape
    cl.launch(
        "F01_align_corners_mixed.cl",
        "affine_grid_sample",
        (ow, oh, n * c),
        ALONE,
        *(theta, input, output, *input.shape[1:]),
        int(affine_grid["align_corners"]),
        *sampler_settings(**grid_sample),
    )
    return output


grid_sample("F02_half_pixel_dropped")
affine_grid("F03_theta_read_as_yx")
affine_grid("F04_size_for_size_minus_1")
grid_sample("F05_largest_index_off_by_one")
grid_sample("F05_weights_after_clipping")
grid_sample("F06_border_for_zeros")
grid_sample("F07_weights_exchanged")
