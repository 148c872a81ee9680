"""lp_pool2d under other conventions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .averages import inside, whole
from .cause import Cause, Link, Recompute, table
from .pooled import cut, over_windows, own_geometry, window_rows
from .wrongly import ROUNDINGS


def lp(
    link: Link,
    changed: dict[str, Any],
    power: float | None = None,
    root: float | None = None,
    finish: Callable[[Link, Array], Array] = lambda link, total: total,
    absolute: bool = False,
) -> Enclosure:
    """finish(Σ xᵖ)^(1/root) over windows, scaled up where they overhang as the right ones are."""
    first, p = link.operands[0], link.attributes["norm_type"]
    assert first is not None
    p, r = power or p, root or power or p
    x = np.abs(first.value) if absolute else first.value
    own = own_geometry(link) | changed
    share = (
        own["kernel"][0]
        * own["kernel"][1]
        / cut(link, np.ones((1, 1, *x.shape[2:])), 0.0, **changed).sum(axis=(4, 5))
    )

    def evaluate(values: Array) -> Array:
        powers = cut(link, values, 0.0, **changed) ** p
        return finish(link, powers.sum(axis=(4, 5)) * share) ** (1 / r)

    value = evaluate(x)
    magnitude = evaluate(np.abs(x))
    terms = own["kernel"][0] * own["kernel"][1]
    relative = (terms + ROUNDINGS) * max(p, 1) * 2 * link.profile.u
    moved = evaluate(np.abs(x) + first.radius) - magnitude
    return Enclosure(value, relative * (magnitude + np.abs(np.nan_to_num(value))) + moved)


def power(p: float) -> Recompute:
    return lambda link: lp(link, {}, power=p)


def rooted(root: Callable[[float], float]) -> Recompute:
    return lambda link: lp(link, {}, root=root(link.attributes["norm_type"]))


def finished(finish: Callable[[Link, Array], Array]) -> Recompute:
    return lambda link: lp(link, {}, finish=finish)


ROOT = "take the root of order norm_type"
LP_POOL: tuple[Cause, ...] = table(
    "lp_pool2d",
    ("root forgotten", "a sum of powers without its root", ROOT, rooted(lambda p: 1.0)),
    ("square root", "a square root, whatever the power", ROOT, rooted(lambda p: 2.0)),
    (
        "mean for sum",
        "the mean of the powers in place of their sum",
        "do not divide by the window's size",
        finished(lambda link, total: total / whole(link)),
    ),
    (
        "magnitudes",
        "powers of |x|, as ONNX defines them",
        "raise x, not |x|",
        lambda link: lp(link, {}, absolute=True),
    ),
    ("power 1", "the power 1", "raise to norm_type", power(1.0)),
    ("power 2", "the power 2", "raise to norm_type", power(2.0)),
    ("power 3", "the power 3", "raise to norm_type", power(3.0)),
    (
        "magnitudes, power 1",
        "sums of |x|",
        "raise x to norm_type",
        lambda link: lp(link, {}, power=1.0, absolute=True),
    ),
    (
        "maximum",
        "the maximum of each window",
        "add powers",
        over_windows(lambda w: w.max(axis=(4, 5)), -np.inf),
    ),
    (
        "largest magnitude",
        "the largest |x|, the norm of infinite order",
        "add powers",
        over_windows(lambda w: np.abs(w).max(axis=(4, 5))),
    ),
    (
        "average",
        "the average of each window",
        "add powers and take the root",
        over_windows(lambda w: w.mean(axis=(4, 5))),
    ),
    (
        "overhang not scaled up",
        "windows that overhang the image without being scaled up to whole ones",
        "multiply the sum by the window's size over the pixels inside of the image",
        lambda link: lp(link, {}, finish=lambda link, total: total * inside(link) / whole(link)),
    ),
    (
        "root divided",
        "the root divided by the window's size",
        "do not divide",
        lambda link: divided(lp(link, {}), whole(link)),
    ),
    *window_rows(lambda link, changed: lp(link, changed), padded=False),
)


def divided(one: Enclosure, count: float) -> Enclosure:
    return Enclosure(one.value / count, one.radius / count)
