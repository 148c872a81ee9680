"""Wrong conventions that are another formula, a line of text each.

A table has lines `name | expression | words`, below the remedy that they share. The words follow
"matches"; without them the name does. Each text is compiled once, when the module is imported, so
that one which is no expression is refused there; what its names mean, its table says.
"""

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

import numpy as np
from scipy.special import erf, expit

from clgold.conformance.judge.precision import REDUCTIONS
from clgold.reference import Enclosure
from clgold.reference.layer import Array
from clgold.reference.pointwise import flush_error

from .cause import Cause, Link, Recompute
from .wrongly import ROUNDINGS

Names = Mapping[str, Any]


def single(values: Array) -> Array:
    """What float32 can hold: beyond its range infinity, below it 0."""
    held = np.where(np.abs(values) < 2.0**-150, 0.0, values)
    return np.where(np.abs(values) >= 2.0**128, np.copysign(np.inf, values), held)


# Of fp16 and tf32, which have as many bits, the former first: it is what numbers are stored in.
KEPT = sorted(REDUCTIONS)


def keep(name: str, values: Array) -> Array:
    """Rounded to that precision."""
    found: Array = REDUCTIONS[name](np.asarray(values).astype(np.float32)).astype(np.float64)
    return found


NUMPY = """abs arange arctan argsort clip copysign exp expm1 floor ceil indices inf log logaddexp
maximum minimum nan_to_num pad pi ravel_multi_index rint sign sinh sqrt tan tanh trunc where
zeros_like"""
FUNCTIONS: Names = {
    **{name: getattr(np, name) for name in NUMPY.split()},
    **{"erf": erf, "sigmoid": expit, "single": single, "keep": keep, "max": max, "min": min},
}


def lines(layer: str, text: str, computing: Callable[[CodeType], Recompute]) -> tuple[Cause, ...]:
    """The causes of one layer that a table holds; a # is every precision of KEPT."""
    causes, change = [], ""
    every = [
        line.replace("#", kept)
        for line in text.strip().splitlines()
        for kept in (KEPT if "#" in line else [""])
    ]
    for line in every:
        name, *rest = (part.strip() for part in line.split(" | "))
        if not rest:
            change = name
            continue
        code = compile(rest[0], f"{layer}: {name}", "eval")
        words = rest[1] if rest[1:] else name
        causes.append(Cause(name, layer, f"matches {words}", change, computing(code)))
    return tuple(causes)


def value(code: CodeType, names: Names) -> Any:
    """What the expression gives; its text is a constant of these modules, never a user's."""
    return eval(code, {**FUNCTIONS, **names})


def formula(names: Callable[..., Names]) -> Callable[[CodeType], Recompute]:
    """Expressions over names(*operands, **attributes), element by element.

    The bound is ROUNDINGS of |y| and of what float32 operands move it by, and how far the
    operands' own bounds move it.
    """

    def computing(code: CodeType) -> Recompute:
        def recompute(link: Link) -> Enclosure:
            values = [None if o is None else o.value for o in link.operands]
            found = np.asarray(value(code, names(*values, **link.attributes)))
            if link.rough:
                return Enclosure(found)
            # What functions are off by: where they cancel that is more than any operand's rounding.
            own = names(*values, **link.attributes)
            off = [value(code, {**own, **inexact(s)}) for s in SIGNS]
            moved = np.nan_to_num(np.abs(np.array(off) - found)).max(axis=0)
            for k, one in enumerate(link.operands):
                if one is not None:
                    reach = one.radius + link.profile.u * np.abs(one.value)
                    aside = [[*values[:k], one.value + s * reach, *values[k + 1 :]] for s in SIGNS]
                    near = [value(code, names(*some, **link.attributes)) for some in aside]
                    moved = moved + np.nan_to_num(np.abs(np.array(near) - found)).max(axis=0)
            bound = ROUNDINGS * link.profile.u * np.abs(found) + 4 * moved
            bound = bound + flush_error(link.profile, found)
            return Enclosure(found, np.where(np.isnan(bound), 0.0, bound))

        return recompute

    return computing


SIGNS = (-1.0, 1.0)
ULPS = 4  # of float32, that a function may be off by


def inexact(sign: float) -> Names:
    """The functions that kernels round, all off in one direction."""

    def off(function: Callable[..., Array]) -> Callable[..., Array]:
        return lambda *given: function(*given) * (1 + sign * ULPS * 2.0**-24)

    return {name: off(FUNCTIONS[name]) for name in ("exp", "tanh", "sigmoid", "sinh")}
