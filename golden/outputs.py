"""Reads outputs that others made: .npy, .bin or .pb, under a fixture's name, with distrust."""

from pathlib import Path

import numpy as np

from clgold.reference.spec import InputError

from .archive import DTYPES
from .distrust import SLACK, distrusted, parse_npy
from .onnx_export import read_tensor
from .produce import Made


def find_output(folder: Path, made: Made) -> np.ndarray | None:
    """The array in NAME/output.npy, NAME/output.bin or NAME/test_data_set_0/output_0.pb.

    None where there is no such file; InputError where it cannot be read.
    """
    place = folder / made.spec.identity
    for path, reader in (
        (place / "output.npy", read_npy),
        (place / "output.bin", read_bin),
        (place / "test_data_set_0" / "output_0.pb", read_pb),
    ):
        if path.is_file():
            limit = made.fixture.output.nbytes * 2 + SLACK
            with distrusted(str(path)), path.open("rb") as file:
                content = file.read(limit + 1)
            if len(content) > limit:
                raise InputError(f"{path}: larger than an output of {made.fixture.output.shape}")
            return reader(path, content, made)
    return None


def read_npy(path: Path, content: bytes, _made: Made) -> np.ndarray:
    where = f"{path}: cannot be read as .npy"
    return parse_npy(where, content).values(where)


def read_bin(path: Path, content: bytes, made: Made) -> np.ndarray:
    """The numbers in the output's shape, in int32 where an index takes half of the room."""
    expected = made.fixture.output
    dtype = DTYPES[expected.dtype]
    if expected.dtype == "int64" and len(content) * 2 == expected.nbytes:
        dtype = "<i4"
    size = np.dtype(dtype).itemsize * made.output.size
    if len(content) != size:
        raise InputError(f"{path}: holds {len(content)} bytes, expected {size}")
    return (
        np.frombuffer(content, dtype)
        .astype(np.dtype(dtype).newbyteorder("="))
        .reshape(expected.shape)
    )


def read_pb(path: Path, content: bytes, _made: Made) -> np.ndarray:
    return read_tensor(path, content)
