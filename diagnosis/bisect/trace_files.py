"""Dumped arrays: .npy, .npz and raw little-endian .bin files, read no further than they may go."""

import stat
from collections.abc import Callable, Iterator
from functools import partial
from math import prod
from pathlib import Path

import numpy as np

from clgold.golden.distrust import SLACK, distrusted, first_bytes, open_archive, parse_npy
from clgold.reference.spec import InputError, Shape

Array = np.ndarray
Read = Callable[[int], bytes]

SUFFIXES = (".npy", ".npz", ".bin")


def contents(path: Path) -> Iterator[tuple[str, str, Read]]:
    """Each buffer's name, where it stands, and what reads so many of its bytes at most.

    An archive holds several; it is open until the next one is asked for.
    """
    refuse_what_is_no_file(path)
    if path.suffix != ".npz":
        yield path.stem, path.name, partial(beginning, path)
        return
    with open_archive(f"trace {path}", path) as archive:
        members = archive.infolist()
        if not members:
            raise InputError(f"trace {path}: holds no array")
        for entry in members:
            name = entry.filename.removesuffix(".npy")
            # numpy names what was saved without a name so.
            own = path.stem if name == "arr_0" and len(members) == 1 else name
            yield own, f"{path.name}, {name}", partial(first_bytes, archive, entry)


def beginning(path: Path, limit: int) -> bytes:
    """The first `limit` bytes of a file."""
    with path.open("rb") as file:
        return file.read(limit)


def refuse_what_is_no_file(path: Path) -> None:
    """InputError for a folder, a link, a pipe."""
    mode = path.lstat().st_mode
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link"}
    if not stat.S_ISREG(mode):
        kind = kinds.get(stat.S_IFMT(mode), "no file")
        raise InputError(f"trace {path.name}: is {kind}, expected a file")


def read(where: str, content: Read, raw: bool, shape: Shape, dtype: type) -> Array:
    """The buffer's numbers; InputError if they are not as many, of another dtype, or none.

    float32, or int32 where the buffer holds indices, in the shape that the file gives.
    """
    with distrusted(f"trace {where}: cannot be read"):
        reader = read_bin if raw else read_npy
        values = reader(where, content(8 * prod(shape) + SLACK), shape, dtype)
    if values.dtype == np.float32 and np.isnan(values).all():
        raise InputError(f"trace {where}: holds nothing but NaN: the buffer was never written")
    return values if dtype == np.float32 else indices(where, values)


def read_npy(where: str, content: bytes, shape: Shape, dtype: type) -> Array:
    """A .npy file's array, its header judged before anything of that size is made."""
    found = parse_npy(f"trace {where}: cannot be read", content)
    kinds = ("float32",) if dtype == np.float32 else ("float32", "int32", "int64")
    if found.dtype.newbyteorder("=") not in map(np.dtype, kinds):
        raise InputError(f"trace {where}: holds {found.kind}, expected {np.dtype(dtype)}")
    if prod(found.shape) != prod(shape):
        raise InputError(f"trace {where}: has shape {found.shape}, expected {shape}")
    return found.values(f"trace {where}")


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
    # Small integers, read as float32, are subnormal numbers; 0 is 0 in both.
    if dtype != np.float32 and np.all(np.abs(values) < 2.0**-126):
        values = np.frombuffer(content, "<i4").astype(np.int32)
    return values.reshape(shape)


def indices(where: str, values: Array) -> Array:
    """int32, of whole numbers in any dtype; InputError for others."""
    wrong = values[~(values == np.round(values)) | (np.abs(values.astype(np.float64)) >= 2.0**31)]
    if wrong.size:
        raise InputError(f"trace {where}: holds {wrong[0]}, expected an index")
    return values.astype(np.int32)
