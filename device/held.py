"""What the output of a kernel that adds to it holds before."""

import numpy as np

from clgold.reference.generator import integers
from clgold.reference.spec import Shape


def held(shape: Shape) -> np.ndarray:
    """float32 of that shape: integers from 1 to 8 of either sign, always the same."""
    signs = 1 - 2 * integers(0, "held sign", shape, 0, 1)
    return (signs * integers(0, "held", shape, 1, 8)).astype(np.float32)
