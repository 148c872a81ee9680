"""A failing run explained: in which layer, which elements, and by which wrong convention."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clgold.conformance.judge.compare import (
    Worst,
    compare,
    distance,
    share,
    wrong_elements,
)
from clgold.conformance.run.evidence import Evidence
from clgold.reference import LAYERS, Enclosure, find_profile
from clgold.reference.poison import unwritten_elements

from ..mask import Mask, axis_names, describe_mask
from .layouts import recognise_layout

if TYPE_CHECKING:
    from ..causes import Cause, Explanation

Array = np.ndarray

WORST = 5
# Verdicts beside which no cause is named: what else is wrong comes of the same, as a rule.
CAUSELESS = ("unwritten", "overrun")


@dataclass(frozen=True)
class Diagnosis:
    """What is known of a fault.

    layer        at which it starts; all that may be, joined by " or "
    result       the layer whose result is shown: the first wrong one that the kernel hands over
    got          that result, None where there is none
    worst        its elements most in error, at most WORST
    layout       in what other order the right values stand in it, in words
    explanation  the wrong convention that explains every element; None if none that is known does
    partly       the one that explains most of them, where none explains all
    looks        like what lack of precision it looks (precision.py), in words
    """

    layer: str
    result: str = ""
    got: Array | None = None
    expected: Enclosure | None = None
    worst: tuple[Worst, ...] = ()
    mask: Mask | None = None
    layout: str = ""
    explanation: "Explanation | None" = None
    partly: "Explanation | None" = None
    looks: str = ""


def diagnose(
    found: Evidence, others: Sequence[Evidence] = (), known: Sequence["Cause"] = ()
) -> Diagnosis:
    """Layer, elements and cause; `others` are further runs of the kernel, as evidence.

    `known` are causes of the same fault elsewhere, which are tried first.
    """
    suspects, result = first_wrong(found)
    if not result:
        return Diagnosis(" or ".join(suspects))
    got, right = found.made[result], found.checked.expected[result]
    seen = describe_result(suspects, result, got, right)
    same_shape = got.shape == right.value.shape
    cause = best_cause(found, others, suspects, known) if same_shape else None
    if cause is None or cause.after < 1.0:
        return replace(seen, partly=cause, looks=looks_like(found.checked.comparison.message))
    return replace(seen, layer=cause.cause.place(result), layout="", explanation=cause)


def agreed(found: Sequence[Diagnosis]) -> list[Diagnosis]:
    """The same of several kernels, where equally good causes stand: first what most have in common.

    ReLU for ELU in seven kernels is one mistake, even if in some a window that starts at 0 would
    explain as much.
    """
    causes = [() if (why := one.explanation) is None else (why.cause, *why.ties) for one in found]
    count = Counter(cause.key for some in causes for cause in some)
    result = []
    for one, some in zip(found, causes, strict=True):
        if one.explanation is not None:
            best = max(some, key=lambda cause: count[cause.key])
            why = one.explanation.instead(best)
            one = replace(one, explanation=why, layer=best.place(one.result))
        result.append(one)
    return result


def looks_like(message: str) -> str:
    """What a comparer's message says of a lack of precision; empty where it says nothing."""
    if "fast-math functions" in message:
        return "functions of -cl-fast-relaxed-math"
    return message.rpartition("it looks like ")[2] if "it looks like " in message else ""


def describe_result(
    suspects: tuple[str, ...], result: str, got: Array, right: Enclosure
) -> Diagnosis:
    """Which elements of a layer's result are wrong, and what they have in common."""
    where = " or ".join(suspects)
    # What was brought in wrong, an image or a weight, is no layer's result.
    dtype = next((one.dtype for one in LAYERS if one.name == result), got.dtype)
    if got.size != right.value.size or got.dtype != dtype:
        return Diagnosis(where, result, got, right)
    layout = recognise_layout(got, right)
    text = layout.text if layout else ""
    if got.shape != right.value.shape:
        return Diagnosis(where, result, got, right, layout=text)
    worst = worst_elements(got, right)
    axes = axis_names(got.ndim, result)
    mask = describe_mask(wrong_elements(got, right), right, got, axes)
    return Diagnosis(where, result, got, right, worst, mask, text)


def first_wrong(found: Evidence) -> tuple[tuple[str, ...], str]:
    """The layers that can be at fault, and the first that hands over a wrong result.

    A kernel that keeps what its layers compute shows which of them are right.
    """
    made = found.made
    suspects: tuple[str, ...] = ()
    if not made:
        return tuple(layer.name for layer in found.question.chain.layers), ""
    for layer in found.question.chain.layers:
        suspects = (*suspects, layer.name)
        if layer.name not in made or layer is found.question.chain.layers[-1]:
            continue
        right = found.checked.expected[layer.name]
        if compare(made[layer.name], right, layer.dtype).verdict != "pass":
            return suspects, layer.name
        suspects = ()
    return suspects, found.question.chain.layers[-1].name


def best_cause(
    found: Evidence,
    others: Sequence[Evidence],
    suspects: tuple[str, ...],
    known: Sequence["Cause"],
) -> "Explanation | None":
    """The convention that explains it best, of a layer that can be at fault.

    None where a run is CAUSELESS.
    """
    from ..causes import explain

    every = (found, *others)
    verdicts = [one.checked.comparison.verdict for one in every]
    kept = [values for one in every for values in one.made.values()]
    if {*CAUSELESS} & {*verdicts} or any(unwritten_elements(values).any() for values in kept):
        return None
    runs = [(one.question, one.made, one.checked.expected) for one in every if one.made]
    profile = find_profile(found.checked.run.profile)
    explanations = explain(runs, profile, found.checked.tolerance, known)
    possible = {*suspects, ""}
    best = next((one for one in explanations if one.cause.place("") in possible), None)
    return best and replace(best, ties=tuple(t for t in best.ties if t.place("") in possible))


def worst_elements(got: Array, expected: Enclosure) -> tuple[Worst, ...]:
    """The elements that are wrong, those worst in error first; where none is, the least right."""
    bound = expected.radius
    error = distance(got, expected, bound)
    used, wrong = share(error, bound), wrong_elements(got, expected)
    listed = (wrong if wrong.any() else used > 0).ravel()
    large = np.where(np.isnan(error), np.inf, error)
    order = np.lexsort((-large.ravel(), -used.ravel(), ~listed))[: min(WORST, listed.sum())]
    places = [tuple(int(i) for i in np.unravel_index(flat, got.shape)) for flat in order]
    return tuple(
        Worst(place, float(expected.value[place]), float(got[place]), float(bound[place]))
        for place in places
    )
