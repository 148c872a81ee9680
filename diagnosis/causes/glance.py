"""A glance at a few wrong elements, which refutes most causes by their values alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clgold.conformance.judge.compare import Tolerance, wrong_elements
from clgold.reference import Enclosure

from ..mask.chance import doubles, evenly
from .cause import Link
from .screen import part

Array = np.ndarray

# Wrong elements that a glance sees.
GLANCE = 48
# How near is near, in the right result's largest bounds: more than any other convention's bound.
REACH = 8
# Beyond it float32 is infinite, within a few roundings.
LARGEST = 3.3e38


@dataclass(frozen=True)
class Glimpse:
    """Some of the elements of a layer's result that are wrong: where, what was given, how near."""

    index: tuple[Array, ...]
    given: Array
    reach: float
    finite: bool


def glimpses(
    links: tuple[Link, ...], got: Mapping[str, Array], tolerance: Tolerance | None
) -> dict[str, Glimpse]:
    """Of each layer whose result is given, wrong elements to look at."""
    found = {}
    for link in links:
        name = link.layer.name
        if name not in got or not link.shape:  # one number is no sample
            continue
        right = part(link, link.right)
        index = evenly(wrong_elements(got[name], right, tolerance), GLANCE)
        given, known = doubles(got[name][index]), right.radius[np.isfinite(right.radius)]
        reach = REACH * float(known.max(initial=0.0))
        found[name] = Glimpse(index, given, reach, bool(np.isfinite(given).all()))
    return found


def refuted(
    looks: Mapping[str, Glimpse],
    links: tuple[Link, ...],
    outputs: Mapping[str, Enclosure],
    tolerance: Tolerance | None,
) -> bool:
    """Whether what a cause would give is far from what was given nearly wherever that is wrong.

    Of GLANCE wrong elements a cause must mend more than half to explain; 48 of which fewer than a
    quarter are mended are no accident (1.6e-4). Far is more than any bound of such a result.
    """
    total = mended = 0
    for link in links:
        look = looks.get(link.layer.name)
        if look is None:
            continue
        total += look.given.size
        if link.layer.name in outputs:
            wrong = part(link, outputs[link.layer.name])
            with np.errstate(invalid="ignore", over="ignore"):
                mended += int(np.count_nonzero(near(look, wrong, tolerance)))
    return total > 0 and mended < total / 4


def near(look: Glimpse, wrong: Enclosure, tolerance: Tolerance | None) -> Array:
    """Whether the values come near to what was given; or one of several that are admissible."""
    value = wrong.value[look.index].astype(np.float64)
    size = np.abs(value)
    ordinary = bool(np.isfinite(size).all())
    largest = size.max(initial=0.0, where=True if ordinary else np.isfinite(size))
    far = look.reach + 2.0**-14 * largest + 2.0**-10 * size
    if tolerance is not None:
        far = far + tolerance.bound(value)
    close = (np.abs(value - look.given) <= far) | (value == look.given)
    if not (ordinary and look.finite):
        close |= np.isnan(value) & np.isnan(look.given)
        close |= np.isinf(look.given) & (size > LARGEST)
    if wrong.choices is not None:
        close |= np.any([choice[look.index] == look.given for choice in wrong.choices], axis=0)
    return np.asarray(close)
