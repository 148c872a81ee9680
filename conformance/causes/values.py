"""elu and relu under other conventions."""

from collections.abc import Callable

import numpy as np

from clgold.reference.layer import Array

from .cause import Cause, Recompute, table
from .functions import elu, others
from .wrongly import formula, with_attributes


def on_negatives(function: Callable[[Array, float], Array]) -> Recompute:
    """x for x > 0, another function otherwise."""
    return formula(lambda x, alpha: np.where(x > 0, x, function(np.minimum(x, 0.0), alpha)))


ELU_IS = "x for x > 0, alpha * (exp(x) - 1) otherwise"
ELU: tuple[Cause, ...] = table(
    "elu",
    (
        "alpha on both sides",
        "alpha times the positive side too",
        ELU_IS,
        formula(lambda x, alpha: alpha * elu(x, 1.0)),
    ),
    (
        "alpha ignored",
        "alpha 1",
        "use the alpha that is given",
        with_attributes(lambda alpha: {"alpha": 1.0}),
    ),
    (
        "1 not subtracted",
        "alpha * exp(x) for negative x",
        ELU_IS,
        on_negatives(lambda x, alpha: alpha * np.exp(x)),
    ),
    (
        "1 subtracted from the product",
        "alpha * exp(x) - 1 for negative x",
        ELU_IS,
        on_negatives(lambda x, alpha: alpha * np.exp(x) - 1),
    ),
    (
        "exp(x) - 1 on both sides",
        "alpha * (exp(x) - 1) for positive x too",
        ELU_IS,
        formula(lambda x, alpha: alpha * np.expm1(x)),
    ),
    (
        "sides exchanged",
        "x for negative x, alpha * (exp(x) - 1) for positive",
        ELU_IS,
        formula(lambda x, alpha: np.where(x < 0, x, alpha * np.expm1(x))),
    ),
    (
        "sign of the exponent",
        "alpha * (exp(-x) - 1) for negative x",
        ELU_IS,
        on_negatives(lambda x, alpha: alpha * np.expm1(-x)),
    ),
    (
        "sign of alpha",
        "-alpha * (exp(x) - 1) for negative x",
        ELU_IS,
        on_negatives(lambda x, alpha: -alpha * np.expm1(x)),
    ),
    (
        "powers of 2",
        "alpha * (2^x - 1) for negative x",
        ELU_IS,
        on_negatives(lambda x, alpha: alpha * np.expm1(np.log(2.0) * x)),
    ),
    (
        "alpha within",
        "alpha * (exp(x / alpha) - 1), as in CELU",
        ELU_IS,
        on_negatives(lambda x, alpha: alpha * np.expm1(x / alpha)),
    ),
    (
        "alpha in the exponent",
        "exp(alpha * x) - 1 for negative x",
        ELU_IS,
        on_negatives(lambda x, alpha: np.expm1(alpha * x)),
    ),
    (
        "added up",
        "max(x, 0) + alpha * (exp(x) - 1)",
        ELU_IS,
        formula(lambda x, alpha: np.maximum(x, 0.0) + alpha * np.expm1(x)),
    ),
    (
        "applied twice",
        "elu applied twice",
        "apply it once",
        formula(lambda x, alpha: elu(elu(x, alpha), alpha)),
    ),
    (
        "alpha 1/2",
        "alpha 0.5",
        "use the alpha that is given",
        with_attributes(lambda alpha: {"alpha": 0.5}),
    ),
    *others("elu", "apply " + ELU_IS),
    ("alpha times x", "alpha * x for negative x", ELU_IS, on_negatives(lambda x, alpha: alpha * x)),
)
RELU: tuple[Cause, ...] = table(
    "relu",
    ("negative part", "min(x, 0)", "keep positive x", formula(lambda x: np.minimum(x, 0.0))),
    *others("relu", "apply max(x, 0)"),
    (
        "clipped at 1",
        "values clipped to 0 ... 1",
        "leave positive x as they are",
        formula(lambda x: np.clip(x, 0.0, 1.0)),
    ),
)
