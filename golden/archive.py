"""Arrays as bytes: their digests, and .npz archives that are the same bits wherever written.

Nothing here trusts what it reads: an entry's size and header are known before it is opened, from
the manifest, and no header is ever evaluated.
"""

import hashlib
import io
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from clgold.reference.spec import InputError, Shape

from .distrust import distrusted, open_archive

DTYPES = {"float32": "<f4", "int64": "<i8"}
DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can hold
ENTRY_OVERHEAD = 1024  # more than an entry's header and its two places in the archive's lists take


@dataclass(frozen=True)
class Digest:
    """An array's dtype, shape and SHA-256: as good as the array where it can be made again."""

    dtype: str
    shape: Shape
    sha256: str

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * np.dtype(self.dtype).itemsize


def digest(array: np.ndarray) -> Digest:
    """Of the dtype's name, the shape and the little-endian bytes in C order, a space between."""
    name, shape = array.dtype.name, tuple(array.shape)
    if name not in DTYPES:
        raise ValueError(f"digest: dtype {name}, expected one of {', '.join(DTYPES)}")
    hashed = hashlib.sha256(f"{name} {shape} ".encode())
    hashed.update(raw(array))
    return Digest(name, shape, hashed.hexdigest())


def raw(array: np.ndarray) -> bytes:
    """The little-endian bytes in C order."""
    return np.ascontiguousarray(array, DTYPES[array.dtype.name]).tobytes()


def npy_header(dtype: str, shape: Shape) -> bytes:
    """Version 1.0 of the .npy format, the data aligned to 64 bytes."""
    text = f"{{'descr': '{DTYPES[dtype]}', 'fortran_order': False, 'shape': {shape}, }}"
    length = -(10 + len(text) + 1) % 64 + len(text) + 1
    return (
        b"\x93NUMPY\x01\x00"
        + length.to_bytes(2, "little")
        + text.ljust(length - 1).encode()
        + b"\n"
    )


def npy(array: np.ndarray) -> bytes:
    """The array as a .npy file."""
    return npy_header(array.dtype.name, tuple(array.shape)) + raw(array)


def npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The arrays as a .npz archive: sorted, not compressed, without the time of day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            entry = zipfile.ZipInfo(f"{name}.npy", DATE)
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, npy(arrays[name]))
    return buffer.getvalue()


def read_bytes(path: Path, expected: Mapping[str, Digest]) -> bytes:
    """A file that cannot hold more than the arrays expected of it; InputError if it does."""
    limit = 1024 + sum(
        one.nbytes + len(name) * 2 + ENTRY_OVERHEAD for name, one in expected.items()
    )
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise InputError(f"{path}: larger than {limit} bytes, more than its arrays can take")
    return content


def read_npz(
    path: Path, content: bytes, expected: Mapping[str, Digest]
) -> Iterator[tuple[str, np.ndarray | str]]:
    """Each expected array by name, or a few words on what is wrong with it.

    InputError for what is hostile rather than damaged: an entry that declares another size than its
    array has, that is compressed or encrypted, or that holds pickled objects.
    """
    try:
        archive = open_archive(path.name, io.BytesIO(content))
    except InputError:
        yield from ((name, f"{path.name} is not a whole .npz archive") for name in expected)
        return
    with archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        for name, one in expected.items():
            entry = entries.pop(f"{name}.npy", None)
            if entry is None:
                yield name, f"is missing in {path.name}"
            else:
                yield name, read_entry(path, archive, entry, one)
        for other in entries:
            yield path.name, f"holds {other!r}, which is not in the manifest"


def read_entry(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, expected: Digest
) -> np.ndarray | str:
    """The array, or what is wrong with it."""
    where, header = f"{path.name}: {entry.filename}", npy_header(expected.dtype, expected.shape)
    size = len(header) + expected.nbytes
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
        raise InputError(f"{where} is compressed or encrypted; expected it stored as it is")
    if max(entry.file_size, entry.compress_size) > size + ENTRY_OVERHEAD:
        raise InputError(f"{where} declares {entry.file_size} bytes, expected {size}")
    try:
        with distrusted(where):
            content = archive.read(entry)
    except InputError:
        return f"cannot be read whole from {path.name}"
    if b"|O" in content[: len(header) + 64] and not content.startswith(header):
        raise InputError(f"{where} holds pickled objects; expected {expected.dtype}")
    if len(content) != size or not content.startswith(header):
        return f"is not {expected.dtype} of shape {expected.shape} in {path.name}"
    values = np.frombuffer(content, DTYPES[expected.dtype], offset=len(header))
    return values.astype(expected.dtype).reshape(expected.shape)
