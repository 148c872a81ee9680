"""What an array holds before anything is written into it, and an array's bits."""

import numpy as np

from .layer import Array

# A quiet NaN with a payload of our own: what still holds it was never written. A kernel that reads
# beyond an array reads NaN.
POISON = np.array(0x7FC5A5A5, np.uint32)


def bits(values: Array) -> Array:
    """The array's bits, so that NaN equals itself and −0 differs from 0."""
    return np.ascontiguousarray(values).view(np.dtype(f"u{values.dtype.itemsize}"))


def unwritten_elements(values: Array) -> Array:
    """bool, of the values' shape: where an array still holds what it was filled with."""
    if values.dtype.itemsize != POISON.itemsize:
        return np.zeros(values.shape, bool)
    return bits(values).reshape(values.shape) == POISON
