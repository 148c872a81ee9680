"""Pooling with faults: our naive launches, each time with another kernel."""

from clgold.device import variant
from clgold.device.max_pool2d import pool_geometry

# PoCL compiles a kernel anew for every size of work-group.
ALONE = (1, 1, 1)


def launch(cl, source, entry, input, *settings):
    output = cl.output()
    n, c, oh, ow = output.shape
    geometry = *input.shape[2:], *settings
    cl.launch(source, entry, (ow, oh, n * c), ALONE, input, output, *geometry)
    return output


@variant("max_pool2d", "F20_maximum_starts_at_0")
def maximum_starts_at_0(cl, input, **attributes):
    settings = pool_geometry(**attributes)
    return launch(cl, "F20_maximum_starts_at_0.cl", "max_pool2d", input, *settings)


@variant("avg_pool2d", "F21_count_include_pad_inverted")
def count_include_pad_inverted(
    cl, input, *, kernel_size, stride, padding, ceil_mode, count_include_pad
):
    settings = *kernel_size, *stride, *padding[0], *padding[1], int(count_include_pad)
    return launch(cl, "F21_count_include_pad_inverted.cl", "avg_pool2d", input, *settings)


@variant("lp_pool2d", "F22_root_forgotten")
def root_forgotten(cl, input, *, norm_type, kernel_size, stride, ceil_mode):
    settings = *kernel_size, *stride, norm_type, 1 / norm_type
    return launch(cl, "F22_root_forgotten.cl", "lp_pool2d", input, *settings)
