"""Whether a convolution that fails is what one of Winograd's gives, which nobody declared."""

from collections.abc import Iterator

import numpy as np

from clgold.reference import Enclosure, Profile, Question
from clgold.reference.winograd import Winograd, winograd

from .compare import compare
from .few_filters import some_filters
from .honest import backwards, evaluate, lanes, sequential
from .precision import assess
from .promises import enclosed_by

TILES = (2, 3, 4, 6)
# The standard points are 0, ±1, ±2, ±½; others begin with the halves.
HALVES = (0, 1, -1, 0.5, -0.5, 2, -2, 0.25, -0.25, 4, -4)
# Errors as large as this share of the largest value are no rounding of any of these.
COARSE = 2.0**-8
# Standard deviations of the likeness of errors that have nothing to do with each other.
BEYOND_CHANCE = 4.5
ORDINARY = 1e30  # beyond it there are overflows to think of


def winograd_like(question: Question, got: np.ndarray, profile: Profile) -> Winograd | None:
    """The one that allows every element in both gates, and whose own errors are most like these.

    Of large layers a few filters are looked at; other points only where the standard ones do not
    fit.
    """
    question, got, right = some_filters(question, got, question.answer(profile))
    errors = weighed(got, right)
    if not errors.size or np.median(np.abs(errors)) > COARSE:
        return None
    for halves in (False, True):
        likely = {one: likeness(one, question, got, right) for one in candidates(question, halves)}
        for bound in sorted(likely, key=lambda one: -likely[one]):
            if likely[bound] and allows(bound, question, got, profile):
                return bound
    return None


def likeness(bound: Winograd, question: Question, got: np.ndarray, right: Enclosure) -> float:
    """How the errors go along with those of honest runs: 1 where they are the same, 0 where that
    may be chance. The transforms' errors show whatever the order of the channels.
    """
    most = 0.0
    for order in (sequential, backwards, lanes(8)):
        made = evaluate(question, order, bound)[question.last]
        both = (np.abs(got) < ORDINARY) & (np.abs(made) < ORDINARY)
        one, other = (weighed(np.where(both, values, np.nan), right) for values in (got, made))
        length = float(np.linalg.norm(one) * np.linalg.norm(other))
        found = float(one @ other) / length if length else 0.0
        most = max(most, found if found * np.sqrt(one.size) > BEYOND_CHANCE else 0.0)
    return most


def weighed(values: np.ndarray, right: Enclosure) -> np.ndarray:
    """The errors of ordinary numbers as shares of the largest value, of small sums enlarged."""
    ordinary = (np.abs(one) < ORDINARY for one in (values, right.value, right.radius))
    known = np.logical_and.reduce([*ordinary])
    errors, radius = values[known] - right.value[known], right.radius[known]
    largest = max(float(np.abs(right.value[known]).max(initial=0.0)), 1e-300)
    if not np.any(radius > 0):
        return errors / largest
    typical = float(np.median(radius[radius > 0]))
    return errors / largest * typical / np.maximum(radius, 0.1 * typical)


def allows(bound: Winograd, question: Question, got: np.ndarray, profile: Profile) -> bool:
    """Whether the result passes both gates where that is declared."""
    allowed = enclosed_by(bound, question, profile)
    if compare(got, allowed[question.last], question.chain.dtype).verdict != "pass":
        return False
    precision = assess(question, got, allowed, bound)
    return precision.ratio is not None and not precision.imprecise


def candidates(question: Question, halves: bool) -> Iterator[Winograd]:
    """Those that apply to the question's convolution, if it has one, the smallest first."""
    for step in question.steps():
        if step.layer.name != Winograd.layer:
            continue
        weight = step.after[-2]
        taps = weight.shape[2:]
        for m in TILES if max(taps) > 1 else ():
            tile = (m if taps[0] > 1 else 1, m if taps[1] > 1 else 1)
            points = HALVES[: m + taps[0] - 2] if halves else ()
            if halves and (taps[0] != taps[1] or len(points) < 4):
                continue
            bound = winograd(tile, taps, points)
            if bound.applies(weight, step.attributes):
                yield bound
