"""What cannot be used is refused with one sentence, the right exit code, and nothing else.

The commands run in this process: a traceback would be an exception, and every case here has to be
refused before a device is opened.
"""

import io
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.command import clgold
from PIL import Image
from safetensors.numpy import save, save_file

from clgold.conformance.commands import cli
from clgold.device import probe
from clgold.device.drivers import Driver
from clgold.device.session import Session
from clgold.golden.photographs import FOLDER
from clgold.golden.weights import Arrays, seeded_weights
from clgold.networks import STN

CAT = FOLDER / "cat.png"
HEADER = "from clgold.device import variant\n"
BATCH_NORM = "def mine(cl, *operands, eps): ...\n"

Refuse = Callable[..., str]


@pytest.fixture
def refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refuse:
    """Run a command in an empty folder, and return the one sentence with which it refuses."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments: object, code: int = 2) -> str:
        with np.errstate(), pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        stdout, stderr = capsys.readouterr()
        assert end.value.code == code, stderr
        assert stdout == ""
        assert stderr.startswith("clgold: ")
        assert stderr.endswith("\n")
        assert stderr.count("\n") == 1
        assert list(folder.iterdir()) == []
        return stderr.removeprefix("clgold: ").rstrip()

    return run


@pytest.fixture(scope="module")
def weights() -> Arrays:
    return seeded_weights(STN, 0)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def npz(arrays: Arrays, save: Callable[..., None] = np.savez) -> bytes:
    """The arrays as the bytes of a .npz file."""
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def picture(image: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


IMAGES: dict[str, tuple[str, bytes, str]] = {
    "text": ("image.png", b"this is no picture\n", "not an image that Pillow can read"),
    "empty": ("image.png", b"", "not an image that Pillow can read"),
    "truncated": ("image.png", CAT.read_bytes()[:20000], "cannot be read: "),
    "header alone": ("image.png", CAT.read_bytes()[:40], "not an image that Pillow can read"),
    "of 32 bits": (
        "image.tiff",
        picture(Image.new("F", (8, 8)), "TIFF"),
        "has 32-bit pixels (F), expected 8 or 16 bits",
    ),
}


@pytest.mark.parametrize("case", IMAGES)
def test_an_image_that_is_none_is_refused(refuse: Refuse, tmp_path: Path, case: str) -> None:
    name, content, reason = IMAGES[case]
    path = written(tmp_path, name, content)
    said = refuse("verify", "stn", "--image", CAT, "--image", path)
    assert said.startswith(f"image {path}: {reason}")


MISSING = {"missing.png": "there is no such file", ".": "is a folder, expected a file"}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_image_is_refused(refuse: Refuse, name: str) -> None:
    assert refuse("verify", "stn", "--image", name) == f"image {name}: {MISSING[name]}"


def changed(arrays: Arrays, name: str, values: np.ndarray) -> Arrays:
    return arrays | {name: values}


def with_value(arrays: Arrays, name: str, index: int, value: float) -> Arrays:
    """The arrays with one element of one array replaced."""
    values = arrays[name].copy()
    values.flat[index] = value
    return arrays | {name: values}


def without(arrays: Arrays, name: str) -> Arrays:
    return {key: values for key, values in arrays.items() if key != name}


def objects(shape: tuple[int, ...]) -> np.ndarray:
    """An array that .npz can only hold pickled."""
    return np.full(shape, None, dtype=object)


ARRAYS: dict[str, tuple[Callable[[Arrays], Arrays], str]] = {
    "missing": (
        lambda w: without(w, "conv2_wt"),
        "array conv2_wt is missing, expected shape (150, 100, 3, 3)",
    ),
    "of another shape": (
        lambda w: changed(w, "fc1_wt", w["fc1_wt"].T),
        "fc1_wt has shape (1600, 100), expected (100, 1600)",
    ),
    "of one element more": (
        lambda w: changed(w, "fc2_bias", np.zeros(7, np.float32)),
        "fc2_bias has shape (7,), expected (6,)",
    ),
    "of float64": (
        lambda w: changed(w, "fc2_bias", np.zeros(6)),
        "fc2_bias has dtype float64, expected float32",
    ),
    "with a NaN": (lambda w: with_value(w, "fc2_wt", 101, np.nan), "fc2_wt holds nan at [1, 1]"),
    "with an infinity": (
        lambda w: with_value(w, "bn4_beta", 3, -np.inf),
        "bn4_beta holds -inf at [3]",
    ),
    "with a negative variance": (
        lambda w: with_value(w, "bn1_variance", 5, -1.0),
        "bn1_variance holds -1.0 at [5]; a variance is at least 0",
    ),
}


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("case", ARRAYS)
def test_an_array_that_does_not_fit_is_refused(
    refuse: Refuse, tmp_path: Path, weights: Arrays, case: str, suffix: str
) -> None:
    change, reason = ARRAYS[case]
    path = tmp_path / f"weights{suffix}"
    arrays = {name: np.ascontiguousarray(a) for name, a in change(weights).items()}
    np.savez(path, **arrays) if suffix == ".npz" else save_file(arrays, path)
    assert refuse("verify", "stn", "--weights", path) == f"weights {path}: {reason}"


NO_ARCHIVE = "not a .npz archive, or not the whole of one"

FILES: dict[str, tuple[str, Callable[[Arrays], bytes], str]] = {
    ".npy": ("w.npy", lambda w: b"", "expected a .npz or .safetensors file"),
    "no suffix": ("weights", lambda w: b"", "expected a .npz or .safetensors file"),
    ".npz of pickled objects": (
        "w.npz",
        lambda w: npz(changed(w, "fc2_bias", objects((6,)))),
        "fc2_bias has pickled objects, expected float32",
    ),
    ".npz that is a pickle": ("w.npz", lambda w: pickle.dumps(w), NO_ARCHIVE),
    ".npz truncated": ("w.npz", lambda w: npz(w)[:100000], NO_ARCHIVE),
    ".npz damaged inside": (
        "w.npz",
        lambda w: damaged(npz(w, np.savez_compressed)),
        "cannot be read as .npz: ",
    ),
    ".npz empty": ("w.npz", lambda w: b"", NO_ARCHIVE),
    ".npz that is one array": ("w.npz", lambda w: one_array(), NO_ARCHIVE),
    ".npz of text": ("w.npz", lambda w: b"no archive\n", NO_ARCHIVE),
    ".safetensors garbage": (
        "w.safetensors",
        lambda w: bytes(range(256)) * 8,
        "cannot be read as .safetensors: ",
    ),
    ".safetensors truncated": (
        "w.safetensors",
        lambda w: save(w)[:100000],
        "cannot be read as .safetensors: ",
    ),
    ".safetensors empty": ("w.safetensors", lambda w: b"", "cannot be read as .safetensors: "),
}


def damaged(archive: bytes) -> bytes:
    """The archive with a stretch of its first member's compressed data inverted."""
    middle = bytearray(archive)
    middle[400:600] = bytes(255 - byte for byte in middle[400:600])
    return bytes(middle)


def one_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize("case", FILES)
def test_weights_that_cannot_be_read_are_refused(
    refuse: Refuse, tmp_path: Path, weights: Arrays, case: str
) -> None:
    name, content, reason = FILES[case]
    path = written(tmp_path, name, content(weights))
    said = refuse("verify", "stn", "--weights", path)
    assert said.startswith(f"weights {path}: {reason}")
    assert not said.endswith(": "), "the reason is missing"


def test_weights_of_a_type_that_numpy_lacks_are_refused(
    refuse: Refuse, tmp_path: Path, weights: Arrays
) -> None:
    halves = save({name: a.astype(np.float16) for name, a in weights.items()})
    length = int.from_bytes(halves[:8], "little")
    header = halves[8 : 8 + length].rstrip().replace(b'"F16"', b'"BF16"')
    content = len(header).to_bytes(8, "little") + header + halves[8 + length :]
    path = written(tmp_path, "w.safetensors", content)
    assert refuse("verify", "stn", "--weights", path).startswith(f"weights {path}: ")


@pytest.mark.parametrize("name", ["none.npz", "none.safetensors"])
def test_missing_weights_are_refused(refuse: Refuse, name: str) -> None:
    said = refuse("verify", "stn", "--weights", name)
    assert said == f"weights {name}: there is no such file"


# The file's lines, and what is said of it after its name.
KERNEL_FILES: dict[str, tuple[str, str]] = {
    "syntax error": (HEADER + "def mine(:\n", ", line 2: invalid syntax"),
    "null byte": (HEADER + "\0\n", ": "),
    "no variants": ("import math\n", ": it declares no @variant"),
    "empty": ("", ": it declares no @variant"),
    "unknown layer": (
        HEADER + "@variant('conv3d', 'mine')\n" + BATCH_NORM,
        ": line 2: SpecError: unknown layer 'conv3d', expected one of conv2d, ",
    ),
    "unknown layer in a chain": (
        HEADER + "@variant('conv2d+swish', 'mine')\n" + BATCH_NORM,
        ": line 2: SpecError: unknown layer 'swish', expected one of conv2d, ",
    ),
    "layer twice in a chain": (
        HEADER + "@variant('elu+elu', 'mine')\n" + BATCH_NORM,
        ": line 2: SpecError: elu+elu: a chain holds each layer once",
    ),
    "exception": (HEADER + "import nowhere\n", ": line 2: ModuleNotFoundError: No module named"),
    "exit": ("import sys\n\nsys.exit(0)\n", ": line 3: SystemExit: 0"),
    "the same variant twice": (
        HEADER + 2 * ("@variant('batch_norm', 'mine')\n" + BATCH_NORM),
        ": declares batch_norm 'mine' twice",
    ),
}


@pytest.mark.parametrize("case", KERNEL_FILES)
def test_a_file_of_kernels_that_cannot_be_used_is_refused(
    refuse: Refuse, tmp_path: Path, case: str
) -> None:
    content, reason = KERNEL_FILES[case]
    path = written(tmp_path, "mine.py", content)
    said = refuse("verify", "stn", "--kernels", path)
    assert said.startswith(f"kernels {path}{reason}")


def test_a_line_is_named_of_a_file_with_a_relative_path_too(
    refuse: Refuse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "mine.py", "import nowhere\n")
    said = refuse("verify", "stn", "--kernels", Path("..") / "mine.py")
    assert said.startswith("kernels ../mine.py: line 1: ModuleNotFoundError")


@pytest.mark.parametrize("name", ["mine.py", "mine.cl", "."])
def test_missing_kernels_are_refused(refuse: Refuse, name: str) -> None:
    said = refuse("verify", "stn", "--kernels", name)
    assert said == f"kernels {name}: there is no such file"


def test_kernels_are_python_files(refuse: Refuse, tmp_path: Path) -> None:
    path = written(tmp_path, "mine.cl", "__kernel void mine() {}\n")
    said = refuse("verify", "stn", "--kernels", path)
    assert said == f"kernels {path}: expected a Python file that declares variants"


def test_kernels_that_the_view_does_not_use_are_refused(refuse: Refuse, tmp_path: Path) -> None:
    path = written(tmp_path, "mine.py", HEADER + "@variant('conv2d', 'mine')\n" + BATCH_NORM)
    said = refuse("verify", "stn", "--kernels", path)
    assert said.startswith("kernels mine.py: no kernel of this view of stn runs conv2d 'mine'")
    assert said.endswith("(try --primitive)")


SUPPORTS: dict[str, tuple[str, str]] = {
    "raises": ("lambda shapes, attrs: attrs['nothing']", ": line 2: KeyError: 'nothing'"),
    "gives a truth value": (
        "lambda shapes, attrs: True",
        " gave True, expected None or the reason as a text",
    ),
    "takes one argument": ("lambda shapes: None", ": TypeError: "),
}


@pytest.mark.parametrize("case", SUPPORTS)
def test_supports_that_gives_no_reason_is_refused(
    refuse: Refuse, tmp_path: Path, case: str
) -> None:
    supports, reason = SUPPORTS[case]
    lines = f"@variant('batch_norm', 'mine', supports={supports})\n"
    path = written(tmp_path, "mine.py", HEADER + lines + BATCH_NORM)
    said = refuse("verify", "stn", "--kernels", path)
    assert said.startswith(f"kernels {path}: `supports` of batch_norm 'mine'{reason}")


USAGE: dict[str, tuple[Sequence[object], str]] = {
    "unknown network": (
        ("verify", "lenet"),
        "there is no network or layer 'lenet', expected one of stn",
    ),
    "unknown network of plan": (("plan", "lenet"), "there is no network 'lenet'"),
    "unknown network of summary": (("summary", "STN"), "there is no network 'STN'"),
    "no network": (("verify",), "verify: give a network, a layer, or a case with --case"),
    "two networks": (("plan", "stn", "stn"), "Got unexpected extra argument (stn)"),
    "unknown command": (("verfiy", "stn"), "No such command 'verfiy'."),
    "unknown option": (("verify", "stn", "--imagine", "x"), "No such option"),
    "option without value": (
        ("verify", "stn", "--image"),
        "Option '--image' requires an argument.",
    ),
    "unknown device": (
        ("verify", "stn", "--device", "abacus"),
        "There is no OpenCL driver 'abacus' here, known are: ",
    ),
    "device without name": (("verify", "stn", "--device", ""), "There is no OpenCL driver '' here"),
    "negative rtol": (("verify", "stn", "--rtol", "-1"), "Invalid value for '--rtol': -1.0 is not"),
    "NaN as rtol": (("verify", "stn", "--rtol", "nan"), "Invalid value for '--rtol': nan is not"),
    "infinite atol": (("verify", "stn", "--atol", "inf"), "Invalid value for '--atol': inf is not"),
    "word as atol": (("verify", "stn", "--atol", "some"), "Invalid value for '--atol': 'some' is"),
    "fraction as seed": (
        ("verify", "stn", "--seed", "0.5"),
        "Invalid value for '--seed': '0.5' is",
    ),
    "unknown variant": (
        ("verify", "stn", "--variant", "batch_norm=fast"),
        "--variant batch_norm=fast: batch_norm has no variant 'fast', it has naive",
    ),
    "variant of an unknown layer": (
        ("verify", "stn", "--variant", "conv3d=naive"),
        "--variant conv3d=naive: conv3d has no variant 'naive', it has none",
    ),
    "variant without name": (
        ("verify", "stn", "--variant", "batch_norm"),
        "--variant batch_norm: batch_norm has no variant ''",
    ),
    "JSON into a missing folder": (
        ("verify", "stn", "--json", "nowhere/report.json"),
        "--json nowhere/report.json: there is no folder nowhere",
    ),
    "JSON of plan into a missing folder": (
        ("plan", "stn", "--json", "nowhere/plan.json"),
        "--json nowhere/plan.json: there is no folder nowhere",
    ),
    "JSON into a folder": (
        ("plan", "stn", "--json", ".."),
        "--json ..: is a folder, expected a file",
    ),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_refused(refuse: Refuse, case: str) -> None:
    arguments, reason = USAGE[case]
    assert refuse(*arguments).startswith(reason)


@pytest.mark.parametrize("index", ["99", "x", "-1", ""])
def test_an_index_without_a_device_is_refused(refuse: Refuse, opencl: Session, index: str) -> None:
    name = opencl.driver.name
    said = refuse("verify", "stn", "--device", f"{name}:{index}")
    if index == "99":
        assert said.startswith(f"{name} has ")
        assert said.endswith(" device(s), so no index 99.")
    else:
        assert said == f"The device '{name}:{index}' has index '{index}', expected 0, 1, …."


def test_no_opencl_at_all_is_said(refuse: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "discover", lambda: ())
    said = refuse("verify", "stn", code=3)
    assert said.startswith("There is no OpenCL driver here: ")
    assert "pip install" in said


def test_a_driver_that_does_not_work_is_named_with_the_reason(
    refuse: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Driver("broken", "/nowhere/libbroken.so", "broken.icd")
    monkeypatch.setattr(probe, "discover", lambda: (broken,))
    for device in ((), ("--device", "broken")):
        said = refuse("verify", "stn", *device, code=3)
        assert "broken" in said
        assert "libbroken.so" in said


@pytest.mark.parametrize(
    "drivers", [(), (Driver("broken", "/nowhere/libbroken.so", "broken.icd"),)]
)
def test_devices_fails_where_none_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], drivers: Any
) -> None:
    monkeypatch.setattr("clgold.conformance.commands.drivers.discover", lambda: drivers)
    with np.errstate(), pytest.raises(SystemExit) as end:
        cli.main(["devices", "--json", "-"])
    stdout, stderr = capsys.readouterr()
    assert end.value.code == 3
    assert stderr.count("\n") == 1
    assert stdout.startswith("[")


def test_a_process_of_its_own_refuses_in_the_same_way(tmp_path: Path) -> None:
    answer = clgold("verify", "stn", "--image", "missing.png", folder=tmp_path)
    said = "clgold: image missing.png: there is no such file\n"
    assert (answer.code, answer.stdout, answer.stderr) == (2, "", said)
    assert list(tmp_path.iterdir()) == []
