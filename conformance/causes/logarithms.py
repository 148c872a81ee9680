"""log_softmax under other conventions."""

import numpy as np

from clgold.reference.layer import Array

from .cause import Cause, table
from .rows import ALL, AXIS, log_sum, other_dim, over_rows, shifted, softmax, unshifted_sum
from .wrongly import formula


def log_unshifted(x: Array, dim: int) -> Array:
    return x - np.log(unshifted_sum(x, dim))


LOG = "x - max - log(sum of exp(x - max))"
LOG_SOFTMAX: tuple[Cause, ...] = table(
    "log_softmax",
    ("softmax", "softmax without its logarithm", LOG, over_rows(softmax)),
    (
        "decimal logarithm",
        "log10 in place of log",
        LOG,
        over_rows(lambda x, dim: (shifted(x, dim) - log_sum(x, dim)) / np.log(10), True),
    ),
    (
        "binary logarithm",
        "log2 in place of log",
        LOG,
        over_rows(lambda x, dim: (shifted(x, dim) - log_sum(x, dim)) / np.log(2), True),
    ),
    (
        "binary logarithm of the sum",
        "log2 of the sum",
        LOG,
        over_rows(lambda x, dim: shifted(x, dim) - log_sum(x, dim) / np.log(2), True),
    ),
    (
        "decimal logarithm of the sum",
        "log10 of the sum",
        LOG,
        over_rows(lambda x, dim: shifted(x, dim) - log_sum(x, dim) / np.log(10), True),
    ),
    ("sum left out", "x - max alone", LOG, over_rows(shifted, True)),
    (
        "maximum left out",
        "x - log of the shifted sum, without the maximum",
        LOG,
        over_rows(lambda x, dim: x - log_sum(x, dim), True),
    ),
    (
        "last not summed",
        "a sum without the last column",
        ALL,
        over_rows(lambda x, dim: shifted(x, dim) - log_sum(x, dim, slice(None, -1)), True),
    ),
    (
        "first not summed",
        "a sum without the first column",
        ALL,
        over_rows(lambda x, dim: shifted(x, dim) - log_sum(x, dim, slice(1, None)), True),
    ),
    ("another axis", "another axis", AXIS, other_dim(1)),
    ("the axis after next", "another axis", AXIS, other_dim(2)),
    (
        "sign",
        "the negative logarithm",
        LOG,
        over_rows(lambda x, dim: log_sum(x, dim) - shifted(x, dim), True),
    ),
    (
        "no maximum subtracted",
        "powers that overflow: no maximum subtracted",
        "subtract the row's maximum from x before exp",
        over_rows(log_unshifted, True),
    ),
    (
        "sum for its logarithm",
        "the sum in place of its logarithm",
        LOG,
        over_rows(lambda x, dim: shifted(x, dim) - np.exp(log_sum(x, dim)), True),
    ),
    (
        "whole array",
        "a sum over the whole array",
        ALL,
        over_rows(lambda x, dim: x - x.max() - np.log(np.exp(x - x.max()).sum()), True),
    ),
    ("unchanged", "the input itself", "apply the layer", formula(lambda x, **_: x)),
)
