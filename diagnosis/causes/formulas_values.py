"""Layers of single values by other formulas."""

import contextlib
from dataclasses import replace
from typing import Any

import numpy as np

from clgold.reference import SpecError
from clgold.reference.layer import Array

from .formulas import Names, formula, lines

# What is taken for one another; of each layer all but its own.
FUNCTIONS = """
elu | where(x > 0, x, expm1(minimum(x, 0)))
relu | maximum(x, 0)
tanh | tanh(x)
sigmoid | sigmoid(x)
leaky ReLU, slope 0.01 | where(x > 0, x, 0.01*x)
leaky ReLU, slope 0.1 | where(x > 0, x, 0.1*x)
leaky ReLU, slope 0.2 | where(x > 0, x, 0.2*x)
leaky ReLU, slope 0.25 | where(x > 0, x, 0.25*x)
ReLU6 | clip(x, 0, 6)
SELU | 1.0507009873554805*where(x > 0, x, 1.6732632423543772*expm1(minimum(x, 0)))
GELU | x*(1 + erf(x/sqrt(2)))/2
GELU by tanh | x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))
SiLU | x*sigmoid(x)
softplus | logaddexp(x, 0)
softsign | x/(1 + abs(x))
magnitude | abs(x)
hard tanh | clip(x, -1, 1)
hard sigmoid | clip(x/6 + 0.5, 0, 1)
hard sigmoid, slope 0.2 | clip(0.2*x + 0.5, 0, 1)
hard swish | x*clip(x/6 + 0.5, 0, 1)
arctangent | arctan(x)
sign | sign(x)
step | where(x > 0, 1.0, 0.0)
square | x*x
negative | -x
"""


def others(own: str) -> str:
    """The functions that are taken for this one, with words that say so."""
    rows = [line for line in FUNCTIONS.split("\n") if line and not line.startswith(own)]
    named = [f"{line} | {line.split(' | ')[0]} in place of {own}" for line in rows]
    return "\n".join(["left out | 1*x | the input itself: the function left out", *named])


def names(x: Array, *, alpha: float = 1.0) -> Names:
    """x, a (alpha); low is x where it is negative, else 0; el(x) the right elu."""
    low = np.minimum(x, 0.0)

    def el(other: Array) -> Array:
        return np.where(other > 0, other, alpha * np.expm1(np.minimum(other, 0.0)))

    return {"x": x, "a": alpha, "low": low, "el": el}


ELU = lines(
    "elu",
    f"""
x for x > 0, alpha * (exp(x) - 1) otherwise
alpha on both sides | a*where(x > 0, x, expm1(low)) | alpha times the positive side too
1 not subtracted | where(x > 0, x, a*exp(low)) | alpha * exp(x) for negative x
1 subtracted from the product | where(x > 0, x, a*exp(low) - 1) | alpha * exp(x) - 1 for negative x
exp(x) - 1 on both sides | a*expm1(x) | alpha * (exp(x) - 1) for positive x too
sides exchanged | where(x < 0, x, a*expm1(x)) | x for negative x, alpha * (exp(x) - 1) for positive
sign of the exponent | where(x > 0, x, a*expm1(-low)) | alpha * (exp(-x) - 1) for negative x
sign of alpha | where(x > 0, x, -a*expm1(low)) | -alpha * (exp(x) - 1) for negative x
powers of 2 | where(x > 0, x, a*expm1(log(2)*low)) | alpha * (2^x - 1) for negative x
alpha within | where(x > 0, x, a*expm1(low/a)) | alpha * (exp(x / alpha) - 1), as in CELU
alpha in the exponent | where(x > 0, x, expm1(a*low)) | exp(alpha * x) - 1 for negative x
added up | maximum(x, 0) + a*expm1(x) | max(x, 0) + alpha * (exp(x) - 1)
choose a side, do not multiply by 0: 0 * infinity is NaN
multiplied by 0 | (x > 0)*x + (x <= 0)*(a*single(expm1(x))) | both sides times 0 or 1, added up
apply it once
applied twice | el(el(x)) | elu applied twice
apply x for x > 0, alpha * (exp(x) - 1) otherwise
{others("elu")}
x for x > 0, alpha * (exp(x) - 1) otherwise
alpha times x | where(x > 0, x, a*low) | alpha * x for negative x
""",
    formula(names),
)
RELU = lines(
    "relu",
    f"""
keep positive x
negative part | low | min(x, 0)
apply max(x, 0)
{others("relu")}
choose a side, do not multiply by 0: 0 * infinity is NaN
multiplied by 0 | (x > 0)*x | x times 0 where x is negative
leave positive x as they are
clipped at 1 | clip(x, 0, 1) | values clipped to 0 ... 1
""",
    formula(names),
)


def slope_names(x: Array, *, negative_slope: float) -> Names:
    """x, a (negative_slope)."""
    return {"x": x, "a": negative_slope}


LEAKY_RELU = lines(
    "leaky_relu",
    f"""
multiply negative x alone
slope on both sides | a*x | the slope times the positive side too
sides exchanged | where(x < 0, x, a*x) | the slope times positive x, negative x copied
sign of the slope | where(x > 0, x, -a*x) | -slope * x for negative x
divided by the slope | where(x > 0, x, x/a) | x / slope for negative x
slope added | where(x > 0, x, x + a) | x + slope for negative x
slope alone | where(x > 0, x, a) | the slope for negative x
slope squared | where(x > 0, x, a*a*x) | the slope applied twice
apply x for x > 0, slope * x otherwise
{others("leaky ReLU")}
""",
    formula(slope_names),
)
TANH = lines(
    "tanh",
    f"""
apply tanh(x), scaled nowhere
tanh(x/2) | tanh(x/2) | tanh(x / 2)
tanh(2x) | tanh(2*x)
sign reversed | -tanh(x) | -tanh(x)
LeCun's tanh | 1.7159*tanh(2*x/3) | 1.7159 tanh(2x / 3)
use tanh
rational approximation | x*(27 + x*x)/(27 + 9*x*x) | x (27 + x²) / (27 + 9x²)
rational, clipped | clip(x*(27 + x*x)/(27 + 9*x*x), -1, 1) | x (27 + x²) / (27 + 9x²), clipped
series | x - x**3/3 | x - x³/3
apply tanh(x), scaled nowhere
hyperbolic sine | sinh(x) | sinh(x)
tangent | tan(x) | tan(x)
apply it once
applied twice | tanh(tanh(x)) | tanh applied twice
apply tanh(x), scaled nowhere
{others("tanh")}
""",
    formula(names),
)
# The right function, but with roundings of their own: they cancel near 0, or overflow.
FORMS = (
    *lines(
        "tanh",
        """
use tanh, which does not cancel near 0 nor overflow
overflowing square | (single(exp(2*x)) - 1)/(single(exp(2*x)) + 1) | (exp(2x) - 1) / (exp(2x) + 1)
overflowing quotient | (single(exp(x)) - single(exp(-x)))/(single(exp(x)) + single(exp(-x))) | \
(exp(x) - exp(-x)) / (exp(x) + exp(-x))
cancelling quotient | 1 - 2/(exp(2*x) + 1) | 1 - 2 / (exp(2x) + 1)
""",
        formula(names),
    ),
    *lines(
        "sigmoid",
        """
apply 1 / (1 + exp(-x)), or powers of -|x|
overflowing quotient | single(exp(x))/(1 + single(exp(x))) | exp(x) / (1 + exp(x)), which overflows
""",
        formula(names),
    ),
)
SIGMOID = lines(
    "sigmoid",
    f"""
apply 1 / (1 + exp(-x))
sign of the exponent | sigmoid(-x) | 1 / (1 + exp(x))
sigmoid(2x) | sigmoid(2*x) | the sigmoid of 2x
sigmoid(x/2) | sigmoid(x/2) | the sigmoid of x / 2
powers of 2 | sigmoid(log(2)*x) | 1 / (1 + 2^-x)
1 not added | exp(x) | 1 / exp(-x)
scaled softsign | (1 + x/(1 + abs(x)))/2 | (1 + x / (1 + |x|)) / 2
hard sigmoid, slope 1/4 | clip(x/4 + 0.5, 0, 1) | clip(x / 4 + 1/2, 0, 1)
derivative | sigmoid(x)*sigmoid(-x) | s (1 - s), the derivative
scaled to -1 ... 1 | tanh(x/2) | 2s - 1
logarithm | -logaddexp(0, -x) | log s
apply it once
applied twice | sigmoid(sigmoid(x)) | the sigmoid applied twice
apply 1 / (1 + exp(-x))
{others("sigmoid")}
""",
    formula(names),
)


def shift_names(x: Array, a: Array, b: Array) -> Names:
    """x, a (scale), b (shift); memory(b) is b[c] for channel c."""

    def memory(shift: Array) -> Array:
        if shift.ndim < 3:
            raise SpecError(f"scale_shift: shift has shape {shift.shape}, expected channels")
        return shift.ravel()[: shift.shape[1]].reshape(1, -1, *(1,) * (shift.ndim - 2))

    return {"x": x, "a": a, "b": b, "memory": memory}


SCALE_SHIFT = lines(
    "scale_shift",
    """
scale * x + shift
shift first | a*(x + b) | scale * (x + shift)
scale left out | x + b | x + shift
shift left out | a*x | scale * x
shift subtracted | a*x - b | scale * x - shift
divided | x/a + b | x / scale + shift
scale added | x + a + b | scale + x + shift
scale and shift multiplied | a*x*b | scale * x * shift
take the shift of the element's own unit
shift by channel, in memory | a*x + memory(b) | shift[c] for channel c
""",
    formula(shift_names),
)


def both(a: Array, b: Array, **_: Any) -> Names:
    return {"a": a, "b": b}


ADD = lines(
    "add",
    """
add both operands
subtracted | a - b | a - b
b left out | a + 0*b | a alone
a left out | 0*a + b | b alone
multiplied | a*b | a · b
average | (a + b)/2 | the average of a and b
maximum | maximum(a, b) | the larger of a and b
a twice | a + a | a + a
b twice | b + b | b + b
subtracted from b | b - a | b - a
take b at the element's own place
first of b | a + b.ravel()[0] | b's first element everywhere
first row of b | a + b[:1] | b's first row everywhere
b reversed | a + b.ravel()[::-1].reshape(b.shape) | b in reverse order
""",
    formula(both),
)


def broadcast(a: Array, b: Array) -> Names:
    """a, b of the output's shape; front() is a·b, a shorter one's axes counted from the front."""
    one, other = np.broadcast_arrays(a, b)

    def front() -> Array:
        rank = max(a.ndim, b.ndim)
        longer = (v.reshape(v.shape + (1,) * (rank - v.ndim)) for v in (a, b))
        with contextlib.suppress(ValueError):
            found: Array = np.multiply(*longer)
            if a.ndim != b.ndim and found.shape == one.shape:
                return found
        raise SpecError(f"mul: {b.shape} does not broadcast from the front to {a.shape}")

    return {"a": one, "b": other, "front": front}


MUL = lines(
    "mul",
    """
multiply both operands
added | a + b | a + b
subtracted | a - b | a - b
divided | a/b | a / b
b left out | a + 0*b | a alone
a left out | 0*a + b | b alone
a squared | a*a | a · a
b squared | b*b | b · b
b twice | a*b*b | a · b · b
sign reversed | -a*b | -a · b
broadcast from the front | front() | the shorter operand's axes counted from the first
first of b | a*b.ravel()[0] | b's first element everywhere
first of a | b*a.ravel()[0] | a's first element everywhere
""",
    formula(broadcast),
)
VALUES = (
    *ELU,
    *RELU,
    *LEAKY_RELU,
    *TANH,
    *SIGMOID,
    *SCALE_SHIFT,
    *ADD,
    *MUL,
    *(replace(one, form=True) for one in FORMS),
)
