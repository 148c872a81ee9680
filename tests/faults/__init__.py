"""Faults that people really make, planted one by one: each is a kernel file and a variant.

The variants stand in this folder's modules, written as a user would, and run as a user's do:
`clgold suite --kernels tests/faults/images.py` fails. FAULTS says with which verdict.
"""

from dataclasses import dataclass
from pathlib import Path

from clgold.device.variants import Variant, load_variants

FOLDER = Path(__file__).parent
MODULES = sorted(FOLDER.glob("[!_]*.py"))
VARIANTS = {one.name: one for path in MODULES for one in load_variants(path)}

WRONG = ("wrong",)
UNWRITTEN = ("unwritten",)
# What is read beyond an array is NaN, or, by a simulator, caught in the act.
READS_BEYOND = ("wrong", "overrun")
IMPRECISE = ("imprecise", "wrong")


@dataclass(frozen=True)
class Fault:
    """A planted fault, named as its variant; `verdicts` are those that are right for it.

    cause     the lack of precision that a message names, and none names another
    isolated  whether it takes its process down, or never ends
    hidden    drivers on which the kernel is right all the same
    """

    name: str
    verdicts: tuple[str, ...]
    description: str
    cause: str = ""
    isolated: bool = False
    hidden: tuple[str, ...] = ()

    @property
    def variant(self) -> Variant:
        return VARIANTS[self.name]


FAULTS = (
    Fault("F01_align_corners_mixed", WRONG, "the sampler undoes another align_corners"),
    Fault("F02_half_pixel_dropped", WRONG, "the image shifted by half a pixel"),
    Fault("F03_theta_read_as_yx", WRONG, "theta applied to (y, x, 1)"),
    Fault("F04_size_for_size_minus_1", WRONG, "W for W - 1 under align_corners"),
    Fault("F05_largest_index_off_by_one", WRONG, "the last row and column outside"),
    Fault("F05_weights_after_clipping", WRONG, "weights that cancel at the border"),
    Fault("F06_border_for_zeros", WRONG, "samples outside clamped to the border"),
    Fault("F07_weights_exchanged", WRONG, "near and far pixel exchanged"),
    Fault("F08_kernel_flipped", WRONG, "a true convolution"),
    Fault("F09_last_row_unwritten", UNWRITTEN, "the last of an odd number of rows"),
    Fault("F10_one_padding_for_both_axes", WRONG, "the rows' padding for the columns too"),
    Fault("F11_tail_channels_not_zeroed", WRONG, "leftovers in a vector's last lanes"),
    Fault("F12_padded_channels_as_stride", READS_BEYOND, "a padded channel count as stride"),
    Fault("F13_pixels_in_fours", UNWRITTEN, "pixels beyond the last whole vector"),
    Fault("F14_groups_ignored", WRONG, "the first group's channels for all"),
    Fault("F15_weights_iohw", WRONG, "weights read as (C, M, KH, KW)"),
    Fault("F16_bias_lost_in_last_channel", WRONG, "one channel without its bias"),
    Fault("F17_last_product_skipped", WRONG, "a sum one product short"),
    Fault("F18_strides_exchanged", WRONG, "stride_h for stride_w and the reverse"),
    Fault("F19_flattened_as_hwc", WRONG, "an image flattened as (H, W, C)"),
    Fault("F20_maximum_starts_at_0", WRONG, "0 for windows of negatives"),
    Fault("F21_count_include_pad_inverted", WRONG, "padding counted when it must not be"),
    Fault("F22_root_forgotten", WRONG, "a power sum without its root"),
    Fault("F23_eps_outside_the_root", WRONG, "sqrt(variance) + eps"),
    Fault("F24_eps_of_another_library", WRONG, "1e-3 for 1e-5"),
    Fault("F25_gamma_and_beta_exchanged", WRONG, "weight for bias and the reverse"),
    Fault("F25_mean_and_variance_exchanged", WRONG, "mean for variance and the reverse"),
    Fault("F26_no_maximum_subtracted", WRONG, "exponentials that overflow"),
    Fault("F27_last_column_not_summed", WRONG, "a sum one exponential short"),
    Fault("F28_half_accumulator_conv2d", IMPRECISE, "a float16 sum", "accumulator of 16 bits"),
    Fault("F28_half_accumulator_linear", IMPRECISE, "a float16 sum", "accumulator of 16 bits"),
    Fault("F28_half_accumulator_local2d", IMPRECISE, "a float16 sum", "accumulator of 16 bits"),
    Fault("F29_bf16_operands", IMPRECISE, "operands of 8 bits", "bf16"),
    Fault("F29_tf32_operands", IMPRECISE, "operands of 11 bits", "tf32"),
    Fault("F29_tf32_operands_local2d", IMPRECISE, "operands of 11 bits", "tf32"),
    Fault("F30_native_exp_elu", WRONG, "exp right to 12 bits"),
    Fault("F30_native_exp_softmax", WRONG, "exp right to 12 bits"),
    Fault("F31_alpha_on_both_sides", WRONG, "alpha times positive x"),
    Fault("F31_fast_exp_minus_1", WRONG, "exp(x) - 1 with an exp of 18 bits"),
    Fault("F32_alpha_not_divided_by_size", WRONG, "alpha for alpha / size"),
    Fault("F32_window_short_on_the_right", WRONG, "a window one channel short"),
    Fault("F33_no_bounds_check", ("overrun",), "more work-items than elements"),
    Fault(
        "F34_barrier_missing_before_reuse",
        ("nondeterministic", "wrong"),
        "a local race",
        hidden=("rusticl",),  # llvmpipe runs a work-group in step
    ),
    # A NaN keeps the payload of the one that it was computed from, on most devices.
    Fault("F35_beta_times_unwritten", ("unwritten", "wrong"), "0 times what was never written"),
    Fault("F36_input_overwritten", ("input-modified",), "computed in place"),
    Fault("F37_never_launched", UNWRITTEN, "no launch for short arrays"),
    Fault("F37_output_of_an_earlier_call", WRONG, "an output kept by its shape"),
    Fault(
        "F38_endless_loop",
        ("timeout",),
        "a step of 0",
        isolated=True,
        hidden=("rusticl",),  # llvmpipe ends loops after 65535 rounds (docs/drivers.md)
    ),
    Fault("F38_null_pointer", ("crash", "overrun"), "NULL for the output", isolated=True),
    Fault("F38_wild_pointer", ("crash", "overrun"), "an index beyond reason", isolated=True),
    Fault("F39_last_of_equal_maxima", WRONG, "ties to the last"),
    Fault("F40_sites_transposed", WRONG, "SY for SX and the reverse"),
    Fault("F40_weights_shared_between_sites", WRONG, "one filter for all sites"),
)
