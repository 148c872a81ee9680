"""Files that nobody honest wrote: every damage is a sentence, and costs no memory and no time."""

import io
import re
import resource
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from clgold.golden.distrust import distrusted, open_archive, parse_npy
from clgold.golden.photographs import load_image
from clgold.golden.weights import load_weights, seeded_weights
from clgold.networks import STN
from clgold.reference.spec import InputError

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
VALUES = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def npy(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def headed(text: str, data: bytes = b"") -> bytes:
    """A .npy file with that header."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def shaped(shape: str, descr: str = "<f4") -> bytes:
    return headed(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n")


def read(content: bytes) -> np.ndarray:
    return parse_npy("it", content).values("it")


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<i8", ">i4", "<f8", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numpy_wrote_is_read_in_native_order(dtype: str, order: str) -> None:
    values = np.asarray(VALUES.astype(dtype), order="C" if order == "C" else "F")
    found = read(npy(values))
    assert found.dtype.isnative
    assert np.array_equal(found, values)


HEADERS = {
    "a terabyte": (shaped("(1099511627776,)"), "0 bytes behind its header, expected 4398046511104"),
    "beyond every integer": (shaped("(2**99,)"), ""),
    "an enormous length": (shaped(f"({10**40},)"), "0 bytes behind its header"),
    "a negative length": (shaped("(-1, -4)"), "expected no negative lengths"),
    "a bracket that stays open": (shaped("((((1,)"), ""),
    "tokens of another language": (headed("{'descr': '<f4', 'shape': (1L,"), ""),
    "a null": (headed("{\0}\n"), ""),
    "brackets upon brackets": (headed("(" * 9000), ""),
    "a call": (shaped("(exit(),)"), ""),
    "too long": (headed(" " * 20000), ""),
    "of objects": (shaped("(1,)", "|O"), "holds pickled objects, expected numbers"),
    "of nothing": (shaped("(4,)", "|V0"), ""),
    "an unknown dtype": (shaped("(4,)", "<q17"), ""),
    "no dictionary": (headed("[]\n"), ""),
    "not even text": (b"\x93NUMPY\x01\x00\x04\x00\xff\xfe\xfd\xfc", ""),
    "another version": (b"\x93NUMPY\x07\x01", ".npy of version 7.1, expected 1.0 or 2.0"),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_that_lies_is_a_sentence(case: str) -> None:
    content, said = HEADERS[case]
    with pytest.raises(InputError, match=r"^it: .") as caught, distrusted("it"):
        read(content)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("place", [0, 1, 10, 200, 1000])
def test_a_damaged_member_is_a_sentence(tmp_path: Path, method: str, place: int) -> None:
    """Of each way to compress: what the decompressor says of it has no base in common."""
    path, weights = tmp_path / "w.npz", seeded_weights(STN, 0)
    with zipfile.ZipFile(path, "w", METHODS[method]) as archive:
        for name, values in weights.items():
            archive.writestr(f"{name}.npy", npy(values))
        first = archive.infolist()[0]
    content = bytearray(path.read_bytes())
    start = first.header_offset + 30 + len(first.filename) + place
    content[start : start + 40] = bytes(255 - byte for byte in content[start : start + 40])
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"^weights {path}: cannot be read as .npz: ."):
        load_weights(path, STN)


@pytest.mark.parametrize("method", METHODS)
def test_a_member_that_bursts_is_not_unpacked(tmp_path: Path, method: str) -> None:
    path, weights = tmp_path / "w.npz", seeded_weights(STN, 0)
    name = next(iter(weights))
    with zipfile.ZipFile(path, "w", METHODS[method]) as archive:
        with archive.open(f"{name}.npy", "w") as member:
            member.write(shaped("(268435456,)"))
            for _ in range(64):
                member.write(bytes(2**20))
        for other in weights:
            if other != name:
                archive.writestr(f"{other}.npy", npy(weights[other]))
    wanted = "stored", "deflated"
    said = "has shape (268435456,), expected" if method in wanted else "is packed in a way that"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=f"{name}.*{re.escape(said)}"):
        load_weights(path, STN)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 32 * 1024


@pytest.mark.parametrize("content", [b"", b"PK", bytes(100)])
def test_what_is_no_archive_is_a_sentence(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^it: not a \.npz archive, or not the whole of one$"):
        open_archive("it", io.BytesIO(content))


IMAGES = {
    "dds": b"DDS " + struct.pack("<I", 124) + bytes(72) + struct.pack("<II", 32, 4) + b"XXXX",
    "spider": struct.pack(">27f", *([1.0] * 27)) + bytes(1000),
    "ppm of a terabyte": b"P6 1048576 1048576 255\n",
    "tiff of nothing": b"II*\0\x08\0\0\0\0\0",
}


@pytest.mark.parametrize("case", IMAGES)
def test_an_image_of_any_format_that_is_damaged_is_a_sentence(tmp_path: Path, case: str) -> None:
    path = tmp_path / "image"
    path.write_bytes(IMAGES[case] + bytes(200))
    with pytest.raises(InputError, match=f"^image {path}: "):
        load_image(path, (1, 3, 8, 8))


def test_whatever_a_reader_raises_is_a_sentence() -> None:
    for reason in (MemoryError(), NotImplementedError("DX10"), KeyError("x"), RecursionError()):
        with pytest.raises(InputError, match=r"^it: ."), distrusted("it"):
            raise reason
    with pytest.raises(KeyboardInterrupt), distrusted("it"):
        raise KeyboardInterrupt
