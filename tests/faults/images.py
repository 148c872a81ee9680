"""conv2d and local2d with faults: our naive launches, each time with another kernel."""

from clgold.device import variant
from clgold.device.conv2d import conv2d_geometry

# PoCL compiles a kernel anew for every size of work-group.
ALONE = (1, 1, 1)


def conv2d(name):
    @variant("conv2d", name)
    def launch(cl, input, weight, bias, **attributes):
        output = cl.output()
        n, m, oh, ow = output.shape
        geometry = conv2d_geometry(input, weight, **attributes)
        size = (ow, oh, n * m)
        cl.launch(f"{name}.cl", "conv2d", size, ALONE, input, weight, bias, output, *geometry)
        return output


def local2d(name):
    @variant("local2d", name)
    def launch(cl, input, weight, *, stride):
        m, ty, tx, _, ky, kx, sy, sx = weight.shape
        output = cl.output()
        n, _, oh, ow = output.shape
        geometry = *input.shape[1:], m, ty, tx, ky, kx, sy, sx, *stride
        size = (ow, oh, n * m)
        cl.launch(f"{name}.cl", "local2d", size, ALONE, input, weight, output, *geometry)
        return output


conv2d("F08_kernel_flipped")
conv2d("F09_last_row_unwritten")
conv2d("F10_one_padding_for_both_axes")
conv2d("F11_tail_channels_not_zeroed")
conv2d("F12_padded_channels_as_stride")
conv2d("F13_pixels_in_fours")
conv2d("F14_groups_ignored")
conv2d("F15_weights_iohw")
conv2d("F16_bias_lost_in_last_channel")
conv2d("F17_last_product_skipped")
conv2d("F18_strides_exchanged")
conv2d("F28_half_accumulator_conv2d")
conv2d("F29_tf32_operands")
local2d("F28_half_accumulator_local2d")
local2d("F29_tf32_operands_local2d")
local2d("F40_sites_transposed")
local2d("F40_weights_shared_between_sites")
