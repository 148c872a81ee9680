"""A user's own arrays as operands: .npy files in a folder, or the members of a .npz."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from clgold.reference.spec import InputError

from .distrust import distrusted, open_archive, parse_npy

EXPECTED = "expected"  # the output, which may stand beside the operands
MOST_BYTES = 2**32  # of a file: more is no case of a kernel's


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Every array by name, as float32; InputError, a sentence, for what cannot be used."""
    if path.is_dir():
        files = sorted(path.glob("*.npy"))
        contents: Mapping[str, bytes] = {file.stem: content(file) for file in files}
    elif path.suffix == ".npz" and path.is_file():
        with open_archive(f"data {path}", path) as archive, distrusted(f"data {path}"):
            entries = [one for one in archive.infolist() if one.filename.endswith(".npy")]
            if sum(one.file_size for one in entries) > MOST_BYTES:
                raise InputError(f"data {path}: holds more than {MOST_BYTES} bytes")
            contents = {one.filename.removesuffix(".npy"): archive.read(one) for one in entries}
    else:
        raise InputError(f"data {path}: expected a folder of .npy files, or a .npz file")
    if not contents:
        raise InputError(f"data {path}: holds no array: expected NAME.npy for each operand")
    return {
        name: as_float32(
            f"data {path}: {name}", parse_npy(f"data {path}: {name}", one).values(f"{path}: {name}")
        )
        for name, one in contents.items()
    }


def content(path: Path) -> bytes:
    """A file's bytes; InputError where it is none, or too large."""
    with distrusted(f"data {path}"):
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            raise InputError(f"data {path}: expected a file of at most {MOST_BYTES} bytes")
        return path.read_bytes()


def as_float32(where: str, values: np.ndarray) -> np.ndarray:
    """The same numbers as float32; InputError where float32 does not hold them all."""
    if values.dtype == np.float32:
        return values
    if values.dtype.kind not in "fiub":
        raise InputError(f"{where}: holds {values.dtype}, expected numbers")
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    other = (narrow.astype(values.dtype) != values) & ~(values != values)
    if other.any():
        index = tuple(int(k) for k in np.argwhere(other)[0])
        raise InputError(
            f"{where}: is {values.dtype} and holds {values[index].item()!r} at {list(index)}, "
            "which no float32 is; round it first: .astype(np.float32)"
        )
    return narrow


def file_stem(operand: str) -> str:
    """The name that a file of an operand bears: inputs[0] is inputs_0."""
    return re.sub(r"\W+", "_", operand).strip("_")
