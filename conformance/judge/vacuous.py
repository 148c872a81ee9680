"""Cases that no kernel could fail, or that a common fault would pass."""

from collections.abc import Mapping

import numpy as np

from clgold.reference import Enclosure

Array = np.ndarray


def why_vacuous(
    operands: Mapping[str, Array | None], expected: Enclosure, constant: bool = False
) -> str:
    """Why the case shows nothing, as words; empty if it shows something.

    Of a layer whose output is `constant` nothing more could be shown.
    """
    value, bound = expected.value, expected.radius
    if not constant and value.size > 1 and value.dtype == np.float64 and np.isfinite(value).all():
        if not value.any():
            return "the expected output is all zero"
        if np.all(bound >= np.abs(value)):
            return "the bound is as large as the output everywhere"
    weight = operands.get("weight")
    if weight is not None and weight.size > 1 and np.all(weight == weight.flat[0]):
        return "all weights are equal"
    if weight is not None and weight.ndim == 4 and max(weight.shape[2:]) > 1:
        flipped = weight[:, :, ::-1, ::-1]
        if np.array_equal(weight, flipped):
            return "every filter equals itself flipped"
    return ""
