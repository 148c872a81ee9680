"""Plants every fault of tests/faults that can sit in the STN, one kernel at a time, and bisects.

    python bench/bisection.py [--device NAME] [--one] [FAULT ...]

Prints a row for each fault and node: which kernel is named, with which verdict, and which cause; a
fault that is no wrong convention has none. --one plants each fault in its first place alone.
Exits 1 where a kernel is not named, or fewer than 95 % of the causes are right.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from faults import VARIANTS as PLANTED

from clgold.conformance.run.choose import plan_run
from clgold.device.variants import load_variants
from clgold.device.worker import Worker, open_worker
from clgold.diagnosis.bisect.engine import bisect
from clgold.diagnosis.bisect.faults import Fault, fault_of_kernel
from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import seeded_weights
from clgold.networks import STN, view
from clgold.networks.network import shapes

CONVOLUTIONS = tuple(
    f"{name}.conv2d" for name in ("stn_conv2", "conv1", "conv2", "conv3", "stn_conv1")
)
WIDE = tuple(name for name in CONVOLUTIONS if name != "conv3.conv2d")  # more than one tap
DEEP = ("stn_conv2.conv2d", "conv2.conv2d", "conv3.conv2d")  # more than one channel
POOLS = tuple(
    f"{name}.max_pool2d" for name in ("stn_conv1", "stn_conv2", "conv1", "conv2", "conv3")
)
NORMS = tuple(f"bn{k}.batch_norm" for k in (1, 2, 3, 4))
LINEARS = tuple(f"{name}.linear" for name in ("FC2", "FC1", "FC3", "fc4"))
ELUS = tuple(
    f"{name}.elu" for name in ("FC1", "FC3", "stn_conv1", "stn_conv2", "conv1", "conv2", "conv3")
)

# Where each fault changes anything, and what is to be named as its cause; "" where it is no
# convention: the verdict, or what the precision gate says, is the cause.
PLACES: dict[str, tuple[tuple[str, ...], str]] = {
    "F01_align_corners_mixed": (("STN_func",), "align_corners inverted"),
    "F02_half_pixel_dropped": (("STN_func.grid_sample",), "half pixel dropped"),
    "F03_theta_read_as_yx": (("STN_func.affine_grid",), "theta read as (y, x)"),
    "F05_largest_index_off_by_one": (("STN_func.grid_sample",), "last index off by one"),
    "F05_weights_after_clipping": (("STN_func.grid_sample",), "weights after clipping"),
    "F06_border_for_zeros": (("STN_func.grid_sample",), "border for its padding"),
    "F07_weights_exchanged": (("STN_func.grid_sample",), "weights exchanged"),
    "F08_kernel_flipped": (WIDE, "kernel flipped"),
    "F09_last_row_unwritten": (("stn_conv2.conv2d",), ""),
    "F11_tail_channels_not_zeroed": (("stn_conv2.conv2d", "conv3.conv2d"), "leftovers of 4 lanes"),
    "F12_padded_channels_as_stride": (
        ("stn_conv2.conv2d", "conv3.conv2d"),
        "stride of whole blocks of 4",
    ),
    "F13_pixels_in_fours": (("stn_conv2.conv2d",), ""),
    "F15_weights_iohw": (DEEP, "weights IOHW"),
    "F16_bias_lost_in_last_channel": (CONVOLUTIONS, "bias lost in the last channel"),
    "F17_last_product_skipped": (CONVOLUTIONS, "last product skipped"),
    "F19_flattened_as_hwc": (("FC1", "FC3"), "flattened as HWC"),
    "F20_maximum_starts_at_0": (POOLS, "window starts at 0"),
    "F23_eps_outside_the_root": (NORMS, "eps outside the root"),
    "F24_eps_of_another_library": (NORMS, "eps 1e-3"),
    "F25_gamma_and_beta_exchanged": (NORMS, "gamma and beta exchanged"),
    "F25_mean_and_variance_exchanged": (NORMS, "mean and variance exchanged"),
    "F26_no_maximum_subtracted": (("fc4.softmax",), "no maximum subtracted"),
    "F27_last_column_not_summed": (("fc4.softmax",), "last not summed"),
    "F28_half_accumulator_conv2d": (CONVOLUTIONS, ""),
    "F28_half_accumulator_linear": (LINEARS, ""),
    "F29_bf16_operands": (LINEARS, ""),
    "F29_tf32_operands": (CONVOLUTIONS, ""),
    "F30_native_exp_elu": (ELUS, ""),
    "F30_native_exp_softmax": (("fc4.softmax",), ""),
    "F31_fast_exp_minus_1": (ELUS, ""),
    "F33_no_bounds_check": (ELUS[:2], ""),
    "F34_barrier_missing_before_reuse": (("fc4.softmax",), ""),
    "F35_beta_times_unwritten": (LINEARS, ""),
    "F36_input_overwritten": (ELUS[:2], ""),
    "F37_never_launched": (ELUS[:2], ""),
    "F37_output_of_an_earlier_call": (ELUS[:2], ""),
    "F38_endless_loop": (ELUS[:1], ""),
    "F38_null_pointer": (ELUS[:1], ""),
    "F38_wild_pointer": (ELUS[:1], ""),
    "F39_last_of_equal_maxima": (("fc4.argmax",), "last of equal maxima"),
}
# What cannot show in the STN, whose settings make a right kernel of it.
NOT_HERE = {
    "F04_size_for_size_minus_1": "align_corners is False",
    "F10_one_padding_for_both_axes": "no padding",
    "F14_groups_ignored": "one group",
    "F18_strides_exchanged": "stride 1",
    "F21_count_include_pad_inverted": "no avg_pool2d",
    "F22_root_forgotten": "no lp_pool2d",
    "F31_alpha_on_both_sides": "alpha is 1",
    "F32_alpha_not_divided_by_size": "no local_response_norm",
    "F32_window_short_on_the_right": "no local_response_norm",
    "F40_sites_transposed": "no local2d",
    "F40_weights_shared_between_sites": "no local2d",
}

# A fault of relu's host program sits in an elu as well: it fails before its values count.
PLANT = """
from pathlib import Path
from clgold.device import variant
from clgold.device.variants import load_variants

SOURCE = Path({source!r})
FAULTS = {{one.name: one for one in load_variants(SOURCE)}}


def only_there(shapes, attributes):
    return None if shapes == {shapes!r} else "another node"


@variant({layer!r}, {name!r}, supports=only_there)
def planted(cl, *operands, **attributes):
    cl.file = SOURCE
    fault = FAULTS[{name!r}]
    if fault.layer == "relu":
        attributes = {{}}
    return fault.launch(cl, *operands, **attributes)
"""


@dataclass(frozen=True)
class Row:
    """A fault, where it was planted, what was found there, and how long that took."""

    fault: str
    node: str
    found: tuple[Fault, ...]
    expected: str
    seconds: float

    @property
    def located(self) -> bool:
        """Whether the node, and no other, is named."""
        return [one.node for one in self.found] == [self.node]

    @property
    def cause(self) -> str:
        """What is named first as the cause."""
        why = self.found[0].diagnosis.explanation if self.found else None
        return why.cause.name if why is not None else ""

    @property
    def right(self) -> bool:
        return self.cause == self.expected

    def __str__(self) -> str:
        nodes = ", ".join(one.node for one in self.found) or "none"
        verdict = self.found[0].found.verdict if self.found else "pass"
        right = "yes" if self.located and (self.right or not self.expected) else "NO"
        cells = (self.fault, self.node, nodes, verdict, self.cause or "–", right)
        return f"| {' | '.join(cells)} |"


def plant(fault: str, node: str, folder: Path) -> Path:
    """A file whose variant is the fault, in the kernel of that node and no other."""
    kernels = (*view(STN, True), *view(STN, False))
    kernel = next(k for k in kernels if k.name == node and fits(fault, k.layer))
    known = shapes(STN)
    given = tuple(None if o is None else known[o] for o in kernel.operands)
    variant = PLANTED[fault]
    text = PLANT.format(source=str(variant.source), name=fault, shapes=given, layer=kernel.layer)
    path = folder / f"{fault}-{node}.py"
    path.write_text(text)
    return path


def fits(fault: str, layer: str) -> bool:
    return PLANTED[fault].layer in (layer, "relu")


def bisected(worker: Worker, fault: str, node: str, expected: str, folder: Path) -> Row:
    """Plant, and bisect the view that has such a kernel on one photograph and the probes."""
    theirs = load_variants(plant(fault, node, folder))
    plan = plan_run(STN, "." not in node, theirs)
    weights = seeded_weights(STN, 0)
    path = photographs()[0]
    pictures = {path.name: load_image(path, STN.inputs["source_image"])}
    worker.seconds = 10.0 if fault == "F38_endless_loop" else 60.0
    start = time.perf_counter()
    found = bisect(worker, plan, weights, pictures.items())
    faults = tuple(fault_of_kernel(found, one, weights, pictures) for one in found.faulty)
    return Row(fault, node, faults, expected, time.perf_counter() - start)


def rows(device: str | None, names: list[str], one_each: bool) -> Iterator[Row]:
    """Every fault in every place where it shows."""
    worker = open_worker(device)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for fault, (nodes, expected) in PLACES.items():
                if names and not any(fault.startswith(name) for name in names):
                    continue
                for node in nodes[:1] if one_each else nodes:
                    yield bisected(worker, fault, node, expected, Path(folder))
    finally:
        worker.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--device")
    options.add_argument("--one", action="store_true")
    options.add_argument("faults", nargs="*")
    given = options.parse_args()
    print("| fault | planted in | named | verdict | cause | right |")
    print("|---|---|---|---|---|---|")
    found = []
    for row in rows(given.device, given.faults, given.one):
        print(row, flush=True)
        found.append(row)
    conventions = [row for row in found if row.expected]
    located, right = sum(r.located for r in found), sum(r.right for r in conventions)
    print(f"\nnode named: {located} of {len(found)}")
    print(f"cause right first: {right} of {len(conventions)} that are conventions")
    sys.exit(not (located == len(found) and right >= 0.95 * len(conventions)))


if __name__ == "__main__":
    main()
