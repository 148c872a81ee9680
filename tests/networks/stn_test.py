"""The spatial transformer is the network of the host program, and its weights are fit to be seen.

The plan is written out here, name by name and count by count, as that program prints it.
"""

import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import Arrays, load_weights, seeded_weights
from clgold.networks import STN, shapes, view
from clgold.networks.buffers import Array, plan_rows
from clgold.networks.network import complete_attributes
from clgold.networks.summary import summary_rows
from clgold.reference import find_layer
from clgold.reference.question import resolve

# Kernel; host arrays; device buffers read; buffer written. A count is given with its number.
PLAN = """
stn_conv1 | source_image N1 1024, stn_conv1_wt N2 2450, stn_conv1_bias N3 50
          | image_buf, stn_conv1_wt_buf, stn_conv1_bias_buf | inout_buf N4 8450
stn_conv2 | stn_conv2_wt N5 125000, stn_conv2_bias N6 100
          | inout_buf, stn_conv2_wt_buf, stn_conv2_bias_buf | inout1_buf N7 1600
FC1       | fc1_wt N8 160000, fc1_bias N6 100
          | inout1_buf, fc1_wt_buf, fc1_bias_buf | inout2_buf N6 100
FC2       | fc2_wt N9 600, fc2_bias N10 6
          | inout2_buf, fc2_wt_buf, fc2_bias_buf | theta_buf N10 6
STN_func  |
          | image_buf, theta_buf | inout3_buf N1 1024
conv1     | conv1_wt N11 2500, conv1_bias N6 100
          | inout3_buf, conv1_wt_buf, conv1_bias_buf | inout4_buf N12 19600
bn1       | bn1_mean N6 100, bn1_variance N6 100, bn1_gamma N6 100, bn1_beta N6 100
          | inout4_buf, bn1_mean_buf, bn1_variance_buf, bn1_gamma_buf, bn1_beta_buf
          | inout5_buf N12 19600
conv2     | conv2_wt N13 135000, conv2_bias N14 150
          | inout5_buf, conv2_wt_buf, conv2_bias_buf | inout6_buf N15 5400
bn2       | bn2_mean N14 150, bn2_variance N14 150, bn2_gamma N14 150, bn2_beta N14 150
          | inout6_buf, bn2_mean_buf, bn2_variance_buf, bn2_gamma_buf, bn2_beta_buf
          | inout7_buf N15 5400
conv3     | conv3_wt N16 37500, conv3_bias N17 250
          | inout7_buf, conv3_wt_buf, conv3_bias_buf | inout8_buf N18 2250
bn3       | bn3_mean N17 250, bn3_variance N17 250, bn3_gamma N17 250, bn3_beta N17 250
          | inout8_buf, bn3_mean_buf, bn3_variance_buf, bn3_gamma_buf, bn3_beta_buf
          | inout9_buf N18 2250
FC3       | fc3_wt N19 787500, fc3_bias N20 350
          | inout9_buf, fc3_wt_buf, fc3_bias_buf | inout10_buf N20 350
bn4       | bn4_mean N20 350, bn4_variance N20 350, bn4_gamma N20 350, bn4_beta N20 350
          | inout10_buf, bn4_mean_buf, bn4_variance_buf, bn4_gamma_buf, bn4_beta_buf
          | inout11_buf N20 350
fc4       | fc4_wt N21 15050, fc4_bias N22 43, output N23 1
          | inout11_buf, fc4_wt_buf, fc4_bias_buf | output_buf N23 1
"""

OUTPUTS = {
    "stn_conv1": (1, 50, 13, 13),
    "stn_conv2": (1, 100, 4, 4),
    "FC1": (1, 100),
    "FC2": (1, 6),
    "STN_func": (1, 1, 32, 32),
    "conv1": (1, 100, 14, 14),
    "bn1": (1, 100, 14, 14),
    "conv2": (1, 150, 6, 6),
    "bn2": (1, 150, 6, 6),
    "conv3": (1, 250, 3, 3),
    "bn3": (1, 250, 3, 3),
    "FC3": (1, 350),
    "bn4": (1, 350),
    "fc4": (1,),
}

# SHA-256 of all arrays, by seed.
DIGESTS = {
    0: "20deea50e6c26c81cb32b7490c66719cd248706ce373ce94fe21a7dfc6272059",
    7: "25581db7d65c32c80c025afc51fb1ddfcfdb40981f2d7a0af8aae1de840266b2",
}


def digest(arrays: Arrays) -> str:
    """SHA-256 of every array's name and little-endian bytes, in order."""
    total = hashlib.sha256()
    for name, values in arrays.items():
        total.update(name.encode() + values.astype("<f4").tobytes())
    return total.hexdigest()


def trace(arrays: Arrays, image: np.ndarray) -> Arrays:
    """What every node gives in the reference, rounded as it is handed to the next one."""
    known = dict(arrays) | {"source_image": image}
    for node in STN.nodes:
        layer = find_layer(node.layer)
        operands = (None if o is None else known[o] for o in node.operands)
        known[node.name] = layer.forward(*operands, **node.attributes).astype(layer.dtype)
    return known


def simd() -> list[str]:
    """The instruction sets beyond the baseline that this process's NumPy uses."""
    return np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])  # type: ignore[index]


@pytest.fixture(scope="module")
def weights() -> Arrays:
    return seeded_weights(STN, 0)


@pytest.fixture(params=photographs(), ids=lambda path: path.stem)
def photograph(request: pytest.FixtureRequest) -> np.ndarray:
    return load_image(request.param, STN.inputs["source_image"])


def test_plan_is_the_host_programs_table() -> None:
    def counted(array: Array) -> str:
        return f"{array.name} {array.number} {array.count}"

    found = [
        (
            row.kernel,
            [counted(array) for array in (*row.host, *([row.returns] if row.returns else []))],
            [array.name for array in row.reads],
            counted(row.writes),
        )
        for row in plan_rows(STN)
    ]
    fields = [field.strip() for field in PLAN.replace("\n          |", "|").splitlines()]
    rows = [[part.strip() for part in line.split("|")] for line in fields if line]
    assert found == [
        (kernel, host.split(", ") if host else [], reads.split(", "), writes)
        for kernel, host, reads, writes in rows
    ]


def test_host_arrays_hold_the_sizes_that_the_counts_are_products_of() -> None:
    known = {array.name: array.shape for row in plan_rows(STN) for array in row.host}
    assert known["source_image"] == (1, 1, 32, 32)
    assert known["stn_conv2_wt"] == (100, 50, 5, 5)
    assert known["conv2_wt"] == (150, 100, 3, 3)
    assert known["fc3_wt"] == (350, 250 * 3 * 3)


def test_summary_counts_every_parameter_once() -> None:
    assert sum(row.parameters for row in summary_rows(STN)) == 1_268_449
    assert sum(np.prod(weight.shape) for weight in STN.weights.values()) == 1_270_149


def test_only_the_last_row_and_column_of_the_9x9_image_stay_unseen() -> None:
    unseen = {row.node: row.unseen for row in summary_rows(STN) if any(row.unseen)}
    assert unseen == {"stn_conv2.max_pool2d": (1, 1)}
    assert shapes(STN)["stn_conv2.conv2d"] == (1, 100, 9, 9)


def test_every_kernel_has_the_output_of_the_host_program() -> None:
    assert {kernel.name: shapes(STN)[kernel.output] for kernel in STN.kernels} == OUTPUTS


def test_fused_and_primitive_view_hold_the_same_nodes_in_the_same_order() -> None:
    fused, primitive = view(STN, fused=True), view(STN, fused=False)
    assert [node for kernel in fused for node in kernel.nodes] == list(STN.nodes)
    assert [kernel.nodes for kernel in primitive] == [(node,) for node in STN.nodes]
    assert fused[-1].output == primitive[-1].output


@pytest.mark.parametrize("fused", [True, False], ids=["fused", "primitive"])
def test_every_operand_is_an_array_of_the_host_or_the_output_of_an_earlier_kernel(
    fused: bool,
) -> None:
    there = set(STN.weights) | set(STN.inputs)
    for kernel in view(STN, fused):
        assert {o for o in kernel.operands if o is not None} <= there, kernel.name
        there.add(kernel.output)


def test_a_fused_kernel_has_the_shapes_and_attributes_of_its_nodes() -> None:
    known = shapes(STN)
    alone = {k.name: complete_attributes(k, known) for k in view(STN, fused=False)}
    for kernel in STN.kernels:
        given = tuple(None if o is None else known[o] for o in kernel.operands)
        attributes, outputs = resolve(kernel.chain, given, kernel.attributes)
        assert outputs == tuple(known[node.name] for node in kernel.nodes)
        assert attributes == {node.layer: alone[node.name] for node in kernel.nodes}


def test_every_result_but_the_last_is_read_by_a_later_kernel() -> None:
    rows = plan_rows(STN)
    for place, row in enumerate(rows[:-1], start=1):
        assert row.writes.name in {array.name for later in rows[place:] for array in later.reads}


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_saved_weights_come_back_bit_for_bit(tmp_path: Path, weights: Arrays, suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    if suffix == ".npz":
        np.savez(path, **weights, unused=np.zeros(3))
    else:
        save_file({**weights, "unused": np.zeros(3)}, path)
    assert digest(load_weights(path, STN)) == DIGESTS[0]


@pytest.mark.parametrize("seed", DIGESTS)
def test_seeded_weights_have_the_bits_that_they_always_had(seed: int) -> None:
    assert digest(seeded_weights(STN, seed)) == DIGESTS[seed]


def test_seeded_weights_have_the_same_bits_without_simd() -> None:
    program = f"""if True:
        import json, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from stn_test import STN, digest, seeded_weights, simd
        print(json.dumps([digest(seeded_weights(STN, 0)), simd()]))
    """
    environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(simd())}
    command = [sys.executable, "-W", "error", "-c", program]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [DIGESTS[0], []]


def test_activations_neither_die_nor_explode(weights: Arrays, photograph: np.ndarray) -> None:
    known = trace(weights, photograph)
    spread = {k.name: float(known[k.output].std()) for k in STN.kernels if k.name != "fc4"}
    assert {name: std for name, std in spread.items() if not 0.05 < std < 5} == {}
    # A class that no image could change would hide every fault before it.
    assert 0.02 < known["fc4.softmax"].max() < 0.98


def test_the_warp_is_visible_but_moderate(weights: Arrays, photograph: np.ndarray) -> None:
    known = trace(weights, photograph)
    theta = known["FC2.linear"].reshape(2, 3).astype(np.float64)
    turn = np.degrees(np.arctan2(theta[1, 0], theta[0, 0]))
    across, down = np.hypot(*theta[:, 0]), np.hypot(*theta[:, 1])
    assert 5 < turn < 30
    assert 0.8 < across < 1.3
    assert 0.8 < down < 1.3
    assert abs(across - down) > 0.05, "equal scales hide an exchange of x and y"
    assert 0.02 < np.abs(theta[:, 2]).max() < 0.3
    warped = known["STN_func.grid_sample"]
    assert np.abs(warped - photograph).mean() > 0.05
    assert 0.05 < np.mean(warped == 0) < 0.4, "a part of the grid lies outside the image"


def test_different_photographs_are_warped_differently(weights: Arrays) -> None:
    shape = STN.inputs["source_image"]
    thetas = [trace(weights, load_image(p, shape))["FC2.linear"] for p in photographs()]
    assert all(np.abs(one - two).max() > 1e-2 for one, two in pairwise(thetas))
