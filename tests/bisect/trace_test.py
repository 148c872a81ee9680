"""Dumps of another program: which kernel is wrong, or between which two buffers the fault lies."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dumps import BUFFERS, another_eps, dump, traced
from harness.command import clgold

from clgold.diagnosis.bisect.stretch import Stretch, explain_stretch
from clgold.diagnosis.bisect.stretches import bisect_trace
from clgold.diagnosis.bisect.trace import Trace, buffer_names, read_trace
from clgold.golden.weights import Arrays, seeded_weights
from clgold.networks import NETWORKS, STN, Network
from clgold.reference import conv2d

WRONG_EPS = {"bn1.batch_norm": another_eps}


def flipped(input: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A true convolution."""
    return conv2d(input, np.ascontiguousarray(weight[:, :, ::-1, ::-1]), bias)


@pytest.fixture(scope="module")
def right() -> Arrays:
    return traced()


@pytest.fixture(scope="module")
def wrong() -> Arrays:
    return traced(WRONG_EPS)


def stretches(folder: Path, values: Arrays) -> dict[str, Stretch]:
    """The dumped buffers, judged, by name."""
    trace = read_trace(folder, STN)
    found = bisect_trace(STN, seeded_weights(STN, 0), values["source_image"], trace)
    return {one.buffer: one for one in found}


def faulty(found: dict[str, Stretch]) -> list[str]:
    return [name for name, one in found.items() if one.faulty]


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".bin"])
def test_a_right_dump_passes_buffer_by_buffer(right: Arrays, tmp_path: Path, suffix: str) -> None:
    found = stretches(dump(tmp_path / "dump", right, suffix=suffix), right)
    assert list(found) == list(BUFFERS)
    assert {one.verdict for one in found.values()} == {"pass"}
    assert found["inout3_buf"].sources == {"source_image": None, "theta_buf": True}
    assert found["inout4_buf"].kernels == ("conv1",)


def test_the_kernel_before_the_first_wrong_buffer_is_at_fault_and_no_other(
    wrong: Arrays, tmp_path: Path
) -> None:
    found = stretches(dump(tmp_path / "dump", wrong), wrong)
    assert faulty(found) == ["inout5_buf"]
    fault = found["inout5_buf"]
    assert fault.kernels == ("bn1",)
    why = explain_stretch(fault)
    assert why.explanation is not None
    assert why.explanation.cause.name == "eps 1e-3"


def test_two_faults_are_both_found(tmp_path: Path) -> None:
    values = traced({**WRONG_EPS, "conv2.conv2d": flipped, "stn_conv2.conv2d": flipped})
    found = stretches(dump(tmp_path / "dump", values), values)
    assert faulty(found) == ["inout1_buf", "inout5_buf", "inout6_buf"]


def test_a_fault_lies_between_the_buffers_that_are_there(wrong: Arrays, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", wrong, ["inout3_buf", "inout5_buf", "output_buf"])
    found = stretches(folder, wrong)
    assert faulty(found) == ["inout5_buf"]
    fault = found["inout5_buf"]
    assert fault.kernels == ("conv1", "bn1")
    assert fault.between == "between inout3_buf, which is right, and inout5_buf"
    why = explain_stretch(fault)
    assert why.explanation is not None
    assert (why.layer, why.explanation.cause.name) == ("batch_norm", "eps 1e-3")


@pytest.mark.parametrize("buffer", ["inout9_buf", "inout10_buf"])
def test_a_fault_is_seen_over_many_kernels(buffer: str, tmp_path: Path) -> None:
    values = traced({"stn_conv1.conv2d": flipped})
    found = stretches(dump(tmp_path / "dump", values, [buffer]), values)
    assert faulty(found) == [buffer]
    assert len(found[buffer].kernels) >= 11
    assert "64 times the error of honest float32" in found[buffer].found.message


@pytest.mark.parametrize("buffer", BUFFERS)
def test_a_right_buffer_alone_passes_over_all_the_kernels_before_it(
    right: Arrays, buffer: str, tmp_path: Path
) -> None:
    found = stretches(dump(tmp_path / "dump", right, [buffer]), right)
    assert [one.verdict for one in found.values()] == ["pass"]


NAMES = {
    "kernel": ("conv1", "conv1.max_pool2d"),
    "node": ("conv1.conv2d", "conv1.conv2d"),
    "device's buffer": ("theta_buf", "FC2.linear"),
    "input": ("source_image", "source_image"),
    "input's buffer": ("image_buf", "source_image"),
    "host's result": ("output", "fc4.argmax"),
    "weight": ("conv2_wt", "conv2_wt"),
    "weight's buffer": ("conv2_wt_buf", "conv2_wt"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_buffer_has_every_name_that_plan_shows(case: str) -> None:
    name, holds = NAMES[case]
    assert buffer_names(STN)[name] == holds


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_every_result_of_every_network_can_be_dumped(network: Network) -> None:
    names = buffer_names(network)
    for kernel in network.kernels:
        assert names[kernel.buffer] == names[kernel.name] == kernel.output


ORDERS = {
    "channels last": lambda values: np.ascontiguousarray(values.transpose(0, 2, 3, 1)),
    "channels last, flat": lambda values: values.transpose(0, 2, 3, 1).ravel(),
    "rows and columns exchanged": lambda values: np.ascontiguousarray(values.swapaxes(2, 3)),
}


@pytest.mark.parametrize("order", ORDERS)
def test_another_order_is_named_and_no_fault(right: Arrays, order: str, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", right)
    np.save(folder / "inout4_buf.npy", ORDERS[order](right["conv1.max_pool2d"]))
    found = stretches(folder, right)
    assert faulty(found) == []
    assert [name for name, one in found.items() if one.layout] == ["inout4_buf"]
    assert np.array_equal(found["inout4_buf"].got, right["conv1.max_pool2d"])


def test_a_wrong_buffer_in_another_order_is_wrong(wrong: Arrays, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", wrong)
    np.save(folder / "inout5_buf.npy", wrong["bn1.batch_norm"].transpose(0, 2, 3, 1).copy())
    assert faulty(stretches(folder, wrong))[0] == "inout5_buf"


def test_nobody_is_blamed_for_what_others_nan_become(right: Arrays, tmp_path: Path) -> None:
    values = {**right, "conv1.max_pool2d": right["conv1.max_pool2d"].copy()}
    values["conv1.max_pool2d"][0, 7] = np.nan  # a channel; bn1's is as if there were none
    found = stretches(dump(tmp_path / "dump", values), values)
    assert faulty(found) == ["inout4_buf"]
    assert found["inout5_buf"].verdict == "not judged"


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.float32])
def test_an_index_is_read_from_any_dtype(right: Arrays, kind: type, tmp_path: Path) -> None:
    values = {**right, "fc4.argmax": right["fc4.argmax"].astype(kind)}
    for suffix in (".npy", ".npz"):
        trace = read_trace(dump(tmp_path / suffix, values, ["output"], suffix), STN)
        assert trace.buffers["fc4.argmax"].values.dtype == np.int32
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "output.bin").write_bytes(values["fc4.argmax"].tobytes())
    trace = read_trace(tmp_path / "raw", STN)
    assert trace.buffers["fc4.argmax"].values.tolist() == right["fc4.argmax"].tolist()


def test_other_files_are_left_alone_and_named(right: Arrays, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", right, ["theta_buf"])
    (folder / "README.txt").write_text("what this is\n")
    (folder / ".hidden").write_text("\n")
    trace = read_trace(folder, STN)
    assert isinstance(trace, Trace)
    assert trace.ignored == ("README.txt",)


def bisect(folder: Path, *arguments: object) -> tuple[int, Any]:
    """`clgold bisect stn --trace` in an empty folder: its exit code and JSON."""
    answer = clgold("bisect", "stn", "--trace", folder, *arguments, "--json", "-", folder=folder)
    assert answer.stderr == ""
    return answer.code, answer.json


def test_the_command_names_fault_cause_and_elements(wrong: Arrays, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", wrong, ["inout4_buf", "inout5_buf", "inout6_buf"])
    code, answer = bisect(folder, "--output", tmp_path / "out")
    assert (code, answer["verdict"], answer["device"]) == (1, "fail", None)
    assert [one["name"] for one in answer["nodes"]] == ["inout4_buf", "inout5_buf", "inout6_buf"]
    (fault,) = answer["faults"]
    assert (fault["node"], fault["layer"], fault["variant"]) == ("bn1", "batch_norm", None)
    assert fault["cause"]["name"] == "eps 1e-3"
    assert fault["cause"]["after"] > fault["cause"]["before"]
    assert fault["mask"]
    assert len(fault["worst"]) == 5
    assert fault["reproduction"] is None
    assert Path(fault["picture"]).is_file()
    assert {one["kernel"] for one in fault["spread"]["reaches"]} >= {"conv2", "bn2", "FC3"}


def test_a_dumped_image_is_what_the_network_worked_on(right: Arrays, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", right, ["theta_buf"])
    np.save(folder / "image_buf.npy", right["source_image"][:, :, ::-1].copy())
    code, answer = bisect(folder)
    assert (code, answer["images"]) == (1, ["image_buf.npy"])


def test_dumped_weights_must_be_those_in_use(right: Arrays, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", right, ["inout_buf", "stn_conv1_bias"])
    assert bisect(folder)[0] == 0
    np.save(folder / "stn_conv1_bias.npy", right["stn_conv1_bias"][::-1].copy())
    code, answer = bisect(folder, "--output", tmp_path / "out")
    assert code == 1
    assert [fault["node"] for fault in answer["faults"]] == ["stn_conv1_bias", "stn_conv1"]
    assert "elements differ from the weights in use" in answer["faults"][0]["message"]


def test_no_opencl_is_needed(right: Arrays, tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", right, ["theta_buf"])
    program = (
        "import sys; sys.modules['pyopencl'] = None\n"
        "from clgold.conformance.commands.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "bisect", "stn", "--trace", str(folder), "--json=-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "pass"


def test_the_documented_dump_is_one(right: Arrays, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "bisect.md").read_text(encoding="utf-8")
    files = re.findall(r"^dump/(\S+)$", text, re.MULTILINE)
    assert len(files) == 5
    names = buffer_names(STN)
    for file in map(Path, files):
        values = right[names[file.stem]]
        path = tmp_path / file
        path.write_bytes(values.tobytes()) if file.suffix == ".bin" else np.save(path, values)
    assert faulty(stretches(tmp_path, right)) == []
