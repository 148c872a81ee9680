"""Which wrong convention explains what a kernel gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.reference import FULL, Chain, Enclosure, Profile, SpecError
from clgold.reference.chain import given_exactly, per_layer, steps
from clgold.reference.layer import enclose, shapes_of

from ..compare import Tolerance
from .catalogue import CAUSES
from .cause import OUTPUT, Cause, Explanation, Link
from .judge import Fit, fit
from .screen import part, screened
from .wrongly import sufficient

Array = np.ndarray
Operands = tuple[Array | None, ...]
# What a kernel gave: its output, or what it kept of its layers too, by their names.
Given = Array | Mapping[str, Array]
Expected = Mapping[str, Enclosure]
Outputs = Mapping[str, Enclosure]

# Bits beyond log₂ of the number of causes tried: by chance one would be named in four such cases.
SURE = 2.0
# Evidence that differs by no more is the same: the likelier cause, which stands first, is named.
SAME = 0.01


@dataclass(frozen=True)
class Seen:
    """One run of the kernel: the links of the chain rightly computed, and what the device gave."""

    links: tuple[Link, ...]
    got: Mapping[str, Array]


def explain(
    chain: Chain,
    operands: Operands,
    attributes: Mapping[str, Any],
    got: Given,
    expected: Expected,
    profile: Profile = FULL,
    tolerance: Tolerance | None = None,
    images: Sequence[tuple[Operands, Given, Expected]] = (),
    known: Sequence[Cause] = (),
) -> tuple[Explanation, ...]:
    """The wrong conventions that explain `got`, best first; empty where none does.

    operands float32 in the chain's order; expected by layer, as `check.Checked.expected`.
    `images` are further runs of the same kernel on other data, which count as more elements of the
    same evidence. One link of the chain is computed the wrong way, the others rightly. The other
    causes are not tried where one that is `known`, of the same kernel, explains every element.
    """
    runs = [(operands, got, expected), *images]
    looks = (look(chain, o, attributes, g, e, profile) for o, g, e in runs)
    seen = [one for one in looks if one is not None]
    for causes in (known, CAUSES) if seen else ():
        found = tuple(ranked(weigh(seen, tolerance, causes)))
        if found and (causes is CAUSES or found[0].after == 1.0):
            return found
    return ()


def look(
    chain: Chain,
    operands: Operands,
    attributes: Mapping[str, Any],
    got: Given,
    expected: Expected,
    profile: Profile,
) -> Seen | None:
    """The run with every link's operands; None where the output is of another shape or dtype."""
    last = chain.layers[-1].name
    outputs = dict(got) if isinstance(got, Mapping) else {last: got}
    value = outputs[last]
    if value.shape != expected[last].value.shape or value.dtype != chain.dtype:
        return None
    outputs = {
        name: one
        for name, one in outputs.items()
        if name in expected and one.shape == expected[name].value.shape and one.dtype.itemsize == 4
    }
    given = per_layer(chain, attributes)
    links: tuple[Link, ...] = ()
    for layer, first, rest in steps(chain, given_exactly(chain, operands)):
        inputs = layer.complete((*first, links[-1].right, *rest) if links else rest)
        shapes = shapes_of(None if o is None else o.value for o in inputs)
        complete, _ = layer.resolve(shapes, given[layer.name])
        right, place = expected[layer.name], chain.inner[len(links)]
        links = (*links, Link(layer, inputs, complete, right, profile, place, links))
    return Seen(links, outputs)


def weigh(
    seen: Sequence[Seen], tolerance: Tolerance | None, causes: Sequence[Cause]
) -> list[tuple[Cause, Fit]]:
    """Every cause of the links, with its evidence from all runs; most are refuted by the first.

    Where its sums are large, by a few of their filters.
    """
    names = {OUTPUT, *(link.layer.name for link in seen[0].links)}
    links, got = screened(seen[0].links, seen[0].got, tolerance)
    runs = seen if links is seen[0].links else [Seen(links, got), *seen]
    found = []
    for cause in causes:
        if cause.layer not in names:
            continue
        total = Fit()
        for one in runs:
            new = evidence(one, wrongly(one, cause), tolerance)
            total = new if one is seen[0] else total + new
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
    outputs = {names[place]: last}
    for link in seen.links[place + 1 :]:
        inputs = list(link.operands)
        inputs[link.inner] = last
        complete = sufficient(link, tuple(inputs))
        last = enclose(link.layer, complete, link.attributes, link.profile)
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
    same = np.array_equal(wrong.value, right.value, equal_nan=True)
    return None if same else wrong


def evidence(seen: Seen, outputs: Outputs, tolerance: Tolerance | None) -> Fit:
    """What the run says of a cause that would give these outputs."""
    total = Fit()
    for link in seen.links:
        name = link.layer.name
        if name in seen.got:
            right = part(link, link.right)
            wrong = outputs.get(name, right)
            total += fit(seen.got[name], right, wrong, tolerance, options(link))
    return total


def options(link: Link) -> int:
    """How many indices a layer may give that gives indices; 0 for one that gives numbers."""
    if link.layer.dtype == np.float32:
        return 0
    assert link.operands[0] is not None
    return int(link.operands[0].value.shape[link.attributes["dim"]])


def ranked(found: list[tuple[Cause, Fit]]) -> list[Explanation]:
    """Those that explain, by their evidence; equally good ones in the catalogue's order."""
    enough = np.log2(max(len(found), 1)) + SURE
    good = [one for one in found if one[1].explains and one[1].bits >= enough]
    if not good:
        return []
    most = max(fit.bits for _, fit in good)
    first = [one for one in good if one[1].bits >= most * (1 - SAME) - 1]
    rest = sorted((one for one in good if one not in first), key=lambda one: -one[1].bits)
    causes = [cause for cause, _ in first]
    best = [
        explanation(cause, fit, tuple(other for other in causes if other is not cause))
        for cause, fit in first
    ]
    return best + [explanation(cause, fit, ()) for cause, fit in rest]


def explanation(cause: Cause, found: Fit, ties: tuple[Cause, ...]) -> Explanation:
    """The cause with its evidence in words."""
    before, after = (1 - wrong / found.count for wrong in (found.before, found.after))
    words = f"{cause.layer} {cause.says}: {percent(after)} of elements, before {percent(before)}"
    return Explanation(cause, before, after, words, ties)


def percent(share: float) -> str:
    """A share in words: 100 % only for all, 0 % only for none."""
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", " %")
    return f"{min(max(100 * share, 0.01), 99.99):.3g} %"
