"""The gradient of two-dimensional average pooling."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from .avg_pool2d import AVG_POOL2D, divisors
from .evaluate import evaluate
from .gradient import gradient, sized
from .layer import Array, Enclosure
from .operands import Operand
from .pool_grad import handed_back, pool_rule
from .profile import Profile
from .spec import Padding, Pair, Shape
from .sums import product_sum_error


def avg_pool2d_grad(
    grad: Array,
    input_size: Shape,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair | Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """dx[n,c,i,j] = Σ g[n,c,k,l] / the number of pixels in the window, over the windows with (i, j)

    grad (N, C, OH, OW) float32, input_size (N, C, H, W) → that, float64; the attributes and
    divisors are avg_pool2d's. 0 where no window sees the pixel. Raises SpecError. As autograd of
    torch.nn.functional.avg_pool2d.

    >>> avg_pool2d_grad(np.float32([[[[8]]]]), (1, 1, 2, 2), kernel_size=2).tolist()
    [[[[2.0, 2.0], [2.0, 2.0]]]]
    """
    return evaluate(
        AVG_POOL2D_GRAD,
        (grad,),
        input_size=input_size,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )


def spread(shares: Array, input_size: Shape, attributes: dict[str, Any]) -> Array:
    """Every window's share to each of its pixels."""
    taps = np.broadcast_to(
        shares[..., np.newaxis, np.newaxis], (*shares.shape, *attributes["kernel_size"])
    )
    return handed_back(taps, input_size, attributes)


def formula(grad: Array, *, input_size: Shape, **attributes: Any) -> Array:
    return spread(grad / divisors(input_size, **attributes), input_size, attributes)


def error(
    profile: Profile, value: Array, grad: Enclosure, *, input_size: Shape, **attributes: Any
) -> Array:
    """That of a sum of products with the reciprocals, which are off by D + u."""
    share = 1.0 / divisors(input_size, **attributes)
    off = (profile.ulps(profile.divide) + profile.u) * share

    def contract(g: Array, part: Array) -> Array:
        return spread(g * part, input_size, attributes)

    depth = math.prod(attributes["kernel_size"])
    return product_sum_error(profile, contract, grad, Enclosure(share, off), None, depth)


def exact(index: tuple[int, ...], grad: Array, *, input_size: Shape, **attributes: Any) -> Fraction:
    n, c, *place = index
    counts = divisors(input_size, **attributes)
    covering = []
    for axis in (0, 1):
        before = place[axis] + attributes["padding"][axis][0]
        starts = [k * attributes["stride"][axis] for k in range(grad.shape[2 + axis])]
        taps = attributes["kernel_size"][axis]
        covering.append([k for k, start in enumerate(starts) if 0 <= before - start < taps])
    terms = (
        Fraction(float(grad[n, c, k, m])) / int(counts[k, m])
        for k in covering[0]
        for m in covering[1]
    )
    return sum(terms, Fraction(0))


AVG_POOL2D_GRAD = gradient(
    "avg_pool2d_grad",
    AVG_POOL2D,
    "input",
    (avg_pool2d_grad, pool_rule("avg_pool2d_grad", AVG_POOL2D), formula, error, exact),
    (Operand("grad", "N C OH OW"),),
    attributes=sized(AVG_POOL2D, "input"),
    output="N C H W",
)
