"""Gradients of layers of single values by other formulas."""

from typing import Any

import numpy as np

from clgold.reference.layer import Array

from .formulas import Names, formula, lines


def names(
    g: Array,
    x: Array,
    *,
    negative_slope: float = 0.0,
    alpha: float = 1.0,
    is_result: bool = False,
    **_: Any,
) -> Names:
    """g (grad), x (input, or result), a (negative_slope), al (alpha), low is x where negative.

    d(x) is the right factor of g by elu: from x, or from the result.
    """
    low = np.minimum(x, 0.0)

    def slope(other: Array) -> Array:
        return other + alpha if is_result else alpha * np.exp(np.minimum(other, 0.0))

    return {"g": g, "x": x, "a": negative_slope, "al": alpha, "low": low, "d": slope}


SHARED = """
multiply by grad
derivative alone | {own} | the derivative, not multiplied by the gradient
multiply by the derivative
derivative left out | 1*g | the gradient itself: the derivative left out
grad twice | g*g*({own}) | the gradient multiplied twice
read grad and {saved} in their order
operands exchanged | {exchanged} | grad read as {saved}, and {saved} as grad
"""
RELU_GRAD = lines(
    "relu_grad",
    """
let g through where x > 0 alone: not at 0
>= at the kink | where(x >= 0, g, 0) | g where x is 0 too: >= in place of >
half at the kink | where(x > 0, g, where(x < 0, 0, g/2)) | half of g where x is 0
let g through where x > 0
positive and negative exchanged | where(x > 0, 0, g) | g where x is not positive
where not 0 | where(x != 0, g, 0) | g wherever x is not 0
sign of x for the step | where(x < 0, -g, where(x > 0, g, 0)) | g times the sign of x
leaky, slope 0.01 | where(x > 0, g, 0.01*g) | a leaky ReLU's gradient
multiply by the step, not by x
times relu | g*maximum(x, 0) | g times relu(x)
times x | g*x | g times x
relu of x | maximum(x, 0) | relu(x): the forward layer
let negative g through as well
relu of grad | maximum(g, 0) | the positive part of g
guided | where(x > 0, maximum(g, 0), 0) | guided backpropagation: g where g and x > 0
sign left out | where(x > 0, abs(g), 0) | the magnitude of g where x > 0
"""
    + SHARED.format(own="where(x > 0, 1.0, 0*g)", exchanged="where(g > 0, x, 0)", saved="input"),
    formula(names),
)
LEAKY_RELU_GRAD = lines(
    "leaky_relu_grad",
    """
let g through where x > 0 alone: not at 0
>= at the kink | where(x >= 0, g, a*g) | g where x is 0 too: >= in place of >
multiply by the slope where x is not positive
slope 0 | where(x > 0, g, 0) | a ReLU's gradient: no slope
slope on both sides | a*g | the slope times g everywhere
sides exchanged | where(x > 0, a*g, g) | the slope times g where x > 0
sign of the slope | where(x > 0, g, -a*g) | -slope * g where x is not positive
divided by the slope | where(x > 0, g, g/a) | g / slope where x is not positive
slope squared | where(x > 0, g, a*a*g) | the slope applied twice
slope added | where(x > 0, g, g + a) | g + slope where x is not positive
multiply by the step, not by x
times the layer | g*where(x > 0, x, a*x) | g times leaky_relu(x)
the layer | where(x > 0, x, a*x) | leaky_relu(x): the forward layer
"""
    + SHARED.format(
        own="where(x > 0, 1.0, a + 0*g)", exchanged="where(g > 0, x, a*x)", saved="input"
    ),
    formula(names),
)
ELU_GRAD = lines(
    "elu_grad",
    """
let g through where x > 0 alone: not at 0
>= at the kink | where(x >= 0, g, g*d(x)) | g where x is 0 too: >= in place of >
multiply by alpha * exp(x), or by y + alpha, where that is not positive
alpha on both sides | where(x > 0, al*g, g*d(x)) | alpha times g where x > 0 too
slope on both sides | g*d(x) | alpha * exp(x), or y + alpha, everywhere
sides exchanged | where(x > 0, g*d(x), g) | the sides exchanged
sign of the exponent | where(x > 0, g, g*al*exp(-low)) | exp(-x) for exp(x)
1 subtracted | where(x > 0, g, g*al*expm1(low)) | alpha * (exp(x) - 1): elu in place of its slope
alpha subtracted | where(x > 0, g, g*(x - al)) | y - alpha for y + alpha
ReLU's | where(x > 0, g, 0) | a ReLU's gradient
the layer | where(x > 0, x, al*expm1(low)) | elu(x): the forward layer
"""
    + SHARED.format(
        own="where(x > 0, 1.0, d(x)) + 0*g", exchanged="where(g > 0, x, x*d(g))", saved="input"
    ),
    formula(names),
)
TANH_GRAD = lines(
    "tanh_grad",
    """
multiply by 1 - y * y
1 + the square | g*(1 + x*x) | 1 + y²
1 - y | g*(1 - x) | 1 - y for 1 - y²
square alone | g*x*x | y² for 1 - y²
sigmoid's | g*x*(1 - x) | y (1 - y), the sigmoid's
square minus 1 | g*(x*x - 1) | y² - 1
half of the square | g*(1 - x*x/2) | 1 - y²/2
root | g*sqrt(1 - x*x) | the root of 1 - y²
use the saved result: tanh is applied already
tanh again | g*(1 - tanh(x)**2) | 1 - tanh(y)²: the result read as the input
"""
    + SHARED.format(own="1 - x*x + 0*g", exchanged="x*(1 - g*g)", saved="result"),
    formula(names),
)
SIGMOID_GRAD = lines(
    "sigmoid_grad",
    """
multiply by y * (1 - y)
1 - y alone | g*(1 - x) | 1 - y for y (1 - y)
y alone | g*x | y for y (1 - y)
1 + y | g*x*(1 + x) | y (1 + y)
y minus 1 | g*x*(x - 1) | y (y - 1)
tanh's | g*(1 - x*x) | 1 - y², that of tanh
y twice | g*x*x*(1 - x) | y² (1 - y)
1 - y twice | g*x*(1 - x)**2 | y (1 - y)²
use the saved result: the sigmoid is applied already
sigmoid again | g*sigmoid(x)*sigmoid(-x) | s (1 - s), s the sigmoid of y
"""
    + SHARED.format(own="x*(1 - x) + 0*g", exchanged="x*g*(1 - g)", saved="result"),
    formula(names),
)
GRADIENTS = (*RELU_GRAD, *LEAKY_RELU_GRAD, *ELU_GRAD, *TANH_GRAD, *SIGMOID_GRAD)
