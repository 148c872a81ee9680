"""Dumps in other orders and precisions, of other images, and what dump.toml says of them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from docs_test import blocks
from dumps import BUFFERS, OUTPUTS, another_eps, dump, traced
from harness.command import clgold

from clgold.device.layouts import find_layout
from clgold.diagnosis.bisect.formats import Format
from clgold.diagnosis.bisect.other_images import MEAN, STD, other_input
from clgold.diagnosis.bisect.spread import recomputed
from clgold.diagnosis.bisect.stretch import Stretch, explain_stretch
from clgold.diagnosis.bisect.stretches import bisect_trace
from clgold.diagnosis.bisect.trace import read_trace
from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import Arrays, seeded_weights
from clgold.networks import CIFAR10, STN
from clgold.reference import conv2d, max_pool2d
from clgold.reference.spec import InputError

IMAGES = ("inout_buf", "inout1_buf", *(f"inout{k}_buf" for k in range(3, 10)))
WRONG_EPS = {"bn1.batch_norm": another_eps}


def flipped(input: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A true convolution."""
    return conv2d(input, np.ascontiguousarray(weight[:, :, ::-1, ::-1]), bias)


def judged(folder: Path) -> dict[str, Stretch]:
    """The dumped buffers of the first photograph, by name."""
    trace, image = read_trace(folder, STN), load_image(photographs()[0], (1, 1, 32, 32))
    return {one.buffer: one for one in bisect_trace(STN, seeded_weights(STN, 0), image, trace)}


def faulty(folder: Path) -> list[str]:
    return [name for name, one in judged(folder).items() if one.faulty]


def packed(values: Arrays, layout: str) -> Arrays:
    """The values with every image in that layout."""
    images = {OUTPUTS[name] for name in IMAGES}
    return {
        name: find_layout(layout).pack(one, 0.0) if name in images else one
        for name, one in values.items()
    }


@pytest.mark.parametrize("layout", ["NHWC", "NC8HW8"])
@pytest.mark.parametrize("node", ["stn_conv1.conv2d", "conv2.conv2d", "bn1.batch_norm"])
def test_one_fault_in_a_dump_of_another_order_is_one(
    node: str, layout: str, tmp_path: Path
) -> None:
    values = traced({node: another_eps if "norm" in node else flipped})
    found = judged(dump(tmp_path / "dump", packed(values, layout)))
    (wrong,) = (one for one in found.values() if one.faulty)
    assert (wrong.kernels, wrong.layout[:4]) == (
        (node.partition(".")[0],),
        layout[:2] + layout[2:4] if layout == "NHWC" else "NCHW",
    )
    assert np.array_equal(wrong.got, values[wrong.node])


def test_a_told_order_is_the_order(tmp_path: Path) -> None:
    folder = dump(tmp_path / "dump", packed(traced(WRONG_EPS), "NHWC"))
    (folder / "dump.toml").write_text('layout = "NHWC"\n')
    found = judged(folder)
    assert [name for name, one in found.items() if one.faulty] == ["inout5_buf"]
    why = explain_stretch(found["inout5_buf"]).explanation
    assert why is not None
    assert why.cause.name == "eps 1e-3"
    (folder / "dump.toml").write_text('layout = "NHWC"\n[buffer.bn1]\nlayout = "NCHW"\n')
    assert len(faulty(folder)) > 1, "what is told is not guessed"


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_numbers_of_16_bits_are_judged_at_their_precision(name: str, tmp_path: Path) -> None:
    kept = Format(name)
    folder = dump(tmp_path / "dump", traced(kept=kept))
    said = read_trace(folder, STN).said
    assert len(said) == 1
    assert f"is a {name}: judged at that precision" in said[0]
    assert faulty(folder) == []
    folder = dump(tmp_path / "wrong", traced({"conv2.conv2d": flipped, **WRONG_EPS}, kept=kept))
    assert faulty(folder) == (["inout5_buf", "inout6_buf"] if name == "float16" else ["inout6_buf"])


@pytest.mark.parametrize("accumulated", [np.float16, np.float32])
def test_float16_may_be_summed_in_float16(accumulated: type, tmp_path: Path) -> None:
    def half(input: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
        total = np.zeros((1, weight.shape[0]), accumulated)
        for k in range(weight.shape[1]):
            total += (input[:, k] * weight[:, k]).astype(accumulated)
        return total.astype(np.float16) + bias.astype(np.float16)

    faults = {f"{name}.linear": half for name in ("FC1", "FC2", "FC3")}
    assert faulty(dump(tmp_path / "dump", traced(faults, kept=Format("float16")))) == []


def test_one_rounded_buffer_is_a_fault(tmp_path: Path) -> None:
    def rounded(input: np.ndarray, **attributes: object) -> np.ndarray:
        return Format("float16").nearest(max_pool2d(input, **attributes).astype(np.float32))

    folder = dump(tmp_path / "dump", traced({"conv2.max_pool2d": rounded}))
    assert read_trace(folder, STN).said == ()
    assert faulty(folder) == ["inout6_buf"]


def raw(folder: Path, values: Arrays, convert: Callable[[np.ndarray], np.ndarray]) -> None:
    """Every float result as raw numbers that a host made of it."""
    folder.mkdir()
    for name in BUFFERS[:-1]:
        (folder / f"{name}.bin").write_bytes(convert(values[OUTPUTS[name]]).tobytes())


def bits_of_bfloat16(values: np.ndarray) -> np.ndarray:
    return (Format("bfloat16").nearest(values).view(np.uint32) >> 16).astype("<u2")


RAW = {"float16": lambda values: values.astype("<f2"), "bfloat16": bits_of_bfloat16}


@pytest.mark.parametrize("name", RAW)
def test_raw_numbers_of_16_bits_need_their_dtype(name: str, tmp_path: Path) -> None:
    raw(tmp_path / "dump", traced(kept=Format(name)), RAW[name])
    with pytest.raises(InputError, match=r"bytes, expected .*\(dump\.toml may say another dtype"):
        read_trace(tmp_path / "dump", STN)
    (tmp_path / "dump" / "dump.toml").write_text(f'dtype = "{name}"\n')
    assert faulty(tmp_path / "dump") == []


def test_numpy_says_float16_itself(tmp_path: Path) -> None:
    values = traced(kept=Format("float16"))
    halves = {
        name: v.astype(np.float16) if v.dtype == np.float32 else v for name, v in values.items()
    }
    assert faulty(dump(tmp_path / "dump", halves)) == []


def quantised(folder: Path, values: Arrays, unsigned: bool) -> None:
    """Every result as whole numbers of 8 bits, with its scale and zero point in dump.toml."""
    folder.mkdir()
    dtype, low, high = (np.uint8, 0, 255) if unsigned else (np.int8, -128, 127)
    text = ""
    for name in BUFFERS[:-1]:
        made = values[OUTPUTS[name]]
        scale = float(made.max() - made.min()) / 250
        zero = int(np.clip(round(low + 2 - made.min() / scale), low, high))
        whole = np.clip(np.round(made / scale) + zero, low, high).astype(dtype)
        np.save(folder / f"{name}.npy", whole)
        text += (
            f'[buffer.{name}]\ndtype = "{dtype.__name__}"\nscale = {scale!r}\nzero_point = {zero}\n'
        )
    (folder / "dump.toml").write_text(text)


@pytest.mark.parametrize("unsigned", [False, True])
def test_whole_numbers_are_judged_by_their_scale(unsigned: bool, tmp_path: Path) -> None:
    right = traced()
    quantised(tmp_path / "dump", right, unsigned)
    # Each kernel works on what was quantised before it: one alone is the reference's own result.
    for name in BUFFERS[1:-1]:
        (tmp_path / "dump" / f"{name}.npy").unlink()
    assert faulty(tmp_path / "dump") == []
    first = tmp_path / "dump" / "inout_buf.npy"
    whole = np.load(first)
    whole[0, 3] += 2
    np.save(first, whole)
    assert faulty(tmp_path / "dump") == ["inout_buf"]


def test_what_was_not_dumped_is_not_called_right(tmp_path: Path) -> None:
    values = traced({"stn_conv1.conv2d": flipped})
    folder = dump(tmp_path / "dump", values, ["inout_buf", "inout4_buf"])
    answer = clgold("bisect", "stn", "--trace", folder, "--json", "-", folder=tmp_path)
    assert answer.json["nodes"][0]["from"] == {"source_image": None}
    fault = answer.json["faults"][0]
    assert fault["between"] == "between source_image, which was not dumped, and inout_buf"
    assert "bn1" in answer.json["not_judged"]
    assert "conv1" not in answer.json["not_judged"]


PREPARED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "× 255": lambda x: x * np.float32(255),
    "/ 256": lambda x: x * np.float32(255 / 256),
    "mean 0.5 and std 0.5": lambda x: (x - np.float32(0.5)) / np.float32(0.5),
    "MNIST's mean and std": lambda x: (x - np.float32(0.1307)) / np.float32(0.3081),
    "its own mean subtracted": lambda x: x - x.mean(),
    "inverted": lambda x: 1 - x,
    "upside down": lambda x: x[:, :, ::-1],
    "left for right": lambda x: x[:, :, :, ::-1],
    "rows and columns exchanged": lambda x: x.swapaxes(2, 3),
    "cat.png": lambda x: load_image(photographs()[1], x.shape),
}


def looked_for(folder: Path, image: tuple[str, np.ndarray]) -> tuple[list[str], str]:
    """The faulty buffers, and the message of an input that is another image."""
    trace, weights = read_trace(folder, STN), seeded_weights(STN, 0)
    found = bisect_trace(STN, weights, image[1], trace)
    other = other_input(STN, weights, image, trace, None, found)
    if other is None:
        return [one.buffer for one in found if one.faulty], ""
    assert other.fault is not None
    return [one.buffer for one in other.stretches if one.faulty], other.fault.found.message


def imagenet(x: np.ndarray) -> np.ndarray:
    mean, std = (np.array(one, np.float32).reshape(3, 1, 1) for one in (MEAN, STD))
    return (x - mean) / std


COLOURED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the channels in reverse order (BGR)": lambda x: x[:, ::-1],
    "HWC bytes read as CHW": lambda x: x.transpose(0, 2, 3, 1).reshape(x.shape),
    "ImageNet's mean and std": imagenet,
    "× 255, BGR": lambda x: x[:, ::-1] * np.float32(255),
}


@pytest.mark.parametrize("name", COLOURED)
def test_another_coloured_image_is_named(name: str, tmp_path: Path) -> None:
    shape = CIFAR10.inputs["data"]
    image, weights = load_image(photographs()[0], shape), seeded_weights(CIFAR10, 0)
    other = np.ascontiguousarray(COLOURED[name](image))
    values = recomputed(CIFAR10, {**weights, "data": other}, {})
    np.save(tmp_path / "conv1.npy", values["conv1"])
    trace = read_trace(tmp_path, CIFAR10)
    found = bisect_trace(CIFAR10, weights, image, trace)
    match = other_input(CIFAR10, weights, ("sky.png", image), trace, None, found)
    assert match is not None
    assert match.fault is not None
    assert match.fault.found.message.endswith(f"it matches sky.png, {name}")
    assert not any(one.faulty for one in match.stretches)


@pytest.mark.parametrize("name", PREPARED)
def test_another_image_is_named_and_no_kernel(name: str, tmp_path: Path) -> None:
    image = load_image(photographs()[0], (1, 1, 32, 32))
    other = np.ascontiguousarray(PREPARED[name](image))
    folder = dump(tmp_path / "dump", traced(image=other), ["inout_buf", "inout3_buf", "inout4_buf"])
    faults, message = looked_for(folder, ("sky.png", image))
    what = name if name.endswith(".png") else f"sky.png, {name}"
    assert (faults, message) == ([], f"the input is not this image: it matches {what}")


def test_the_command_blames_the_input(tmp_path: Path) -> None:
    image = load_image(photographs()[0], (1, 1, 32, 32)) * np.float32(255)
    folder = dump(tmp_path / "dump", traced(image=image), ["inout_buf"])
    answer = clgold("bisect", "stn", "--trace", folder, "--json", "-", folder=tmp_path)
    (fault,) = answer.json["faults"]
    assert (answer.code, fault["node"]) == (1, "source_image")
    assert "the input is not this image: it matches astronaut.png" in fault["message"]
    assert fault["message"].endswith(", × 255")


def test_a_kernel_that_turns_its_input_is_the_kernels_fault(tmp_path: Path) -> None:
    def turned(input: np.ndarray, *rest: np.ndarray) -> np.ndarray:
        return conv2d(np.ascontiguousarray(input.swapaxes(2, 3)), *rest)

    image = load_image(photographs()[0], (1, 1, 32, 32))
    folder = dump(tmp_path / "dump", traced({"stn_conv1.conv2d": turned}))
    assert looked_for(folder, ("sky.png", image)) == (["inout_buf"], "")


TOLD = {
    "no TOML": ("image = \n", "cannot be read: "),
    "another key": ("lay = 1\n", "there is no 'lay', expected image, dtype"),
    "another dtype": ('dtype = "fp16"\n', "dtype 'fp16', expected one of float32, float16"),
    "another layout": ('layout = "HCWNX"\n', "layout 'HCWNX': expected one such as NHWC"),
    "another buffer": ("[buffer.conv9]\n", "[buffer.conv9]: there is no such buffer"),
    "a list": ("buffer = [1]\n", "expected [buffer.NAME] for each buffer"),
    "no scale": ('[buffer.conv1]\ndtype = "int8"\n', "int8 needs a scale above 0"),
    "scale 0": ('[buffer.conv1]\ndtype = "int8"\nscale = 0\n', "int8 needs a scale above 0"),
    "a scale alone": ("[buffer.conv1]\nscale = 0.5\n", "need a dtype, int8 or uint8"),
    "a scale of halves": ('dtype = "float16"\nscale = 0.5\n', "are for int8 and uint8"),
    "zero beyond": (
        '[buffer.conv1]\ndtype = "int8"\nscale = 1\nzero_point = 128\n',
        "zero_point 128, expected -128 to 127",
    ),
    "a layout of vectors": (
        '[buffer.FC2]\nlayout = "NHWC"\n',
        "layout 'NHWC' is not one of (1, 6)",
    ),
    "a file twice": (
        '[buffer.conv1]\nfile = "a"\n[buffer.bn1]\nfile = "a"\n',
        "file 'a', expected",
    ),
    "a number for a text": ("image = 3\n", "image is 3, expected a text"),
    "infinite": ('[buffer.conv1]\ndtype = "int8"\nscale = inf\n', "int8 needs a scale above 0"),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_description_that_says_nothing_is_refused(case: str, tmp_path: Path) -> None:
    text, reason = TOLD[case]
    (tmp_path / "dump.toml").write_text(text)
    np.save(tmp_path / "FC2.npy", np.zeros((1, 6), np.float32))
    with pytest.raises(InputError) as refused:
        read_trace(tmp_path, STN)
    assert str(refused.value).startswith("dump.toml")
    assert reason in str(refused.value)


def test_the_documented_description_is_one(tmp_path: Path) -> None:
    (text,) = (one for one in blocks("bisect.md", "toml") if "[buffer." in one)
    (tmp_path / "dump.toml").write_text(text)
    shutil.copy(photographs()[0], tmp_path / "sign.png")
    values = traced(kept=Format("float16"))
    half = {name: one.astype("<f2") for name, one in values.items() if one.dtype == np.float32}
    sampled = np.clip(np.round(values["STN_func.grid_sample"] * 256), 0, 255).astype(np.uint8)
    files = {
        "first_layer": find_layout("NHWC").pack(half["stn_conv1.elu"], 0.0),
        "inout1_buf": find_layout("NHWC").pack(half["stn_conv2.elu"], 0.0),
        "theta_buf": half["FC2.linear"],
        "inout3_buf": sampled,
        "stn_conv1_wt": values["stn_conv1_wt"].astype("<f4"),
    }
    for name, one in files.items():
        (tmp_path / f"{name}.bin").write_bytes(one.tobytes())
    answer = clgold("bisect", "stn", "--trace", tmp_path, "--json", "-", folder=tmp_path)
    assert (answer.code, answer.json["images"]) == (0, ["sign.png"]), answer.stdout
    dtypes = {one["name"]: one["dtype"] for one in answer.json["nodes"]}
    assert (dtypes["inout_buf"], dtypes["inout3_buf"]) == ("float16", "uint8")
