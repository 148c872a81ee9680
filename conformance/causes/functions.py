"""The functions of one element that are taken for one another."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import erf, expit

from clgold.reference.layer import Array

from .cause import Row
from .wrongly import formula


def leaky(slope: float) -> Callable[..., Array]:
    return lambda x, **_: np.where(x > 0, x, slope * x)


def exponential(x: Array) -> Array:
    return np.expm1(np.minimum(x, 0.0))


def elu(x: Array, alpha: float) -> Array:
    return np.where(x > 0, x, alpha * exponential(x))


def selu(x: Array, **_: Any) -> Array:
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def gelu(x: Array, **_: Any) -> Array:
    return x * (1 + erf(x / np.sqrt(2))) / 2


def gelu_by_tanh(x: Array, **_: Any) -> Array:
    return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def others(own: str, apply: str) -> tuple[Row, ...]:
    """The functions that are taken for one another; all but the layer's own."""
    functions: dict[str, Callable[..., Array]] = {
        "elu": lambda x, **_: elu(x, 1.0),
        "relu": lambda x, **_: np.maximum(x, 0.0),
        "tanh": lambda x, **_: np.tanh(x),
        "sigmoid": lambda x, **_: expit(x),
        "leaky ReLU, slope 0.01": leaky(0.01),
        "leaky ReLU, slope 0.1": leaky(0.1),
        "leaky ReLU, slope 0.2": leaky(0.2),
        "leaky ReLU, slope 0.25": leaky(0.25),
        "ReLU6": lambda x, **_: np.clip(x, 0.0, 6.0),
        "SELU": selu,
        "GELU": gelu,
        "GELU by tanh": gelu_by_tanh,
        "SiLU": lambda x, **_: x * expit(x),
        "softplus": lambda x, **_: np.logaddexp(x, 0.0),
        "softsign": lambda x, **_: x / (1 + np.abs(x)),
        "magnitude": lambda x, **_: np.abs(x),
        "hard tanh": lambda x, **_: np.clip(x, -1.0, 1.0),
        "hard sigmoid": lambda x, **_: np.clip(x / 6 + 0.5, 0.0, 1.0),
        "hard sigmoid, slope 0.2": lambda x, **_: np.clip(0.2 * x + 0.5, 0.0, 1.0),
        "hard swish": lambda x, **_: x * np.clip(x / 6 + 0.5, 0.0, 1.0),
        "arctangent": lambda x, **_: np.arctan(x),
        "sign": lambda x, **_: np.sign(x),
        "step": lambda x, **_: (x > 0) * 1.0,
        "square": lambda x, **_: x * x,
        "negative": lambda x, **_: -x,
    }
    rows: list[Row] = [
        ("left out", "the input itself: the function left out", apply, formula(lambda x, **_: x))
    ]
    for name, function in functions.items():
        if name != own:
            rows.append((name, f"{name} in place of {own}", apply, formula(function)))
    return tuple(rows)
