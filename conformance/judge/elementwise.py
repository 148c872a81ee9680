"""A first look at what goes element by element: what is rounded correctly needs no bound.

The float32 nearest to the value is what every bound must admit, for no kernel can do better. So the
elements that are it are right; the others, few or none, are judged by their bounds as ever.
"""

from dataclasses import replace

import numpy as np

from clgold.reference import Profile, Question, ask
from clgold.reference.operands import ANY

from .compare import Comparison, compare

Array = np.ndarray

LARGE = 2**18  # elements, from which on a first look is quicker
BLOCK = 2**16  # elements at a time, so that the work stays in the processor's cache
ROUNDED = "correctly rounded"


def by_element(question: Question) -> bool:
    """Whether every element of the result follows from the same one of each operand alone."""
    (layer, *more) = question.chain.layers
    plain = all(layout == (ANY,) for one in layer.operands for layout in one.layouts)
    along = any(one.kind == "axis" for one in layer.attributes.values())
    if more or along or layer.output or layer.moves or not plain:
        return False
    return all(shape in (None, question.shape) for shape in question.shapes)


def glance(question: Question, got: Array, profile: Profile) -> Comparison | None:
    """The verdict, if it is pass; None where all has to be evaluated."""
    if got.size < LARGE or not by_element(question):
        return None
    if got.shape != question.shape or got.dtype != np.float32:
        return None
    other = np.flatnonzero(~rounded(question, got.reshape(-1)))
    if not other.size:
        return Comparison("pass", ROUNDED, 0, got.size)
    rest = ask(
        question.chain,
        tuple(None if one is None else one.reshape(-1)[other] for one in question.operands),
        question.flat,
    )
    found = compare(got.reshape(-1)[other], rest.answer(profile), np.float32)
    if found.verdict != "pass" or found.worst is None:
        return None
    place = np.unravel_index(int(other[found.worst.index[0]]), got.shape)
    worst = replace(found.worst, index=tuple(map(int, place)))
    return replace(found, count=got.size, worst=worst)


def rounded(question: Question, got: Array) -> Array:
    """bool, for every element: whether it is the float32 nearest to the formula's value."""
    layer, attributes = question.chain.layers[0], question.attributes[question.last]
    flat = [None if one is None else one.reshape(-1) for one in question.operands]
    same = np.empty(got.size, bool)
    for start in range(0, got.size, BLOCK):
        block = slice(start, start + BLOCK)
        operands = (None if one is None else one[block].astype(np.float64) for one in flat)
        with np.errstate(all="ignore"):
            value = np.asarray(layer.formula(*operands, **attributes))
            same[block] = got[block] == value.astype(np.float32)
    return same
