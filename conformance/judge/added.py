"""What a kernel that adds to its output is asked: its layers, and one term more in their sum."""

import numpy as np

from clgold.device.held import held
from clgold.device.variants import ADDED, Variant
from clgold.reference import Enclosure, Profile, Question, ask, find_chain
from clgold.reference.grid import grid_step


def added(question: Question) -> Question:
    """The question whose answer is added to what the output held."""
    chain = find_chain(f"{question.chain.name}{ADDED}")
    return ask(chain, (*question.operands, held(question.shape)), question.attributes)


def asked(variant: Variant, question: Question) -> Question:
    """The question as the variant's kernel takes it: before `added`."""
    if not variant.accumulate or question.chain.name == variant.layer:
        return question
    chain = find_chain(question.chain.name.removesuffix(ADDED))
    given = {layer.name: question.attributes[layer.name] for layer in chain.layers}
    return Question(chain, question.operands[:-1], given, question.outputs[:-1])


def started(question: Question, known: dict[str, Enclosure], profile: Profile) -> np.ndarray:
    """What a sum may be off more that starts at what the output held, and does not end with it.

    Of K products and that number, K + 1 terms: (K + 1)·u(1 + u) of it, and u(1 + u) more of the
    others, which is no more than their bound, or than u of a lone one. Nothing where all are
    multiples of a power of two that no sum leaves, and where nothing is summed.
    """
    before = question.chain.layers[-2].name
    own = known[before]
    depth = terms(question)
    if not depth:
        return np.zeros(question.shape)
    numbers = np.abs(held(question.shape))
    more = profile.summed(depth + 1, depth + 1) * numbers
    more = more + (1 + profile.u) * np.maximum(own.radius, profile.u * np.abs(own.value))
    exact = (own.radius == 0) & stays_exact(question, depth, profile)
    return np.where(exact, 0.0, more)


def terms(question: Question) -> int:
    """How many products are added up for one element of what is added."""
    *_, last, _ = question.steps()
    *before, _ = question.outputs
    place = len(question.chain.layers) - 2
    given = last.arguments(None) if place else last.after
    shapes = [None if one is None else one.shape for one in given]
    if place:
        shapes[question.chain.inner[place]] = before[place - 1]
    return last.layer.depth(tuple(shapes), last.attributes)


def stays_exact(question: Question, depth: int, profile: Profile) -> bool:
    """Whether products of the operands, and sums of them and of integers up to 8, are all exact."""
    step, largest = 1.0, float(depth)
    for one in question.operands[:-1]:
        if one is not None:
            step *= min(grid_step(one.astype(np.float64)), 1.0)
            largest *= max(float(np.abs(one).max()), 1.0)
    return bool((largest + 8) * profile.u < step)
