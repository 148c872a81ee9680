"""Reads what anybody may have written: whatever is wrong with it is one sentence.

Nothing is made of a size that a file merely claims to have, and nothing pickled is ever loaded.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np

from clgold.reference.spec import InputError, Shape

SLACK = 2**16  # bytes that the header of an array may take
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


# What moves a terminal's cursor or turns its text round; colours (ESC [ … m) are let through.
CONTROL = re.compile(
    "\x1b(?!\\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def printable(text: str, most: int | None = None) -> str:
    """The text with what controls a terminal spelt out; no more of it than so many letters."""
    cut = text if most is None or len(text) <= most else f"{text[:most]} … ({len(text)} letters)"
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), cut)


@contextmanager
def distrusted(where: str) -> Iterator[None]:
    """InputError for whatever a stranger's bytes make a reader raise within."""
    try:
        yield
    except InputError:
        raise
    except Exception as reason:  # LZMAError, TokenError, MemoryError, …: no reader lists its own
        words = getattr(reason, "strerror", None) or " ".join(str(reason).split())
        raise InputError(f"{where}: {words[:300] or type(reason).__name__}") from None


def open_archive(where: str, file: Path | IO[bytes]) -> zipfile.ZipFile:
    """The archive; InputError where it is none."""
    try:
        with distrusted(where):
            return zipfile.ZipFile(file)
    except InputError:
        raise InputError(f"{where}: not a .npz archive, or not the whole of one") from None


def first_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """So many bytes of an entry, or fewer; ValueError where that might unpack all of it."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{entry.filename} is packed in a way that numpy does not write")
    with archive.open(entry) as file:
        return file.read(limit)


@dataclass(frozen=True)
class Npy:
    """What the header of a .npy file says, and the bytes behind it."""

    shape: Shape
    dtype: np.dtype[Any]
    fortran: bool
    data: bytes

    @property
    def kind(self) -> str:
        """The dtype in words."""
        return "pickled objects" if self.dtype.hasobject else f"dtype {self.dtype}"

    def values(self, where: str) -> np.ndarray:
        """The array in native order; InputError where the bytes are not those of its shape."""
        if self.dtype.hasobject:
            raise InputError(f"{where}: holds pickled objects, expected numbers")
        size = prod(self.shape) * self.dtype.itemsize
        if min(self.shape, default=0) < 0:
            raise InputError(f"{where}: has shape {self.shape}, expected no negative lengths")
        if len(self.data) != size:
            raise InputError(f"{where}: {len(self.data)} bytes behind its header, expected {size}")
        values = np.frombuffer(self.data, self.dtype).astype(self.dtype.newbyteorder("="))
        return values.reshape(self.shape, order="F" if self.fortran else "C")


def parse_npy(where: str, content: bytes) -> Npy:
    """The header of a .npy file; InputError where it is none."""
    file = io.BytesIO(content)
    with distrusted(where), warnings.catch_warnings():
        warnings.simplefilter("error")
        version = np.lib.format.read_magic(file)
        if version not in HEADERS:
            number = ".".join(map(str, version))
            raise InputError(f"{where}: .npy of version {number}, expected 1.0 or 2.0")
        shape, fortran, dtype = HEADERS[version](file)
        return Npy(shape, dtype, fortran, file.read())
