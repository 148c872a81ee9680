"""tanh and sigmoid under other conventions."""

import numpy as np
from scipy.special import expit

from clgold.reference.layer import Array

from .cause import Cause, table
from .functions import others
from .wrongly import formula


def float32_exp(x: Array) -> Array:
    """Beyond float32's range infinity."""
    powers = np.exp(x)
    return np.where(powers >= 2.0**128, np.inf, powers)


def overflowing_sigmoid(x: Array) -> Array:
    return float32_exp(x) / (1 + float32_exp(x))


def overflowing_tanh(x: Array) -> Array:
    up, down = float32_exp(x), float32_exp(-x)
    return (up - down) / (up + down)


def overflowing_square(x: Array) -> Array:
    return (float32_exp(2 * x) - 1) / (float32_exp(2 * x) + 1)


TANH_IS = "apply tanh(x), scaled nowhere"
TANH: tuple[Cause, ...] = table(
    "tanh",
    ("tanh(x/2)", "tanh(x / 2)", TANH_IS, formula(lambda x: np.tanh(x / 2))),
    ("tanh(2x)", "tanh(2x)", TANH_IS, formula(lambda x: np.tanh(2 * x))),
    ("sign reversed", "-tanh(x)", TANH_IS, formula(lambda x: -np.tanh(x))),
    (
        "LeCun's tanh",
        "1.7159 tanh(2x / 3)",
        TANH_IS,
        formula(lambda x: 1.7159 * np.tanh(2 * x / 3)),
    ),
    (
        "overflowing quotient",
        "powers that overflow: (exp(x) - exp(-x)) / (exp(x) + exp(-x))",
        "use tanh, or powers of -|x|",
        formula(overflowing_tanh),
    ),
    (
        "overflowing square",
        "powers that overflow: (exp(2x) - 1) / (exp(2x) + 1)",
        "use tanh, or powers of -2|x|",
        formula(overflowing_square),
    ),
    (
        "rational approximation",
        "x (27 + x²) / (27 + 9x²)",
        "use tanh",
        formula(lambda x: x * (27 + x * x) / (27 + 9 * x * x)),
    ),
    (
        "rational, clipped",
        "x (27 + x²) / (27 + 9x²), clipped to -1 ... 1",
        "use tanh",
        formula(lambda x: np.clip(x * (27 + x * x) / (27 + 9 * x * x), -1, 1)),
    ),
    ("series", "x - x³/3", "use tanh", formula(lambda x: x - x**3 / 3)),
    ("hyperbolic sine", "sinh(x)", TANH_IS, formula(np.sinh)),
    ("tangent", "tan(x)", TANH_IS, formula(np.tan)),
    (
        "applied twice",
        "tanh applied twice",
        "apply it once",
        formula(lambda x: np.tanh(np.tanh(x))),
    ),
    *others("tanh", TANH_IS),
)


def log_sigmoid(x: Array) -> Array:
    softplus: Array = np.logaddexp(0.0, -x)
    return -softplus


SIGMOID_IS = "apply 1 / (1 + exp(-x))"
SIGMOID: tuple[Cause, ...] = table(
    "sigmoid",
    ("sign of the exponent", "1 / (1 + exp(x))", SIGMOID_IS, formula(lambda x: expit(-x))),
    ("sigmoid(2x)", "the sigmoid of 2x", SIGMOID_IS, formula(lambda x: expit(2 * x))),
    ("sigmoid(x/2)", "the sigmoid of x / 2", SIGMOID_IS, formula(lambda x: expit(x / 2))),
    (
        "overflowing quotient",
        "powers that overflow: exp(x) / (1 + exp(x))",
        SIGMOID_IS,
        formula(overflowing_sigmoid),
    ),
    ("powers of 2", "1 / (1 + 2^-x)", SIGMOID_IS, formula(lambda x: expit(np.log(2.0) * x))),
    ("1 not added", "1 / exp(-x)", SIGMOID_IS, formula(np.exp)),
    (
        "scaled softsign",
        "(1 + x / (1 + |x|)) / 2",
        SIGMOID_IS,
        formula(lambda x: (1 + x / (1 + np.abs(x))) / 2),
    ),
    (
        "hard sigmoid, slope 1/4",
        "clip(x / 4 + 1/2, 0, 1)",
        SIGMOID_IS,
        formula(lambda x: np.clip(x / 4 + 0.5, 0, 1)),
    ),
    (
        "derivative",
        "s (1 - s), the derivative",
        SIGMOID_IS,
        formula(lambda x: expit(x) * expit(-x)),
    ),
    ("scaled to -1 ... 1", "2s - 1", SIGMOID_IS, formula(lambda x: np.tanh(x / 2))),
    ("logarithm", "log s", SIGMOID_IS, formula(log_sigmoid)),
    (
        "applied twice",
        "the sigmoid applied twice",
        "apply it once",
        formula(lambda x: np.asarray(expit(expit(x)))),
    ),
    *others("sigmoid", SIGMOID_IS),
)
