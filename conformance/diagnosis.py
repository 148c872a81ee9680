"""A failing run explained: in which layer, which elements, and by which wrong convention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference import Chain, Enclosure, find_profile

from .check import Checked
from .compare import Tolerance, Worst, compare, distance, share, wrong_elements
from .layouts import recognise_layout
from .mask import Mask, describe_mask

if TYPE_CHECKING:
    from .causes import Cause, Explanation

Array = np.ndarray
WORST = 5


@dataclass(frozen=True)
class Evidence:
    """A run of a kernel: the float32 operands in the chain's order, and what came of them.

    shows    what it ran on: an image, a probe
    """

    chain: Chain
    operands: tuple[Array | None, ...]
    attributes: Mapping[str, Any]
    checked: Checked
    shows: str
    tolerance: Tolerance | None = None

    @property
    def made(self) -> dict[str, Array]:
        """By layer what the kernel handed over, its output last; empty where it gave none."""
        run = self.checked.run
        if run.output is None or run.output.host is None:
            return {}
        last = self.chain.layers[-1].name
        kept = {name: values for name, values in run.kept.items() if name != last}
        return {**kept, last: run.output.host}


@dataclass(frozen=True)
class Diagnosis:
    """What is known of a fault.

    layer        at which it starts; all that may be, joined by " or "
    result       the layer whose result is shown: the first wrong one that the kernel hands over
    got          that result, None where there is none
    worst        its elements most in error, at most WORST
    layout       in what other order the right values stand in it, in words
    explanation  the wrong convention that explains it, None where none that is known does
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
    seen = describe_result(suspects, result, got, right, found.tolerance)
    same_shape = got.shape == right.value.shape
    cause = best_cause(found, others, suspects, known) if same_shape else None
    if cause is None:
        return replace(seen, looks=looks_like(found.checked.comparison.message))
    there = cause.cause.layer in suspects
    layer = cause.cause.layer if there else result
    return replace(seen, layer=layer, layout="", explanation=cause)


def looks_like(message: str) -> str:
    """What a comparer's message says of a lack of precision; empty where it says nothing."""
    if "fast-math functions" in message:
        return "functions of -cl-fast-relaxed-math"
    return message.rpartition("it looks like ")[2] if "it looks like " in message else ""


def describe_result(
    suspects: tuple[str, ...],
    result: str,
    got: Array,
    right: Enclosure,
    tolerance: Tolerance | None,
) -> Diagnosis:
    """Which elements of a layer's result are wrong, and what they have in common."""
    where = " or ".join(suspects)
    if got.size != right.value.size:
        return Diagnosis(where, result, got, right)
    layout = recognise_layout(got, right)
    text = layout.text if layout else ""
    if got.shape != right.value.shape:
        return Diagnosis(where, result, got, right, layout=text)
    worst = worst_elements(got, right, tolerance)
    mask = describe_mask(wrong_elements(got, right, tolerance), right, got)
    return Diagnosis(where, result, got, right, worst, mask, text)


def first_wrong(found: Evidence) -> tuple[tuple[str, ...], str]:
    """The layers that can be at fault, and the first that hands over a wrong result.

    A kernel that keeps what its layers compute shows which of them are right.
    """
    made = found.made
    suspects: tuple[str, ...] = ()
    if not made:
        return tuple(layer.name for layer in found.chain.layers), ""
    for layer in found.chain.layers:
        suspects = (*suspects, layer.name)
        if layer.name not in made or layer is found.chain.layers[-1]:
            continue
        right = found.checked.expected[layer.name]
        if compare(made[layer.name], right, layer.dtype, found.tolerance).verdict != "pass":
            return suspects, layer.name
        suspects = ()
    return suspects, found.chain.layers[-1].name


def best_cause(
    found: Evidence,
    others: Sequence[Evidence],
    suspects: tuple[str, ...],
    known: Sequence["Cause"],
) -> "Explanation | None":
    """The convention that explains it best, of a layer that can be at fault."""
    from .causes import explain

    explanations = explain(
        found.chain,
        found.operands,
        found.attributes,
        found.made,
        found.checked.expected,
        find_profile(found.checked.run.profile),
        found.tolerance,
        [(one.operands, one.made, one.checked.expected) for one in others if one.made],
        known,
    )
    layers = {layer.name for layer in found.chain.layers} - set(suspects)
    return next((one for one in explanations if one.cause.layer not in layers), None)


def worst_elements(
    got: Array, expected: Enclosure, tolerance: Tolerance | None = None, count: int = WORST
) -> tuple[Worst, ...]:
    """The elements that are wrong, those worst in error first; where none is, the least right."""
    bound = expected.radius if tolerance is None else tolerance.bound(expected.value)
    error = distance(got, expected, bound)
    used, wrong = share(error, bound), wrong_elements(got, expected, tolerance)
    listed = (wrong if wrong.any() else used > 0).ravel()
    large = np.where(np.isnan(error), np.inf, error)
    order = np.lexsort((-large.ravel(), -used.ravel(), ~listed))[: min(count, listed.sum())]
    places = [tuple(int(i) for i in np.unravel_index(flat, got.shape)) for flat in order]
    return tuple(
        Worst(place, float(expected.value[place]), float(got[place]), float(bound[place]))
        for place in places
    )
