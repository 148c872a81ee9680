"""How tests compare: every element, and the good is what is asserted."""

import numpy as np

Array = np.ndarray

# A float64 evaluation of at most 100 terms is off by no more than 100·2⁻⁵³ of their magnitudes.
FEW_ROUNDINGS = 1e-13


def close(got: Array, exact: Array, magnitude: Array | float) -> bool:
    """Whether the reference is within a few float64 roundings of terms of this magnitude."""
    return got.shape == exact.shape and inside([got], exact, FEW_ROUNDINGS * magnitude)


def inside(outputs: list[Array], exact: Array, bound: Array | float) -> bool:
    """Whether every element of every output is within the bound."""
    return all(bool(np.all(np.abs(output - exact) <= bound)) for output in outputs)
