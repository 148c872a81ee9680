"""`clgold verify model.onnx` and its kin work on a model as on a network of ours."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.command import clgold, device_name
from onnx_models.making import model, node, package

from clgold.device.session import Session
from clgold.golden.photographs import FOLDER
from clgold.golden.weights import seeded_weights
from clgold.networks import LENET5
from clgold.networks.onnx import READERS, network_model
from clgold.reference.generator import bell

F = np.float32
# A kernel that computes relu(x) + 1.
BROKEN = """
from clgold.device import variant

@variant("relu", "mine")
def relu(cl, input):
    output = cl.output()
    n, c, h, w = input.shape
    cl.launch("mine.cl", "relu", (w, h, n * c), None, input, output)
    return output
"""
SOURCE = """
__kernel void relu(__global const float *input, __global float *output)
{
    const int i = (get_global_id(2) * get_global_size(1) + get_global_id(1)) * get_global_size(0)
                  + get_global_id(0);
    output[i] = fmax(input[i], 0.0f) + 1.0f;
}
"""


def write(folder: Path, whole: Any) -> None:
    (folder / "model.onnx").write_bytes(whole.SerializeToString())


def small(**shapes: Any) -> Any:
    """Convolution, relu and a linear layer; two inputs where a second one is given."""
    nodes = [node("Conv", "x w", "c"), node("Relu", "c", "r"), node("Flatten", "r", "f")]
    last = node("Add", "g z") if "z" in shapes else node("Identity", "g")
    nodes += [node("Gemm", "f v", "g", transB=1), last]
    constants = {"w": bell(1, "w", (2, 3, 3, 3)).astype(F), "v": bell(1, "v", (4, 72)).astype(F)}
    return model(nodes, {"x": (1, 3, 8, 8), **shapes}, constants)


def test_a_model_of_ours_is_verified_with_its_class(opencl: Session, tmp_path: Path) -> None:
    package()
    write(tmp_path, network_model(LENET5, seeded_weights(LENET5, 0)))
    options = ("--device", device_name(opencl), "--image", FOLDER / "cat.png", "--json", "-")
    ours = clgold("verify", "lenet5", *options, folder=tmp_path)
    found = clgold("verify", "model.onnx", *options, folder=tmp_path)
    assert (found.code, found.stderr) == (0, "")
    ends = [one.json["end_to_end"][0]["reference_class"] for one in (ours, found)]
    assert ends[0] == ends[1]
    layers = [one["layer"] for one in found.json["nodes"]]
    assert layers == [one.layer for one in LENET5.nodes]


def test_a_model_without_classes_is_verified_on_photographs(
    opencl: Session, tmp_path: Path
) -> None:
    write(tmp_path, small(z=(1, 4)))
    done = clgold("verify", "model.onnx", "--device", device_name(opencl), folder=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    for name in ("cat.png", "rocket.png", "1×2×6×6", "verdict: pass"):
        assert name in done.stdout
    assert "class" not in done.stdout.split("end to end")[1]


def test_an_input_that_is_no_image_gets_seeded_values(opencl: Session, tmp_path: Path) -> None:
    write(tmp_path, model([node("Tanh", "x")], {"x": ("batch", 5)}))
    options = ("--device", device_name(opencl), "--json", "-")
    done = clgold("verify", "model.onnx", *options, folder=tmp_path)
    assert done.code == 0
    assert done.stderr == "model.onnx: the batch of 'x' (batch) is taken to be 1\n"
    images = [one["image"] for one in json.loads(done.stdout)["end_to_end"]]
    assert images == ["seed 0", "seed 1"]


def test_an_image_for_an_input_that_takes_none_is_refused(tmp_path: Path) -> None:
    write(tmp_path, model([node("Tanh", "x")], {"x": (2, 5)}))
    options = ("--image", FOLDER / "cat.png")
    done = clgold("verify", "model.onnx", *options, folder=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == "clgold: --image: the input of model has shape (2, 5), no image's\n"


def test_a_kernel_that_is_wrong_is_found_in_a_model(opencl: Session, tmp_path: Path) -> None:
    write(tmp_path, small())
    (tmp_path / "mine.py").write_text(BROKEN)
    (tmp_path / "mine.cl").write_text(SOURCE)
    options = ("--device", device_name(opencl), "--kernels", "mine.py", "--json", "-")
    done = clgold("bisect", "model.onnx", *options, folder=tmp_path)
    assert done.code == 1, done.stderr
    faults = done.json["faults"]
    assert [one["layers"] if "layers" in one else one["layer"] for one in faults] == ["relu"]


def test_buffers_that_another_program_dumped_are_compared_with_a_model(tmp_path: Path) -> None:
    write(tmp_path, model([node("Tanh", "x", "t"), node("Relu", "t")], {"x": (2, 5)}))
    x = bell(3, "x", (2, 5)).astype(F)
    wrong = np.maximum(np.tanh(x), 0)
    wrong[1, 4] += 1
    (tmp_path / "dump").mkdir()
    for name, values in {"x": x, "t": np.tanh(x), "y": wrong}.items():
        np.save(tmp_path / "dump" / f"{name}.npy", values)
    done = clgold("bisect", "model.onnx", "--trace", "dump", folder=tmp_path)
    assert done.code == 1, done.stderr
    assert "fault: y: wrong: 1 of 10 elements" in done.stdout


@pytest.mark.parametrize("command", ["plan", "summary"])
def test_a_models_tables_are_those_of_the_network(command: str, tmp_path: Path) -> None:
    package()
    write(tmp_path, network_model(LENET5, seeded_weights(LENET5, 0)))
    ours = clgold(command, "lenet5", "--json", "-", folder=tmp_path).json
    found = clgold(command, "model.onnx", "--json", "-", folder=tmp_path).json
    if command == "summary":
        assert found["total"] == ours["total"]
    else:
        assert [one["writes"]["shape"] for one in found] == [one["writes"]["shape"] for one in ours]


def test_the_documentations_example_runs(opencl: Session, tmp_path: Path) -> None:
    package()
    write(tmp_path, network_model(LENET5, seeded_weights(LENET5, 0)))
    text = (Path(__file__).parents[2] / "docs" / "onnx.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    ours, kernels = done.stdout.splitlines()
    assert ours == kernels


def test_the_documentation_lists_what_is_read() -> None:
    docs = Path(__file__).parents[2] / "docs"
    text = (docs / "onnx.md").read_text(encoding="utf-8")
    listed = text.partition("## What is read")[2].partition("Anything else")[0]
    columns = re.findall(r"\| (\w+) \|$", (docs / "layers.md").read_text("utf-8"), re.MULTILINE)
    assert set(READERS) <= {*re.findall(r"\w+", listed), *columns}
