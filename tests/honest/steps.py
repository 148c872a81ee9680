"""Training steps in float32."""

from typing import Any

import numpy as np

from .arithmetic import Arithmetic, Array, F


def decayed(a: Arithmetic, weight: Array, grad: Array, decay: float) -> Array:
    return a.multiply_add(F(decay), weight, grad) if decay else a.flush(grad)


def velocity(
    a: Arithmetic,
    weight: Array,
    grad: Array,
    velocity: Array | None,
    *,
    momentum: float,
    dampening: float,
    weight_decay: float,
) -> Array:
    found = decayed(a, weight, grad, weight_decay)
    if velocity is None:
        return found
    share = a.subtract(F(1), F(dampening))
    return a.multiply_add(F(momentum), velocity, a.multiply(share, found))


def step(a: Arithmetic, weight: Array, grad: Array, old: Array | None, given: Any) -> Array:
    found = decayed(a, weight, grad, given["weight_decay"])
    if not given["momentum"]:
        return found
    names = ("momentum", "dampening", "weight_decay")
    ahead = velocity(a, weight, grad, old, **{name: given[name] for name in names})
    return a.multiply_add(F(given["momentum"]), ahead, found) if given["nesterov"] else ahead


def sgd(a: Arithmetic, weight: Array, grad: Array, old: Array | None, **given: Any) -> Array:
    return a.multiply_add(F(-given["lr"]), step(a, weight, grad, old, given), weight)


def sgd_shrunk(a: Arithmetic, weight: Array, grad: Array, old: Array | None, **given: Any) -> Array:
    """(1 - lr·weight_decay)·w - lr·g, where there is no momentum."""
    if given["momentum"] or not given["weight_decay"]:
        return sgd(a, weight, grad, old, **given)
    kept = a.subtract(F(1), a.multiply(F(given["lr"]), F(given["weight_decay"])))
    return a.multiply_add(F(-given["lr"]), grad, a.multiply(kept, weight))


SGD = {"decayed first": sgd, "shrunk": sgd_shrunk}


def dropped_divided(a: Arithmetic, input: Array, mask: Array, *, p: float) -> Array:
    """x·mask/(1 − p)"""
    return a.divide(a.multiply(input, mask), a.subtract(F(1), F(p)))


def dropped_scaled(a: Arithmetic, input: Array, mask: Array, *, p: float) -> Array:
    """x·(mask·(1/(1 − p)))"""
    scale = a.divide(F(1), a.subtract(F(1), F(p)))
    return a.multiply(input, a.multiply(mask, scale))


def dropped_selected(a: Arithmetic, input: Array, mask: Array, *, p: float) -> Array:
    """The scale, from float64, where the mask is not 0."""
    return np.where(mask != 0, a.multiply(input, F(1 / (1 - p))), F(0))


DROPOUT = {"divided": dropped_divided, "scaled": dropped_scaled, "selected": dropped_selected}
