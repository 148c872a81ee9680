"""Data that try an error bound: each kind is a function (seed, name, shape) → float64."""

from collections.abc import Callable, Mapping

import numpy as np

from clgold.reference.generator import bell, integers, uniform

from .arithmetic import Array

Shape = tuple[int, ...]
Fill = Callable[[int, str, Shape], Array]


def positive(seed: int, name: str, shape: Shape) -> Array:
    return np.abs(bell(seed, name, shape)) + 2.0**-10


def alternating(seed: int, name: str, shape: Shape) -> Array:
    """Signs + − + − in storage order."""
    signs = 1 - 2 * (np.arange(int(np.prod(shape))) % 2).reshape(shape)
    return positive(seed, name, shape) * signs


def ascending(seed: int, name: str, shape: Shape) -> Array:
    return np.sort(bell(seed, name, shape), axis=-1)


def cancelling(seed: int, name: str, shape: Shape) -> Array:
    """Each value is followed by almost its opposite."""
    flat = bell(seed, name, shape).ravel()
    close = 1 + 2.0**-12 * bell(seed, f"{name} close", flat[1::2].shape)
    flat[1::2] = -flat[: flat.size - 1 : 2][: flat[1::2].size] * close
    return flat.reshape(shape)


def wide(seed: int, name: str, shape: Shape) -> Array:
    """Magnitudes from 2⁻²⁰ to 2²⁰."""
    return bell(seed, name, shape) * 2.0 ** integers(seed, f"{name} scale", shape, -20, 20)


def subnormal(seed: int, name: str, shape: Shape) -> Array:
    """Numbers on both sides of the smallest normal one."""
    return bell(seed, name, shape) * 2.0 ** integers(seed, f"{name} scale", shape, -140, -120)


def half_subnormal(seed: int, name: str, shape: Shape) -> Array:
    """Products of two such numbers are subnormal, they themselves are not."""
    return bell(seed, name, shape) * 2.0 ** integers(seed, f"{name} scale", shape, -70, -58)


def half_huge(seed: int, name: str, shape: Shape) -> Array:
    """Products of two such numbers are near overflow."""
    return bell(seed, name, shape) * 2.0 ** integers(seed, f"{name} scale", shape, 55, 63)


def huge(seed: int, name: str, shape: Shape) -> Array:
    return bell(seed, name, shape) * 2.0 ** integers(seed, f"{name} scale", shape, 110, 125)


def powers_of_two(seed: int, name: str, shape: Shape) -> Array:
    signs = 2 * integers(seed, f"{name} sign", shape, 0, 1) - 1
    return signs * 2.0 ** integers(seed, name, shape, -8, 8)


def above_powers(seed: int, name: str, shape: Shape) -> Array:
    """A few last places above powers of two, where a rounding weighs most."""
    return powers_of_two(seed, name, shape) * (1 + 2.0**-23 * integers(seed, "last", shape, 0, 9))


def staircase(seed: int, name: str, shape: Shape) -> Array:
    """One, and then numbers that vanish beside it, one after another."""
    values = 2.0**-24 * (1 + 2.0**-23 * integers(seed, name, shape, 0, 3))
    values[..., 0] = 1.0
    return values


GENERAL: Mapping[str, Fill] = {
    "bell": bell,
    "positive": positive,
    "alternating": alternating,
    "ascending": ascending,
    "cancelling": cancelling,
    "wide": wide,
    "subnormal": subnormal,
    "half subnormal": half_subnormal,
    "half huge": half_huge,
    "huge": huge,
    "powers of two": powers_of_two,
    "above powers": above_powers,
    "staircase": staircase,
}


def logits(factor: float) -> Fill:
    return lambda seed, name, shape: factor * bell(seed, name, shape)


def constant(seed: int, name: str, shape: Shape) -> Array:
    return np.broadcast_to(bell(seed, name, (*shape[:-1], 1)), shape) * 30


def ascending_logits(seed: int, name: str, shape: Shape) -> Array:
    """Every value is the largest so far, in small steps."""
    return 2 * np.sort(bell(seed, name, shape), axis=-1)


def ascending_from_far(seed: int, name: str, shape: Shape) -> Array:
    return 40 * np.sort(bell(seed, name, shape), axis=-1)


def one_ahead(seed: int, name: str, shape: Shape) -> Array:
    """One logit far above the rest."""
    values = bell(seed, name, shape)
    values[..., -1] += 60
    return values


LOGITS: Mapping[str, Fill] = {
    "bell": bell,
    "logits of tens": logits(30),
    "huge logits": logits(3000),
    "constant rows": constant,
    "ascending rows": ascending_logits,
    "ascending from far": ascending_from_far,
    "one ahead": one_ahead,
    "subnormal": subnormal,
    "powers of two": powers_of_two,
}


def row_sums(fill: Fill, logarithm: bool) -> Fill:
    """Softmax of rows of logits, or its logarithm."""

    def probabilities(seed: int, name: str, shape: Shape) -> Array:
        values = np.asarray(fill(seed, name, shape))
        values = values - values.max(axis=-1, keepdims=True)
        values = values - np.log(np.exp(values).sum(axis=-1, keepdims=True))
        return values if logarithm else np.exp(values)

    return probabilities


SOME = {"any numbers": bell, "wide": wide, "subnormal": subnormal, "half huge": half_huge}
PROBABILITIES: Mapping[str, Fill] = SOME | {k: row_sums(v, False) for k, v in LOGITS.items()}
LOGARITHMS: Mapping[str, Fill] = SOME | {k: row_sums(v, True) for k, v in LOGITS.items()}
ARGUMENTS: Mapping[str, Fill] = {
    "bell": bell,
    "tens": logits(30),
    "wide": wide,
    "subnormal": subnormal,
    "above powers": above_powers,
    "powers of two": powers_of_two,
    "positive": positive,
}


def offset(far: float) -> Fill:
    """Values whose mean is so many deviations away, another one for each name."""

    def fill(seed: int, name: str, shape: Shape) -> Array:
        return far * (1 + bell(seed, f"{name} offset", ())) + bell(seed, name, shape)

    return fill


def constant(seed: int, name: str, shape: Shape) -> Array:
    return np.full(shape, float(bell(seed, name, ())))


FAR: Mapping[str, Fill] = {f"offset {far:g}": offset(far) for far in (10.0, 1e3, 1e5)}
BATCHES: Mapping[str, Fill] = {**GENERAL, **FAR, "constant": constant}


def near_image(seed: int, name: str, shape: Shape) -> Array:
    return uniform(seed, name, shape, -1.25, 1.25)


def far_outside(seed: int, name: str, shape: Shape) -> Array:
    return 2.0 ** uniform(seed, name, shape, -1, 12) * np.sign(bell(seed, f"{name} sign", shape))


def at_borders(seed: int, name: str, shape: Shape) -> Array:
    """Edges and centres of pixels in images of up to 16, a few last places off."""
    size = integers(seed, f"{name} size", shape, 1, 16)
    place = integers(seed, name, shape, -2, 34) / size - 1
    return place.astype(np.float32) * (1 + 2.0**-23 * integers(seed, f"{name} off", shape, -3, 3))


def tiny_coordinates(seed: int, name: str, shape: Shape) -> Array:
    return subnormal(seed, name, shape)


GRIDS: Mapping[str, Fill] = {
    "near the image": near_image,
    "at borders": at_borders,
    "far outside": far_outside,
    "tiny coordinates": tiny_coordinates,
}
