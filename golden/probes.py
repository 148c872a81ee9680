"""Probes: data that make faults visible. Every value comes from our own generator.

exact       small integers, or dyadic fractions, whose sums are exact in any order: tolerance 0
real        signed reals of mixed magnitudes
sparse      few values that are not zero, so that each weight and each tap is seen alone
cancelling  sums that nearly vanish, values close to one another
wide        exponents far apart
special     NaN, infinities, zeros of both signs, subnormals and huge numbers among reals
"""

from collections.abc import Callable

import numpy as np

from clgold.reference.generator import bell, integers, uniform
from clgold.reference.spec import Shape

Array = np.ndarray
Fill = Callable[[str, int, Shape], Array]

COORDINATES = ("grid", "theta")
ACTIVATIONS = ("input", "inputs", "a", "b", "grid")
SPECIALS = np.array(
    [np.nan, np.inf, -np.inf, 0.0, -0.0, 2.0**-130, -(2.0**-149), 3e38, -3e38, 2.0**-126]
)


def fill(probe: str, operand: str, seed: int, shape: Shape) -> Array:
    """float32 of that shape, such as the operand of that name may hold."""
    values = PROBES[probe](operand, seed, shape)
    with np.errstate(over="ignore", under="ignore"):
        return values.astype(np.float32)


def exact(operand: str, seed: int, shape: Shape) -> Array:
    """Integers within ±8; sixteenths for coordinates; powers of 4 for variances."""
    if operand in COORDINATES:
        reach = 40 if operand == "grid" else 14
        return integers(seed, operand, shape, -reach, reach) / 16
    if operand == "running_var":
        return 4.0 ** integers(seed, operand, shape, -1, 2)
    return integers(seed, operand, shape, -8, 8).astype(np.float64)


def real(operand: str, seed: int, shape: Shape) -> Array:
    """A bell curve times a power of two from ⅛ to 8."""
    if operand == "grid":
        return uniform(seed, operand, shape, -2.5, 2.5)
    if operand == "running_var":
        return uniform(seed, operand, shape, 0.01, 4.0)
    values = bell(seed, operand, shape)
    if operand == "theta":
        return values
    return values * 2.0 ** integers(seed, f"{operand} scale", shape, -3, 3)


def sparse(operand: str, seed: int, shape: Shape) -> Array:
    """One value in eight of `real`, and always one."""
    if operand in (*COORDINATES, "running_var"):
        return real(operand, seed, shape)
    kept = integers(seed, f"{operand} kept", shape, 0, 7) == 0
    kept.flat[int(integers(seed, f"{operand} one", (), 0, kept.size - 1))] = True
    return np.where(kept, real(operand, seed, shape), 0.0)


def cancelling(operand: str, seed: int, shape: Shape) -> Array:
    """Values near 1 against weights of alternating sign: what is left is small."""
    if operand in (*COORDINATES, "running_var", "bias", "shift"):
        return real(operand, seed, shape) * (2.0**-8 if operand in ("bias", "shift") else 1.0)
    if operand == "b":
        return -cancelling("a", seed, shape) * (1 + 2.0**-12 * bell(seed, operand, shape))
    if operand == "weight":
        flat = bell(seed, operand, shape).reshape(-1)
        flat[1::2] = -flat[: flat.size - 1 : 2][: flat[1::2].size]
        return flat.reshape(shape)
    return 1 + 2.0**-8 * bell(seed, operand, shape)


def wide(operand: str, seed: int, shape: Shape) -> Array:
    """Magnitudes from 2⁻²⁰ to 2²⁰; coordinates stay near the image."""
    if operand in COORDINATES:
        return real(operand, seed, shape)
    scale = 2.0 ** integers(seed, f"{operand} scale", shape, -20, 20)
    if operand == "running_var":
        return uniform(seed, operand, shape, 0.5, 1.0) * scale
    return bell(seed, operand, shape) * scale


def special(operand: str, seed: int, shape: Shape) -> Array:
    """`real`, and in what is no weight one value in 32, and always one, out of SPECIALS."""
    values = real(operand, seed, shape)
    if operand.partition("[")[0] not in ACTIVATIONS:
        return values
    chosen = integers(seed, f"{operand} chosen", shape, 0, 31) == 0
    chosen.flat[int(integers(seed, f"{operand} one", (), 0, chosen.size - 1))] = True
    return np.where(
        chosen, SPECIALS[integers(seed, f"{operand} which", shape, 0, SPECIALS.size - 1)], values
    )


PROBES: dict[str, Fill] = {
    "exact": exact,
    "real": real,
    "sparse": sparse,
    "cancelling": cancelling,
    "wide": wide,
    "special": special,
}
