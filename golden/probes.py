"""Probes: data that make faults visible. Every value comes from our own generator.

exact       small integers, or dyadic fractions, whose sums are exact in any order: tolerance 0
real        signed reals of mixed magnitudes
sparse      few values that are not zero, so that each weight and each tap is seen alone
cancelling  sums that nearly vanish, values close to one another
wide        exponents far apart
special     NaN, infinities, zeros of both signs, subnormals and huge numbers among reals
lone        the same in one operand, in turn, the others being finite; of every other seed the first
            plane's first rows are -infinity, so that whole windows and rows are
shifted     rows far below zero, the odd ones farther than most, or far above, or with one value far
            above the rest in every place
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from clgold.reference.generator import bell, integers, kept, uniform
from clgold.reference.operands import Operand
from clgold.reference.spec import Shape

Array = np.ndarray
Fill = Callable[[Operand, str, int, Shape], Array]

SPECIALS = np.array(
    [np.nan, np.inf, -np.inf, 0.0, -0.0, 2.0**-130, -(2.0**-149), 3e38, -3e38, 2.0**-126]
)


def fill(probe: str, operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """float32 of that shape, such as the operand may hold; each name has numbers of its own."""
    if shape == ():
        return fill(probe, operand, name, seed, (1,)).reshape(())
    values = GIVEN.get(operand.role, PROBES[probe])(operand, name, seed, shape)
    with np.errstate(over="ignore", under="ignore"):
        return values.astype(np.float32)


def labels(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """(images, classes): 1 at each image's class, and 0."""
    return np.eye(shape[1])[integers(seed, name, shape[:1], 0, shape[1] - 1)]


def masks(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """Half of them 1, the others 0."""
    return kept(seed, name, shape, 0.5)


def indices(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """(N, C, rows, columns): places in a plane of that size, some of them twice."""
    return integers(seed, name, shape, 0, shape[2] * shape[3] - 1)


def probed(
    probe: str, named: Sequence[tuple[str, Operand]], seed: int, shapes: Sequence[Shape | None]
) -> tuple[Array | None, ...]:
    """The data of every operand, None for those absent."""
    places = [k for k, shape in enumerate(shapes) if shape is not None]
    turn = [k for k in places if may_be_alone(named[k][1])] or places
    alone = turn[seed % len(turn)]
    return tuple(
        None
        if shape is None
        else fill("real" if probe == "lone" and k != alone else probe, operand, name, seed, shape)
        for k, ((name, operand), shape) in enumerate(zip(named, shapes, strict=True))
    )


def exact(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """Integers within ±8; sixteenths for coordinates; powers of 4 for variances."""
    if operand.role == "coordinate":
        reach = 14 if operand.values == "map" else 40
        return integers(seed, name, shape, -reach, reach) / 16
    if operand.values == "positive":
        return 4.0 ** integers(seed, name, shape, -1, 2)
    return integers(seed, name, shape, -8, 8).astype(np.float64)


def real(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """A bell curve times a power of two from ⅛ to 8."""
    if operand.values == "positive":
        return uniform(seed, name, shape, 0.01, 4.0)
    if operand.role == "coordinate" and operand.values != "map":
        return uniform(seed, name, shape, -2.5, 2.5)
    values = bell(seed, name, shape)
    if operand.role == "coordinate":
        return values
    return values * 2.0 ** integers(seed, f"{name} scale", shape, -3, 3)


def sparse(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """One value in eight of `real`, and always one."""
    values = real(operand, name, seed, shape)
    if operand.role == "coordinate" or operand.values == "positive":
        return values
    kept = integers(seed, f"{name} kept", shape, 0, 7) == 0
    kept.flat[int(integers(seed, f"{name} one", (), 0, kept.size - 1))] = True
    return np.where(kept, values, 0.0)


def cancelling(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """Values near 1 against weights of alternating sign: what is left is small."""
    values = operand.values
    if operand.role == "coordinate" or values in ("positive", "offset"):
        return real(operand, name, seed, shape) * (2.0**-8 if values == "offset" else 1.0)
    if values.startswith("-"):
        other = cancelling(replace(operand, values=""), values[1:], seed, shape)
        return -other * (1 + 2.0**-12 * bell(seed, name, shape))
    if operand.role == "weight" and values != "gain":
        flat = bell(seed, name, shape).reshape(-1)
        flat[1::2] = -flat[: flat.size - 1 : 2][: flat[1::2].size]
        return flat.reshape(shape)
    return 1 + 2.0**-8 * bell(seed, name, shape)


def wide(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """Magnitudes from 2⁻²⁰ to 2²⁰; coordinates stay near the image."""
    if operand.role == "coordinate":
        return real(operand, name, seed, shape)
    scale = 2.0 ** integers(seed, f"{name} scale", shape, -20, 20)
    if operand.values == "positive":
        return uniform(seed, name, shape, 0.5, 1.0) * scale
    return bell(seed, name, shape) * scale


def special(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """`real`, and in what is no weight one value in 32, and always one, out of SPECIALS."""
    spoils = operand.role not in ("weight", "statistic") and operand.values != "map"
    return spoiled(operand, name, seed, shape) if spoils else real(operand, name, seed, shape)


def lone(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """As `special`, of what is added too; of odd seeds with a stretch of -infinity."""
    if not may_be_alone(operand):
        return real(operand, name, seed, shape)
    values = spoiled(operand, name, seed, shape)
    if seed % 2 and operand.role == "activation" and shape:
        rows = shape[-2] if len(shape) > 1 else 1
        planes = values.reshape(-1, rows, shape[-1])
        lines = planes[0] if len(planes) * rows > 1 else planes[0].T  # of one row its first half
        lines[: (len(lines) + 1) // 2 if len(planes) > 1 else len(lines) // 2] = -np.inf
    return values


def may_be_alone(operand: Operand) -> bool:
    """Whether special values may stand in it while all other operands are finite."""
    added = operand.values == "offset"
    return added or (operand.role not in ("weight", "statistic") and operand.values != "map")


def spoiled(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """`real`, with one value in 32, and always one, out of SPECIALS."""
    values = real(operand, name, seed, shape)
    chosen = integers(seed, f"{name} chosen", shape, 0, 31) == 0
    chosen.flat[int(integers(seed, f"{name} one", (), 0, chosen.size - 1))] = True
    return np.where(
        chosen, SPECIALS[integers(seed, f"{name} which", shape, 0, SPECIALS.size - 1)], values
    )


def shifted(operand: Operand, name: str, seed: int, shape: Shape) -> Array:
    """Values near −200, whose powers of e all vanish, or near 200, or near 0, one in a row at 100.

    That one's place moves along the longest axis from row to row, from the first to the last. Of
    what is below zero the first axis's odd places lie beyond what maxima are started at, 1e30.
    """
    if operand.role != "activation":
        return real(operand, name, seed, shape)
    values, places = bell(seed, name, shape), np.indices(shape, sparse=True)
    if seed % 3 == 0:
        return (values - 200.0) * np.where(places[0] % 2 == 1, FAR, 1.0)
    if seed % 3 == 2:
        return values + 200.0
    return np.where((sum(places) + seed // 3) % max(shape, default=1) == 0, 100.0, values)


FAR = 2.0**100  # times 200: 2.5e32
GIVEN: dict[str, Fill] = {"label": labels, "mask": masks, "index": indices}  # by role
FIRST = ("exact", "real", "sparse", "cancelling", "wide", "special")  # the fixtures' probes

PROBES: dict[str, Fill] = {
    "exact": exact,
    "real": real,
    "sparse": sparse,
    "cancelling": cancelling,
    "wide": wide,
    "special": special,
    "lone": lone,
    "shifted": shifted,
}
