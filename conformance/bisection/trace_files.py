"""Dumped arrays: .npy, .npz and raw little-endian .bin files, read no further than they may go."""

import io
import stat
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from clgold.golden.weights import InputError
from clgold.reference.spec import Shape

Array = np.ndarray

SUFFIXES = (".npy", ".npz", ".bin")
SLACK = 2**16  # bytes that a file's header may take
# What a damaged file makes the readers raise.
DAMAGED = (
    *(ValueError, OSError, EOFError, KeyError, MemoryError, TypeError, OverflowError),
    *(SyntaxError, RuntimeError, zipfile.BadZipFile, zlib.error, Warning, AttributeError),
)
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@dataclass(frozen=True)
class Source:
    """A file, or an entry of an archive."""

    path: Path
    entry: zipfile.ZipInfo | None

    def read(self, limit: int) -> bytes:
        """The first `limit` bytes."""
        if self.entry is None:
            with self.path.open("rb") as file:
                return file.read(limit)
        with zipfile.ZipFile(self.path) as archive, archive.open(self.entry) as file:
            return file.read(limit)


def contents(path: Path) -> Iterator[tuple[str, Source, str]]:
    """Each buffer's name, its bytes and where they stand; an archive holds several."""
    refuse_what_is_no_file(path)
    if path.suffix != ".npz":
        yield path.stem, Source(path, None), path.name
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except DAMAGED:
        raise InputError(f"trace {path}: not a .npz archive, or not the whole of one") from None
    members = [entry.filename.removesuffix(".npy") for entry in entries]
    if not members:
        raise InputError(f"trace {path}: holds no array")
    for name, entry in zip(members, entries, strict=True):
        # numpy names what was saved without a name so.
        own = path.stem if members == ["arr_0"] else name
        yield own, Source(path, entry), f"{path.name}, {name}"


def refuse_what_is_no_file(path: Path) -> None:
    """InputError for a folder, a link, a pipe."""
    mode = path.lstat().st_mode
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link"}
    if not stat.S_ISREG(mode):
        kind = kinds.get(stat.S_IFMT(mode), "no file")
        raise InputError(f"trace {path.name}: is {kind}, expected a file")


def read(where: str, source: Source, shape: Shape, dtype: type) -> Array:
    """The buffer's numbers; InputError if they are not as many, of another dtype, or none.

    float32, or int32 where the buffer holds indices, in the shape that the file gives.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            content = source.read(8 * prod(shape) + SLACK)
            reader = read_bin if source.path.suffix == ".bin" else read_npy
            values = reader(where, content, shape, dtype)
    except InputError:
        raise
    except DAMAGED as reason:
        words = " ".join(str(reason).split()) or type(reason).__name__
        raise InputError(f"trace {where}: cannot be read: {words}") from None
    if values.dtype == np.float32 and np.isnan(values).all():
        raise InputError(f"trace {where}: holds nothing but NaN: the buffer was never written")
    return values if dtype == np.float32 else indices(where, values)


def read_npy(where: str, content: bytes, shape: Shape, dtype: type) -> Array:
    """A .npy file's array, its header judged before anything of that size is made."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version not in HEADERS:
        raise InputError(
            f"trace {where}: .npy of version {version[0]}.{version[1]}, expected 1.0 or 2.0"
        )
    given, fortran, found = HEADERS[version](file)
    kinds: set[np.dtype] = {np.dtype(np.float32)}
    if dtype != np.float32:
        kinds |= {np.dtype(np.int32), np.dtype(np.int64)}
    if found.newbyteorder("=") not in kinds:
        what = "pickled objects" if found.hasobject else f"dtype {found}"
        raise InputError(f"trace {where}: holds {what}, expected {np.dtype(dtype)}")
    if any(size < 0 for size in given) or prod(given) != prod(shape):
        raise InputError(f"trace {where}: has shape {given}, expected {shape}")
    data = content[file.tell() :]
    if len(data) != prod(shape) * found.itemsize:
        size = prod(shape) * found.itemsize
        raise InputError(f"trace {where}: {len(data)} bytes behind its header, expected {size}")
    values = np.frombuffer(data, found).astype(found.newbyteorder("="))
    return values.reshape(given, order="F" if fortran else "C")


def read_bin(where: str, content: bytes, shape: Shape, dtype: type) -> Array:
    """Raw little-endian float32, in the buffer's own shape; an index may be an int32 or int64."""
    count = prod(shape)
    if dtype != np.float32 and len(content) == 8 * count:
        return np.frombuffer(content, "<i8").astype(np.int64).reshape(shape)
    if len(content) != 4 * count:
        raise InputError(
            f"trace {where}: holds {len(content)} bytes, expected {4 * count}: {shape} of float32"
        )
    values: Array = np.frombuffer(content, "<f4").astype(np.float32)
    if dtype != np.float32:
        # Small integers, read as float32, are subnormal numbers; 0 is 0 in both.
        whole = np.frombuffer(content, "<i4").astype(np.int32)
        values = whole if np.all(np.abs(values) < 2.0**-126) else values
    return values.reshape(shape)


def indices(where: str, values: Array) -> Array:
    """int32, of whole numbers in any dtype; InputError for others."""
    wrong = values[~(values == np.round(values)) | (np.abs(values.astype(np.float64)) >= 2.0**31)]
    if wrong.size:
        raise InputError(f"trace {where}: holds {wrong[0]}, expected an index")
    return values.astype(np.int32)
