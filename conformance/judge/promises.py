"""What a variant promises of its accuracy where it declares more, or less, than its layer.

A height makes the bound of long sums smaller; a bound replaces the layer's, as for Winograd's
convolutions. Both are a stranger's code, and may raise or give anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from clgold.device.variants import Variant, VariantError, blame
from clgold.reference import Enclosure, Profile, Question, find_profile
from clgold.reference.evaluate import enclose_resolved
from clgold.reference.question import Step
from clgold.reference.winograd import Winograd

from .added import started

ByName = Mapping[str, Enclosure]


def promised(variant: Variant, device: str | Profile) -> Profile:
    """The device's accuracies, with the height that the variant declares for its sums."""
    profile = find_profile(device)
    if variant.height is None:
        return profile
    return replace(profile, height=partial(height, variant))


def height(variant: Variant, terms: int) -> float:
    """The declared height of a sum of so many terms; VariantError where it is no number ≥ 1."""
    declared: Any = variant.height
    found = asked(variant, "height", declared, terms) if callable(declared) else declared
    if isinstance(found, bool) or not isinstance(found, int | float) or not found >= 1:
        place = variant.place("height")
        raise VariantError(f"{place} is {found!r} for {terms} terms, expected a number ≥ 1")
    return float(found)


def enclosed(variant: Variant, question: Question, device: str | Profile) -> ByName:
    """What the reference gives for every layer, within what the variant promises or asks for."""
    profile = promised(variant, device)
    if isinstance(variant.bound, Winograd):
        if variant.bound.layer not in question.attributes:
            place = variant.place("bound")
            raise VariantError(
                f"{place} is {variant.bound}, which is for {variant.bound.layer} alone"
            )
        return enclosed_by(variant.bound, question, profile)
    known = question.enclose(profile)
    if variant.accumulate:
        last = known[question.last]
        return {
            **known,
            question.last: replace(last, bound=last.radius + started(question, known, profile)),
        }
    declared = declared_bound(variant, question, profile)
    if declared is None:
        return known
    return {**known, question.last: replace(known[question.last], bound=declared)}


def enclosed_by(bound: Winograd, question: Question, profile: Profile) -> ByName:
    """The same for a chain whose convolution is one of Winograd's: what follows passes it on."""

    def compute(step: Step, given: tuple[Enclosure | None, ...]) -> Enclosure:
        found = enclose_resolved(step.layer, given, step.attributes, profile)
        if step.layer.name != bound.layer:
            return found
        return replace(found, bound=bound(profile, given, step.attributes))

    return question.once((bound, profile), lambda: question.fold(compute, question.exact))


def declared_bound(variant: Variant, question: Question, profile: Profile) -> np.ndarray | None:
    """The variant's own bound, float64 of the output's shape; None where it declares none.

    NaN says, as infinity does, that no bound is known. Raises VariantError where it is anything
    else, or negative anywhere.
    """
    if variant.bound is None:
        return None
    found = asked(variant, "bound", variant.bound, profile, question.exact, question.flat)
    place, shape = variant.place("bound"), getattr(found, "shape", None)
    if not isinstance(found, np.ndarray) or shape != question.shape:
        what = type(found).__name__ if shape is None else f"of shape {shape}"
        raise VariantError(f"{place} is {what}, expected an array of shape {question.shape}")
    known = np.where(np.isnan(found.astype(np.float64)), np.inf, found)
    if np.any(known < 0):
        raise VariantError(f"{place} is {known.min():.3g} somewhere, expected numbers ≥ 0")
    return known


def asked(variant: Variant, option: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """What the stranger's function gives; VariantError with its line where it raises."""
    try:
        return function(*arguments)
    except Exception as error:  # a stranger's code may raise anything
        raise VariantError(f"{variant.place(option)}: {blame(error, variant.source)}") from error
