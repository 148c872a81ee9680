"""A dump that cannot be used is refused with one sentence, exit code 2, and nothing written."""

import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dumps import dump, traced

from clgold.conformance.commands import cli
from clgold.golden.photographs import FOLDER
from clgold.golden.weights import Arrays
from clgold.networks import STN

Refuse = Callable[..., str]
BUFFER = "inout4_buf"
SHAPE = (1, 100, 14, 14)


@pytest.fixture(scope="module")
def right() -> Arrays:
    return traced()


@pytest.fixture
def refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refuse:
    """Bisect a dump in an empty folder, and return the one sentence with which it is refused."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(dumped: Path, *arguments: object) -> str:
        with np.errstate(), pytest.raises(SystemExit) as end:
            cli.main(["bisect", "stn", "--trace", str(dumped), *map(str, arguments)])
        stdout, stderr = capsys.readouterr()
        assert (end.value.code, stdout) == (2, ""), stderr
        assert stderr.startswith("clgold: ")
        assert stderr.count("\n") == 1
        assert list(folder.iterdir()) == []
        return stderr.removeprefix("clgold: ").rstrip()

    return run


def npy(values: np.ndarray, pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, values, allow_pickle=pickled)
    return file.getvalue()


def npz(compressed: bool = False, **arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def headed(text: str, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """A .npy file with that header."""
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text.encode() + data


def with_entry(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def bomb() -> bytes:
    """An archive of a few kilobytes whose one entry is very large."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{BUFFER}.npy", b"\0" * 2**26)
    return file.getvalue()


def encrypted() -> bytes:
    """An archive whose entry says that it is encrypted."""
    content = bytearray(npz(**{BUFFER: GOOD}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


GOOD = np.ones(SHAPE, np.float32)
HUGE = "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }\n"
NEGATIVE = "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 100, 14, -14), }\n"
CALL = "{'descr': '<f4', 'fortran_order': False, 'shape': (exit(),), }\n"

# The file's name, its content, and what is said of it.
FILES: dict[str, tuple[str, bytes, str]] = {
    "too short": ("inout4_buf.npy", npy(GOOD[:, :50]), "has shape (1, 50, 14, 14), expected"),
    "too long": ("inout4_buf.npy", npy(np.ones((2, *SHAPE), np.float32)), "has shape (2, 1, "),
    "raw, too short": ("inout4_buf.bin", bytes(78396), "holds 78396 bytes, expected 78400"),
    "raw, too long": ("inout4_buf.bin", bytes(78404), "holds 78404 bytes, expected 78400"),
    "raw float64": ("inout4_buf.bin", bytes(156800), "bytes, expected 78400"),
    "raw, empty": ("inout4_buf.bin", b"", "holds 0 bytes, expected 78400"),
    "float64": ("inout4_buf.npy", npy(GOOD.astype(np.float64)), "holds dtype float64, expected"),
    "int8": ("inout4_buf.npy", npy(GOOD.astype(np.int8)), "dump.toml gives its scale"),
    "int32": ("inout4_buf.npy", npy(GOOD.astype(np.int32)), "holds dtype int32, expected"),
    "complex": ("inout4_buf.npy", npy(GOOD.astype(np.complex64)), "holds dtype complex64"),
    "records": (
        "inout4_buf.npy",
        npy(np.zeros(SHAPE, [("x", "<f4")])),
        "holds dtype [('x', '<f4')], expected float32",
    ),
    "never written": ("inout4_buf.npy", npy(GOOD * np.nan), "holds nothing but NaN: the buffer"),
    "raw, never written": ("theta_buf.bin", b"\xff" * 24, "holds nothing but NaN: the buffer"),
    "empty": ("inout4_buf.npy", b"", "cannot be read: "),
    "text": ("inout4_buf.npy", b"no array\n", "cannot be read: "),
    "truncated": ("inout4_buf.npy", npy(GOOD)[:5000], "bytes behind its header, expected 78400"),
    "header alone": ("inout4_buf.npy", npy(GOOD)[:60], "cannot be read: "),
    "longer than it says": ("inout4_buf.npy", npy(GOOD) + b"\0", "bytes behind its header"),
    "pickled objects": (
        "inout4_buf.npy",
        npy(np.full(SHAPE, None, dtype=object), pickled=True),
        "holds pickled objects, expected float32",
    ),
    "a pickle": ("inout4_buf.npy", pickle.dumps(GOOD), "cannot be read: "),
    "a header of a terabyte": ("inout4_buf.npy", headed(HUGE), "has shape (1099511627776,)"),
    "a negative shape": ("inout4_buf.npy", headed(NEGATIVE), "has shape (-1, 100, 14, -14)"),
    "a header that calls": ("inout4_buf.npy", headed(CALL), "cannot be read: "),
    "of an unknown version": ("inout4_buf.npy", headed(HUGE, version=b"\x09\x00"), "version 9.0"),
    "no buffer": ("inout44_buf.npy", npy(GOOD), "'inout44_buf' is no buffer of stn; expected"),
    "no buffer, raw": ("conv9.bin", bytes(78400), "'conv9' is no buffer of stn; expected"),
    "a fraction for an index": ("output.npy", npy(np.array([1.5], np.float32)), "holds 1.5, exp"),
    "NaN for an index": ("output.npy", npy(np.array([np.nan], np.float32)), "holds nothing but"),
    ".npz of text": ("trace.npz", b"no archive\n", "not a .npz archive, or not the whole of one"),
    ".npz empty": ("trace.npz", b"", "not a .npz archive, or not the whole of one"),
    ".npz without arrays": ("trace.npz", npz(), "holds no array"),
    ".npz truncated": ("trace.npz", npz(inout4_buf=GOOD)[:70000], "not a .npz archive, or not"),
    ".npz that is one array": ("inout4_buf.npz", npy(GOOD), "not a .npz archive, or not the whole"),
    ".npz of no buffer": ("trace.npz", npz(layer4=GOOD), "'layer4' is no buffer of stn; expected"),
    ".npz of float64": ("trace.npz", npz(inout4_buf=GOOD.astype(float)), "holds dtype float64"),
    ".npz that bursts": ("trace.npz", bomb(), "cannot be read: "),
    ".npz encrypted": ("trace.npz", encrypted(), "cannot be read: "),
    ".npz with a file of text": (
        "trace.npz",
        with_entry("inout4_buf.npy", b"no array"),
        "cannot be read: ",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_holds_no_such_buffer_is_refused(
    refuse: Refuse, tmp_path: Path, case: str
) -> None:
    name, content, reason = FILES[case]
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / name).write_bytes(content)
    said = refuse(folder)
    assert said.startswith("trace ")
    assert name in said
    assert reason in said
    assert not said.endswith(": "), "the reason is missing"


def test_a_damaged_archive_is_refused(refuse: Refuse, tmp_path: Path, right: Arrays) -> None:
    content = bytearray(npz(True, inout4_buf=right["conv1.max_pool2d"]))
    content[400:600] = bytes(255 - byte for byte in content[400:600])
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / "trace.npz").write_bytes(content)
    assert "cannot be read: " in refuse(folder)


def test_a_missing_folder_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    assert refuse(tmp_path / "none") == f"--trace {tmp_path / 'none'}: there is no such folder"


@pytest.mark.parametrize("others", [(), ("README.md", "inout4_buf.txt", ".npy")])
def test_a_folder_without_a_buffer_is_refused(
    refuse: Refuse, tmp_path: Path, others: tuple[str, ...]
) -> None:
    folder = tmp_path / "dump"
    folder.mkdir()
    for name in others:
        (folder / name).write_text("\n")
    said = refuse(folder)
    assert said == f"--trace {folder}: holds no .npy, .npz, .bin file of a buffer"


TWICE = {
    "two suffixes": ("inout4_buf.npy", "inout4_buf.bin"),
    "kernel and buffer": ("conv1.npy", "inout4_buf.npy"),
    "node and kernel": ("conv1.max_pool2d.npy", "conv1.npy"),
}


@pytest.mark.parametrize("case", TWICE)
def test_two_files_for_one_buffer_are_refused(
    refuse: Refuse, tmp_path: Path, case: str, right: Arrays
) -> None:
    folder = tmp_path / "dump"
    folder.mkdir()
    values = right["conv1.max_pool2d"]
    for name in TWICE[case]:
        content = npy(values) if name.endswith(".npy") else values.tobytes()
        (folder / name).write_bytes(content)
    said = refuse(folder)
    assert all(name in said for name in TWICE[case])
    assert "holds the same buffer" in said


def test_what_is_no_file_is_refused(refuse: Refuse, tmp_path: Path, right: Arrays) -> None:
    folder = dump(tmp_path / "dump", right, ["theta_buf"])
    path = folder / "inout4_buf.npy"
    path.mkdir()
    assert refuse(folder) == "trace inout4_buf.npy: is a folder, expected a file"
    path.rmdir()
    path.symlink_to(folder / "theta_buf.npy")
    assert refuse(folder) == "trace inout4_buf.npy: is a symbolic link, expected a file"
    path.unlink()
    path.symlink_to(folder / "nowhere.npy")
    assert refuse(folder) == "trace inout4_buf.npy: is a symbolic link, expected a file"
    path.unlink()
    os.mkfifo(path)
    assert refuse(folder) == "trace inout4_buf.npy: is no file, expected a file"


def test_an_image_that_is_not_the_dumps_is_refused(
    refuse: Refuse, tmp_path: Path, right: Arrays
) -> None:
    folder = dump(tmp_path / "dump", right, ["source_image", "theta_buf"])
    said = refuse(folder, "--image", FOLDER / "cat.png")
    assert said == f"trace source_image.npy: does not hold the image {FOLDER / 'cat.png'}"
    two = ("--image", FOLDER / "cat.png", "--image", FOLDER / "rocket.png")
    assert refuse(folder, *two) == "--trace is of one image, 2 are given"


def test_an_image_without_numbers_is_refused(refuse: Refuse, tmp_path: Path, right: Arrays) -> None:
    image = right["source_image"].copy()
    image[0, 0, 3, 4] = np.nan
    folder = dump(
        tmp_path / "dump", {**right, "source_image": image}, ["source_image", "FC2.linear"]
    )
    said = refuse(folder)
    assert said == "trace source_image.npy: an image of finite numbers is expected"


OPTIONS = {
    "device": ("--device", "pocl"),
    "kernels": ("--kernels", "mine.py"),
    "variant": ("--variant", "conv2d=naive"),
    "in process": ("--in-process",),
    "primitive": ("--primitive",),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_options_of_a_device_do_not_go_with_a_dump(
    refuse: Refuse, tmp_path: Path, right: Arrays, case: str
) -> None:
    folder = dump(tmp_path / "dump", right, ["theta_buf"])
    assert refuse(folder, *OPTIONS[case]).startswith("--trace runs no kernels")


def test_a_foreign_output_folder_is_refused(refuse: Refuse, tmp_path: Path, right: Arrays) -> None:
    folder = dump(tmp_path / "dump", right, ["theta_buf"])
    said = refuse(folder, "--output", folder)
    assert said.startswith(f"--output {folder}: holds files that clgold bisect did not write")
    said = refuse(folder, "--output", folder / "theta_buf.npy")
    assert said == f"--output {folder / 'theta_buf.npy'}: is there already and is no folder"
    said = refuse(folder, "--output", tmp_path / "no" / "where")
    assert said.endswith(f"there is no folder {tmp_path / 'no'}")


def test_the_input_alone_is_no_dump(refuse: Refuse, tmp_path: Path, right: Arrays) -> None:
    folder = dump(tmp_path / "dump", right, STN.inputs)
    assert refuse(folder) == f"--trace {folder}: holds no result of a kernel of stn"
