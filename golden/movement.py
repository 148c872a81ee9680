"""What moved between two arrays: how many elements, how far, and where."""

import numpy as np

from .archive import DTYPES


def movement(old: np.ndarray, new: np.ndarray) -> str:
    """One clause: "3 of 288 elements move, by at most 2 ulp, most at [0, 1, 2]: 0.5 → 0.25"."""
    if (old.dtype, old.shape) != (new.dtype, new.shape):
        return f"was {old.dtype} of shape {old.shape}, is {new.dtype} of shape {new.shape}"
    moved = places(old) != places(new)
    count = int(np.count_nonzero(moved))
    if count == 0:
        return "no element moves"
    numbers = moved & ~np.isnan(old) & ~np.isnan(new)
    distance = np.abs(places(old) - places(new))
    distance[moved & ~numbers] = np.iinfo(np.int64).max  # NaN is beyond all measure
    index = tuple(int(k) for k in np.unravel_index(np.argmax(distance), old.shape))
    unit = "ulp" if old.dtype == np.float32 else "places"
    reach = f"by at most {distance[index]} {unit}" if numbers[index] else "some from or to NaN"
    place = f"most at {list(index)}: {old[index]} → {new[index]}"
    return f"{count} of {old.size} elements move, {reach}, {place}"


def places(values: np.ndarray) -> np.ndarray:
    """int64: float32 in order, neighbours one apart, +0 after −0; integers as they are."""
    if values.dtype != np.float32:
        return values.astype(np.int64)
    bits = np.ascontiguousarray(values, DTYPES["float32"]).view(np.int32).astype(np.int64)
    return np.where(bits < 0, -1 - (bits & 0x7FFFFFFF), bits)
