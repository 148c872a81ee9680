"""Which wrong convention explains what a kernel gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clgold.conformance.judge.compare import Tolerance, wrong_elements
from clgold.reference import FULL, Enclosure, Profile, Question, SpecError
from clgold.reference.question import Step

from .catalogue import CAUSES
from .cause import OUTPUT, Cause, Explanation, Link
from .glance import glimpses, refuted
from .judge import Fit, fit
from .ranking import ranked
from .screen import glanced, part, screened
from .wrongly import computed, sufficient, unknown

Array = np.ndarray
# What a kernel gave: its output, or what it kept of its layers too, by their names.
Given = Array | Mapping[str, Array]
Expected = Mapping[str, Enclosure]
Outputs = Mapping[str, Enclosure]


@dataclass(frozen=True)
class Seen:
    """One run of the kernel: the links of the chain rightly computed, and what the device gave."""

    links: tuple[Link, ...]
    got: Mapping[str, Array]


def explain(
    runs: Sequence[tuple[Question, Given, Expected]],
    profile: Profile = FULL,
    tolerance: Tolerance | None = None,
    known: Sequence[Cause] = (),
) -> tuple[Explanation, ...]:
    """The wrong conventions that explain what a kernel gave, best first; empty where none does.

    runs: of one kernel, each its question, what it gave, and what is expected by layer, as
    `assess.Checked.expected`; all count as elements of the same evidence. One link of the chain is
    computed the wrong way, the others rightly. The other causes are not tried where one that is
    `known`, of the same kernel, explains every element.
    """
    seen = [one for run in runs if (one := look(*run, profile)) is not None]
    seen.sort(key=lambda one: not is_wrong(one, tolerance))
    if not seen or not is_wrong(seen[0], tolerance):
        return ()
    found = tuple(ranked(weigh(seen, tolerance, known), len(known)))
    if found and found[0].after == 1.0:
        return found
    names = {OUTPUT, *(link.layer.name for link in seen[0].links)}
    every = [cause for cause in CAUSES if cause.layer in names]
    weighed: list[tuple[Cause, Fit]] = []
    for usual in (True, False):
        some = [cause for cause in every if cause.usual is usual]
        weighed += weigh(seen, tolerance, some)
        found = tuple(ranked(weighed, len(every)))
        if found and found[0].after == 1.0:
            break
    return found


def look(question: Question, got: Given, expected: Expected, profile: Profile) -> Seen | None:
    """The run with every link's operands; None where the output is of another shape or dtype."""
    last, chain = question.last, question.chain
    outputs = dict(got) if isinstance(got, Mapping) else {last: got}
    value = outputs[last]
    if value.shape != expected[last].value.shape or value.dtype != chain.dtype:
        return None
    outputs = {
        name: one
        for name, one in outputs.items()
        if name in expected and one.shape == expected[name].value.shape and one.dtype.itemsize == 4
    }
    links: list[Link] = []

    def follow(step: Step, given: tuple[Enclosure | None, ...]) -> Enclosure:
        right, place = expected[step.layer.name], chain.inner[len(links)]
        links.append(Link(step.layer, given, step.attributes, right, profile, place, tuple(links)))
        return right

    question.fold(follow, question.exact)
    return Seen(tuple(links), outputs)


def is_wrong(seen: Seen, tolerance: Tolerance | None) -> bool:
    """Whether anything is wrong."""
    return any(
        bool(wrong_elements(got, right, tolerance).any())
        for link in seen.links
        for got, right in [(seen.got.get(link.layer.name), link.right)]
        if got is not None
    )


def weigh(
    seen: Sequence[Seen], tolerance: Tolerance | None, causes: Sequence[Cause]
) -> list[tuple[Cause, Fit]]:
    """The causes that are not refuted, with their evidence from all runs.

    Most are refuted by a glance at a few elements of the first, or of a few of its filters.
    """
    first = seen[0]
    links, got = screened(first.links, first.got, tolerance)
    runs = seen if links is first.links else [Seen(links, got), *seen]
    rough, got = glanced(first.links, first.got, tolerance)
    glance = Seen(rough, got)
    looks = glimpses(rough, got, tolerance)
    found = []
    for cause in causes:
        if refuted(looks, rough, wrongly(glance, cause), tolerance):
            continue
        total = Fit()
        for one in runs:
            new = evidence(one, wrongly(one, cause), tolerance, cause.form)
            total = new if one is first else total + new
            if total.before and not total.explains:
                break
        found.append((cause, total))
    return found


def wrongly(seen: Seen, cause: Cause) -> Outputs:
    """The outputs that change when the cause's layer is computed its way, the others rightly."""
    names = [link.layer.name for link in seen.links]
    place = -1 % len(names) if cause.layer == OUTPUT else names.index(cause.layer)
    last = attempt(cause, seen.links[place])
    if last is None:
        return {}
    outputs, beyond = {names[place]: last}, bool(np.isinf(last.radius[np.isnan(last.value)]).any())
    for link in seen.links[place + 1 :]:
        inputs = list(link.operands)
        inputs[link.inner] = last
        with np.errstate(all="ignore"):
            last = computed(link, sufficient(link, tuple(inputs)))
        last = unknown(last) if beyond else last
        outputs[link.layer.name] = last
    return outputs


def attempt(cause: Cause, link: Link) -> Enclosure | None:
    """The layer under the cause's convention; None where it does not apply or is no other."""
    with np.errstate(all="ignore"):
        try:
            wrong = cause.recompute(link)
        except SpecError:
            return None
    if wrong is None:
        return None
    wrong, right = part(link, wrong), part(link, link.right)
    if wrong.value.shape != right.value.shape:
        return None
    same = not link.rough and np.array_equal(wrong.value, right.value, equal_nan=True)
    return None if same else wrong


def evidence(seen: Seen, outputs: Outputs, tolerance: Tolerance | None, form: bool = False) -> Fit:
    """What the run says of a cause that would give these outputs."""
    total = Fit()
    for link in seen.links:
        name = link.layer.name
        if name in seen.got:
            right = part(link, link.right)
            wrong = outputs.get(name, right)
            total += fit(seen.got[name], right, wrong, tolerance, options(link), form)
    return total


def options(link: Link) -> int:
    """How many indices a layer may give that gives indices; 0 for one that gives numbers."""
    if link.layer.dtype == np.float32:
        return 0
    assert link.operands[0] is not None
    return int(link.operands[0].value.shape[link.attributes["dim"]])
