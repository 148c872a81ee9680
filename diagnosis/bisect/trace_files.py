"""Dumped arrays: .npy, .npz and raw little-endian .bin files, read no further than they may go."""

import stat
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import prod
from pathlib import Path

import numpy as np

from clgold.golden.distrust import SLACK, distrusted, first_bytes, open_archive, parse_npy
from clgold.reference.spec import InputError, Shape

from .formats import FLOAT32, Format

Array = np.ndarray
Read = Callable[[int], bytes]

SUFFIXES = (".npy", ".npz", ".bin")
REMEDY = "(dump.toml may say another dtype)"


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


def read(
    where: str, content: Read, raw: bool, shape: Shape, counts: Sequence[int], told: Format | None
) -> tuple[Array, Format]:
    """A buffer's float32 numbers, and how they were kept; InputError if they are not as many as one
    of the counts, of another dtype, or none.

    In the shape that the file gives; where it gives none, in `shape` if there are as many.
    """
    with distrusted(f"trace {where}: cannot be read"):
        held = content(8 * max(counts) + SLACK)
    values, kept = (read_bin if raw else read_npy)(where, held, shape, counts, told)
    if np.isnan(values).all():
        raise InputError(f"trace {where}: holds nothing but NaN: the buffer was never written")
    return values, kept


def read_npy(
    where: str, content: bytes, shape: Shape, counts: Sequence[int], told: Format | None
) -> tuple[Array, Format]:
    """A .npy file's array, its header judged before anything of that size is made."""
    found = parse_npy(f"trace {where}: cannot be read", content)
    kept = format_of(where, found.dtype.newbyteorder("="), found.kind, told)
    if prod(found.shape) not in counts or min(found.shape, default=0) < 0:
        raise InputError(f"trace {where}: has shape {found.shape}, expected {shape}")
    values = found.values(f"trace {where}")
    if values.dtype == np.float32:
        if not kept.holds(values):
            raise InputError(f"trace {where}: not every number is a {kept.name}, as dump.toml says")
        return values, kept
    return kept.widen(values.view(kept.stored)), kept


def format_of(where: str, dtype: np.dtype, kind: str, told: Format | None) -> Format:
    """How the numbers of a .npy file were kept; InputError for a dtype that is not read.

    bfloat16 has no dtype of NumPy's own: it is saved as two bytes, or as its bits.
    """
    if dtype == np.float32:
        return told or FLOAT32
    own = {np.dtype("f2"): "float16", np.dtype("V2"): "bfloat16"}.get(dtype, str(dtype))
    if told is not None and (own == told.name or (own == "uint16" and told.name == "bfloat16")):
        return told
    if told is not None:
        raise InputError(f"trace {where}: holds {kind}, dump.toml says {told.name}")
    if own in ("float16", "bfloat16"):
        return Format(own)
    scaled = "; dump.toml gives its scale" if own in ("int8", "uint8") else ""
    raise InputError(f"trace {where}: holds {kind}, expected float32{scaled}")


def read_bin(
    where: str, content: bytes, shape: Shape, counts: Sequence[int], told: Format | None
) -> tuple[Array, Format]:
    """Raw little-endian numbers, in the buffer's own shape; float32 if nothing else is said."""
    kept = told or FLOAT32
    count, left = divmod(len(content), kept.stored.itemsize)
    if count not in counts or left:
        expected = kept.stored.itemsize * counts[0]
        also = f" {REMEDY}" if told is None and count else ""
        raise InputError(
            f"trace {where}: holds {len(content)} bytes, expected {expected}: "
            f"{shape} of {kept.name}{also}"
        )
    values = kept.widen(np.frombuffer(content, kept.stored))
    return values.reshape(shape) if count == prod(shape) else values, kept


def read_indices(where: str, content: Read, raw: bool, shape: Shape) -> Array:
    """int32 out of whole numbers of any dtype; InputError for what is none."""
    count = prod(shape)
    with distrusted(f"trace {where}: cannot be read"):
        held = content(8 * count + SLACK)
    if not raw:
        return npy_indices(where, held, shape)
    if len(held) == 8 * count:
        return indices(where, np.frombuffer(held, "<i8").astype(np.int64).reshape(shape))
    values, _ = read_bin(where, held, shape, (count,), FLOAT32)
    # Small integers, read as float32, are subnormal numbers; 0 is 0 in both.
    if np.all(np.abs(values) < 2.0**-126):
        values = np.frombuffer(held, "<i4").astype(np.int32).reshape(shape)
    return indices(where, values)


def npy_indices(where: str, content: bytes, shape: Shape) -> Array:
    """The indices in a .npy file."""
    found = parse_npy(f"trace {where}: cannot be read", content)
    if found.dtype.newbyteorder("=") not in map(np.dtype, ("float32", "int32", "int64")):
        raise InputError(f"trace {where}: holds {found.kind}, expected int32")
    if prod(found.shape) != prod(shape):
        raise InputError(f"trace {where}: has shape {found.shape}, expected {shape}")
    return indices(where, found.values(f"trace {where}"))


def indices(where: str, values: Array) -> Array:
    """int32, of whole numbers in any dtype; InputError for others."""
    if values.dtype == np.float32 and np.isnan(values).all():
        raise InputError(f"trace {where}: holds nothing but NaN: the buffer was never written")
    wrong = values[~(values == np.round(values)) | (np.abs(values.astype(np.float64)) >= 2.0**31)]
    if wrong.size:
        raise InputError(f"trace {where}: holds {wrong[0]}, expected an index")
    return values.astype(np.int32)
