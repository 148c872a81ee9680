"""A model that nobody honest wrote: one sentence, exit code 2, nothing read beyond its folder."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models.making import model, node, package

from clgold.conformance.commands import cli

Spoil = Callable[[], Any]
F = np.float32
HUGE = 10**12
IMAGE = {"x": (1, 3, 8, 8)}
WIDE = {"kernel_shape": [3, 3], "pads": [2, 2, 2, 2]}
NARROW = {"kernel_shape": [2, 1], "pads": [2, 0, 2, 0], "dilations": [2, 1]}


@pytest.fixture
def refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Verify model.onnx of these bytes, or of that model, and return the sentence of refusal."""
    package()
    monkeypatch.chdir(tmp_path)

    def run(content: Any, command: str = "verify") -> str:
        whole = content if isinstance(content, bytes) else content.SerializeToString()
        (tmp_path / "model.onnx").write_bytes(whole)
        with np.errstate(), pytest.raises(SystemExit) as end:
            cli.main([command, "model.onnx"])
        stdout, stderr = capsys.readouterr()
        assert end.value.code == 2, stderr
        assert stdout == ""
        assert stderr.count("\n") == 1
        assert stderr.startswith("clgold: model model.onnx: ")
        return stderr.removeprefix("clgold: model model.onnx: ").rstrip()

    return run


def relu(**changes: Any) -> Any:
    return model([node("Relu", "x")], {"x": (1, 3, 4, 4)}, checked=False, **changes)


def edited(change: Callable[[Any], object]) -> Any:
    whole = relu()
    change(whole)
    return whole


def of_constant(array: Any, **changes: Any) -> Any:
    """x + w, with w as given."""
    add = [node("Add", "x w")]
    return model(add, {"x": (2, 3)}, {"w": array}, checked=False, **changes)


def of_tensor(change: Callable[[Any], object]) -> Any:
    """x + w, with w's TensorProto changed."""
    whole = of_constant(np.ones((2, 3), F))
    change(whole.graph.initializer[0])
    return whole


def unlike(**fields: Any) -> Any:
    """w with other dims, or other bytes."""

    def change(tensor: Any) -> None:
        for name, value in fields.items():
            if name == "dims":
                del tensor.dims[:]
                tensor.dims.extend(value)
            else:
                setattr(tensor, name, value)

    return of_tensor(change)


def gemm(**attributes: Any) -> Any:
    return model([node("Gemm", "x w", **attributes)], {"x": (2, 3)}, {"w": np.ones((3, 4), F)})


def conv(weight: tuple[int, ...] = (2, 3, 3, 3), **attributes: Any) -> Any:
    given, constants = {"x": (1, 3, 8, 8)}, {"w": np.ones(weight, F)}
    return model([node("Conv", "x w", **attributes)], given, constants, checked=False)


def shaped(shape: list[int], operator: str = "Reshape") -> Any:
    constants = {"s": np.array(shape, np.int64)}
    return model([node(operator, "x s")], {"x": (2, 3)}, constants)


def filled(shape: list[int]) -> Any:
    nodes = [node("ConstantOfShape", "s", "c"), node("Add", "x c")]
    return model(nodes, {"x": (2, 3)}, {"s": np.array(shape, np.int64)})


SPOILED: dict[str, tuple[Spoil, str]] = {
    "no bytes": (lambda: b"", "holds no graph, or one without outputs"),
    "text": (lambda: b"once upon a time", "cannot be read as an ONNX model"),
    "cut off": (lambda: relu().SerializeToString()[:-30], "cannot be read|no graph|not a valid"),
    "no operators imported": (
        lambda: edited(lambda m: m.ClearField("opset_import")),
        "imports ONNX's operators 0 times",
    ),
    "an opset too old": (lambda: relu(opset=7), "has opset 7, expected 8 to"),
    "an opset of the future": (lambda: relu(opset=999), "has opset 999, expected 8 to"),
    "a cycle": (
        lambda: model(
            [node("Add", "x b", "a"), node("Relu", "a", "b")],
            {"x": (2, 3)},
            outputs=("b",),
            checked=False,
        ),
        "is not a valid model: Nodes in a graph must be topologically sorted",
    ),
    "a node that reads itself": (
        lambda: model([node("Relu", "y")], {"x": (2,)}, checked=False),
        "is not a valid model: Nodes in a graph must be topologically sorted",
    ),
    "an input that nothing gives": (
        lambda: model([node("Add", "x z")], {"x": (2,)}, checked=False),
        "is not a valid model: Nodes in a graph must be topologically sorted",
    ),
    "an output that nothing gives": (
        lambda: model([node("Relu", "x")], {"x": (2,)}, outputs=("z",), checked=False),
        "output 'z': no layer gives it|is not a valid model",
    ),
    "two values of one name": (
        lambda: model([node("Relu", "x"), node("Tanh", "x")], {"x": (2,)}, checked=False),
        "is not a valid model: .*SSA",
    ),
    "an attribute that the operator has not": (
        lambda: model([node("Relu", "x", slope=2)], {"x": (2,)}, checked=False),
        "is not a valid model: Unrecognized attribute: slope",
    ),
    "an attribute of another type": (
        lambda: model([node("Elu", "x", alpha="one")], {"x": (2,)}, checked=False),
        "is not a valid model",
    ),
    "an operator that we lack": (
        lambda: model([node("Mish", "x")], {"x": (2,)}),
        "node 'y': clgold has no layer for the operator Mish",
    ),
    "an operator of a stranger's": (
        lambda: model([node("Relu", "x", domain="org.example")], {"x": (2,)}, checked=False),
        "no layer for the operator org.example.Relu|not a valid model",
    ),
    "an input of 10^12 elements": (
        lambda: model([node("Relu", "x")], {"x": (HUGE,)}),
        "input 'x' has shape (1000000000000,), 1000000000000 elements, expected at most",
    ),
    "a constant of 10^12 elements": (
        lambda: unlike(dims=[HUGE]),
        "array 'w' has shape (1000000000000,), 1000000000000 elements",
    ),
    "a filled array of 10^12 elements": (
        lambda: filled([10**6, 10**6]),
        "node 'c' (ConstantOfShape): its output 'c' has shape (1000000, 1000000)",
    ),
    "a filled array of a negative length": (lambda: filled([2, -3]), "expected no negative"),
    "an output of 10^10 elements": (
        lambda: conv(pads=[10**5] * 4),
        "node 'y' (Conv): the output of its conv2d has shape",
    ),
    "an output of 10^12 elements": (
        lambda: conv(pads=[10**6] * 4),
        "node 'y' (Conv): conv2d: the output has shape (1, 2, 2000006, 2000006), expected at most",
    ),
    "copies without number": (
        lambda: model([node("Add", "x z")], {"x": (9999, 1), "z": (1, 9999)}),
        "would be copied 9999 times",
    ),
    "a negative length": (lambda: unlike(dims=[-2, -3]), "expected no negative lengths"),
    "fewer bytes than numbers": (lambda: unlike(dims=[2, 4]), "array 'w'|not a valid model"),
    "more bytes than numbers": (lambda: unlike(raw_data=bytes(400)), "array 'w'|not a valid"),
    "no bytes for numbers": (lambda: unlike(raw_data=b""), "array 'w'|not a valid model"),
    "a dtype that ONNX has not": (lambda: unlike(data_type=99), "array 'w'|not a valid model"),
    "float64": (lambda: of_constant(np.ones((2, 3))), "its input 'w' is float64, expected float32"),
    "integers": (lambda: of_constant(np.ones((2, 3), int)), "its input 'w' is int64"),
    "NaN": (lambda: of_constant(np.full((2, 3), np.nan, F)), "'w' holds NaN or infinity"),
    "no elements": (lambda: of_constant(np.ones((0, 3), F)), "node 'y' (Add): "),
    "an input without elements": (
        lambda: model([node("Relu", "x")], {"x": (1, 0)}),
        "input 'x': axis 1 is 0, expected a positive length",
    ),
    "a height that is not known": (
        lambda: model([node("Relu", "x")], {"x": (1, 3, "height", 4)}),
        "input 'x': axis 2 is height, expected a positive length",
    ),
    "an input without a shape": (
        lambda: model([node("Relu", "x")], {"x": None}, checked=False),
        "input 'x' has no shape|is not a valid model",
    ),
    "no input that matters": (
        lambda: model([node("Relu", "w")], {"x": (2,)}, {"w": np.ones(2, F)}),
        "its outputs depend on no input",
    ),
    "a shape that does not fit": (lambda: shaped([4]), "does not hold its input's (2, 3)"),
    "two lengths left open": (lambda: shaped([-1, -1]), "expected lengths and at most one -1"),
    "a length below": (lambda: shaped([-2, 3]), "expected lengths and at most one -1"),
    "a length kept of an axis that is none": (lambda: shaped([0, 0, 0]), "keeps axis 2"),
    "a length that overflows": (lambda: shaped([2**62, 2**62]), "does not hold its input's"),
    "a shape known too late": (
        lambda: model([node("Reshape", "x s")], {"x": (2,), "s": (1,)}, checked=False),
        "node 'y' (Reshape): its input 's' must be a constant",
    ),
    "matrices that do not fit": (lambda: gemm(transB=1), "node 'y' (Gemm): linear: weight has"),
    "a window without taps": (lambda: conv((2, 3, 0, 3)), "node 'y' (Conv): "),
    "a window of other taps": (lambda: conv(kernel_shape=[5, 5]), "filters are (3, 3)"),
    "pads of one side": (lambda: conv(pads=[1, 1]), "pads is [1, 1], expected 4"),
    "pads below 0": (lambda: conv(pads=[-1, 0, 0, 0]), "pads is [-1, 0, 0, 0], expected 4 of"),
    "strides of 0": (lambda: conv(strides=[0, 1]), "strides is [0, 1], expected 2 of at least 1"),
    "pads twice": (
        lambda: conv(pads=[1, 1, 1, 1], auto_pad="SAME_UPPER"),
        "beside auto_pad 'SAME_UPPER', expected one of the two",
    ),
    "pads of a kind unheard of": (lambda: conv(auto_pad="AROUND"), "auto_pad is 'AROUND'"),
    "more groups than channels": (lambda: conv(group=2), "groups is 2, which must divide"),
    "a window beyond the image": (
        lambda: model([node("MaxPool", "x", kernel_shape=[9, 9])], {"x": (1, 3, 8, 8)}),
        "node 'y' (MaxPool): max_pool2d: a window spans 9",
    ),
    "windows of padding": (
        lambda: model([node("MaxPool", "x", kernel_shape=[3, 3], pads=[3, 0, 0, 0])], IMAGE),
        "node 'y' (MaxPool): padding ((3, 0), (0, 0)): a window may see nothing but padding",
    ),
    "dilated windows of padding": (
        lambda: model([node("MaxPool", "x", **NARROW)], {"x": (1, 1, 1, 3)}),
        "node 'y' (MaxPool): padding ((2, 2), (0, 0)): a window may see nothing but padding",
    ),
    "wide padding with ceil_mode": (
        lambda: model([node("AveragePool", "x", **WIDE, ceil_mode=1)], IMAGE),
        "is more than half of the window, with ceil_mode",
    ),
    "an axis beyond": (
        lambda: model([node("Softmax", "x", axis=5)], {"x": (2, 3)}),
        "node 'y' (Softmax): axis is 5, expected -2 to 1",
    ),
    "axes in no order": (
        lambda: model([node("Transpose", "x", perm=[0, 0])], {"x": (2, 3)}),
        "perm is [0, 0], expected the axes of (2, 3) in some order",
    ),
    "shapes that do not broadcast": (
        lambda: model([node("Add", "x z")], {"x": (2, 3), "z": (2, 4)}),
        "shapes (2, 3) and (2, 4) do not broadcast",
    ),
    "a negative variance": (
        lambda: model(
            [node("BatchNormalization", "x s s s v")],
            {"x": (1, 2, 3, 3)},
            {"s": np.ones(2, F), "v": np.array([1, -1], F)},
        ),
        "'v' holds a negative variance",
    ),
    "three dimensions": (
        lambda: model([node("GlobalMaxPool", "x")], {"x": (2, 3)}),
        "expected (N, C, …)",
    ),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_cannot_be_used_is_refused_with_one_sentence(
    refuse: Callable[..., str], case: str
) -> None:
    spoil, sentence = SPOILED[case]
    pattern = sentence if "|" in sentence or ".*" in sentence else re.escape(sentence)
    assert re.search(pattern, refuse(spoil()))


def test_no_model_that_is_cut_off_anywhere_does_more_than_be_refused(
    refuse: Callable[..., str],
) -> None:
    whole = conv().SerializeToString()
    for length in range(0, len(whole) - 1, 7):
        assert refuse(whole[:length])


@pytest.mark.parametrize("seed", range(40))
def test_no_changed_byte_does_more_than_change_the_model_or_be_refused(seed: int) -> None:
    """Whatever is read is a model; whatever is not is refused by the error that is due."""
    from clgold.networks.onnx import Model, ModelError, read_proto
    from clgold.reference.generator import integers

    content = bytearray(conv().SerializeToString())
    at, new = integers(seed, "byte", (2,), 0, 255)
    content[int(at) * len(content) // 256] = int(new)
    try:
        proto = package().ModelProto.FromString(bytes(content))
    except Exception:  # protobuf's own, which `load` turns into a sentence
        proto = package().ModelProto()
    outcome: object
    try:
        outcome = read_proto(proto, {})
    except ModelError as reason:
        outcome = reason
    assert isinstance(outcome, Model | ModelError)


OUTSIDE: dict[str, str] = {
    "a path upwards": "../secret.bin",
    "a path upwards, later": "data/../../secret.bin",
    "an absolute path": "{folder}/secret.bin",
    "a link": "link.bin",
    "the folder itself": ".",
    "no name": "",
}


def external(location: str, **entries: int) -> Any:
    """x + w, the numbers of w in a file."""

    def change(tensor: Any) -> None:
        tensor.ClearField("raw_data")
        tensor.data_location = package().TensorProto.EXTERNAL
        for key, value in {"location": location, **entries}.items():
            tensor.external_data.add(key=key, value=str(value))

    return of_tensor(change)


@pytest.mark.parametrize("case", OUTSIDE)
def test_data_outside_the_models_folder_are_not_read(
    refuse: Callable[..., str], tmp_path: Path, case: str
) -> None:
    secret = tmp_path.parent / "secret.bin"
    secret.write_bytes(np.full(6, 42, F).tobytes())
    (tmp_path / "data").mkdir()
    (tmp_path / "link.bin").symlink_to(secret)
    location = OUTSIDE[case].format(folder=tmp_path.parent)
    sentence = refuse(external(location))
    assert f"array 'w': its data are in {location!r}" in sentence
    assert "42" not in sentence


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"offset": 4}, "is not a valid model"),
        ({"offset": -4}, "bytes -4 to"),
        ({"offset": 0, "length": 400}, "bytes 0 to 400 of 'w.bin', which has 24"),
        ({"offset": "first"}, "offset and length must be integers"),
    ],
)
def test_data_that_the_file_has_not_are_refused(
    refuse: Callable[..., str], tmp_path: Path, entries: dict[str, Any], sentence: str
) -> None:
    (tmp_path / "w.bin").write_bytes(np.ones(6, F).tobytes())
    assert sentence in refuse(external("w.bin", **entries))


def test_data_beside_the_model_are_read(tmp_path: Path) -> None:
    from clgold.networks.onnx import read_model

    package()
    values = np.arange(6, dtype=F)
    (tmp_path / "w.bin").write_bytes(b"1234" + values.tobytes())
    content = external("w.bin", offset=4, length=24).SerializeToString()
    (tmp_path / "model.onnx").write_bytes(content)
    found = read_model(tmp_path / "model.onnx")
    np.testing.assert_array_equal(found.weights["w"], values.reshape(2, 3))


@pytest.mark.parametrize("command", ["verify", "bisect", "plan", "summary"])
def test_every_command_refuses_alike(refuse: Callable[..., str], command: str) -> None:
    assert "has opset 999" in refuse(relu(opset=999), command)


def test_names_cannot_leave_a_folder(tmp_path: Path) -> None:
    """What a network's nodes are called becomes the name of files."""
    from clgold.networks.onnx import read_proto

    names = ["../../etc/passwd", "/absolute", "..", "a b;rm", "\N{SNOWMAN}", "x" * 500]
    nodes = [node("Relu", "x", f"y{k}", name=name) for k, name in enumerate(names)]
    outputs = tuple(f"y{k}" for k in range(len(names)))
    network = read_proto(model(nodes, {"x": (2,)}, outputs=outputs), {}).network
    found = [one.name for one in network.nodes]
    assert len(set(found)) == len(names)
    for name in found:
        assert re.fullmatch(r"[A-Za-z0-9_][\w.-]{0,110}", name, re.ASCII)
