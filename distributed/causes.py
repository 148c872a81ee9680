"""What a wrong transfer is: each way in which one goes wrong, tried on the parts that were written.

A hypothesis is made of whole parts, so that what it gives is known to the last bit: it explains a
rank's result only where every element is as it says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from clgold.ranks import Array, Rect
from clgold.reference import FULL

from .exchange import Arrived

OTHERS = "what other ranks sent"
AXIS_NAMES = {-1: "column", -2: "row"}


@dataclass(frozen=True)
class Evidence:
    """A transfer on one rank in one step.

    parts   what the rank should have read, by source
    seen    more of what each source wrote, or all of it, with its Rect
    got     what it read
    """

    parts: Arrived
    seen: Arrived
    got: np.ndarray


@dataclass(frozen=True)
class Trial:
    """One wrong way: the parts as they would arrive, and how they would be put together.

    values     by source, None where nothing arrives
    places     where they would stand, if elsewhere
    twice      sources whose part is added once more
    over       sources whose part replaces what others gave
    scale      what the sum would be multiplied by
    shares     by source what its part would be divided by
    """

    name: str
    values: Mapping[int, np.ndarray | None]
    places: Mapping[int, Rect] = field(default_factory=dict)
    twice: frozenset[int] = frozenset()
    over: tuple[int, ...] = ()
    scale: float = 1.0
    shares: Mapping[int, int] = field(default_factory=dict)


def causes(
    array: Array,
    rank: int,
    now: Evidence,
    before: Evidence | None,
    images: Sequence[int] = (),
) -> tuple[str, ...]:
    """Every wrong way that gives just what the rank read; those that change least come first.

    images   how many each rank has, where what they write are sums over images
    """
    found: list[str] = []
    for trial in trials(array, rank, now, before, images):
        if trial.name not in found and explains(array, rank, now, trial):
            found.append(trial.name)
    return tuple(found)


def explains(array: Array, rank: int, now: Evidence, trial: Trial) -> bool:
    """Whether the trial gives what was read, but for the rounding of its additions.

    Where it gives nothing there may be 0 or NaN, and no number that was written.
    """
    value, slack, covered = together(array, rank, now, trial)
    got = now.got.astype(np.float64)
    with np.errstate(invalid="ignore"):
        same = (np.abs(got - value) <= slack) | (np.isnan(got) & np.isnan(value))
    empty = (got == 0) | np.isnan(got)
    return bool(np.all(np.where(covered, same, empty)))


def together(
    array: Array, rank: int, now: Evidence, trial: Trial
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the trial gives, float64; how far rounding may lead from it; where it gives anything."""
    needed = array.reads[rank]
    value, magnitude = np.zeros(needed.size), np.zeros(needed.size)
    terms = np.zeros(needed.size, np.int64)
    order = [one for one in sorted(trial.values) if one not in trial.over] + list(trial.over)
    for source in order:
        part = trial.values[source]
        if part is None:
            continue
        place = needed.place(trial.places.get(source, now.parts.rects[source]))
        times = 2 if source in trial.twice else 1
        if not array.partial or source in trial.over:
            value[place], magnitude[place], terms[place] = 0.0, 0.0, 0
        share = part.astype(np.float64) / trial.shares.get(source, 1)
        value[place] += times * share
        magnitude[place] += times * np.abs(share)
        terms[place] += times
    roundings = np.maximum(terms - 1, 0) + (trial.scale != 1.0) + bool(trial.shares)
    slack = FULL.gamma(roundings) * trial.scale * magnitude
    return trial.scale * value, slack, terms > 0


def trials(
    array: Array, rank: int, now: Evidence, before: Evidence | None, images: Sequence[int]
) -> Iterator[Trial]:
    """All wrong ways, of one source's part or of all others' at once."""
    parts = now.parts.values
    if array.partial and rank in parts:
        yield Trial("nothing is added: each rank keeps its own part", {rank: parts[rank]})
    groups: dict[str, tuple[int, ...]] = {whose(source, rank): (source,) for source in parts}
    if others := tuple(source for source in parts if source != rank):
        groups[OTHERS] = others
    for who, group in groups.items():
        yield from of_group(array, rank, now, before, who, group)
    yield from exchanged(now)
    if array.partial:
        yield from of_sums(rank, now)
    if array.partial and images and all(images[source] for source in parts):
        means = {source: images[source] for source in parts}
        name = "the mean of the ranks' means in place of the sum over all images"
        yield Trial(name, parts, scale=1 / len(parts), shares=means)


def whose(source: int, rank: int) -> str:
    """A part in words, the same on every rank that it comes to."""
    return "its own part" if source == rank else f"the part of rank {source}"


def of_group(
    array: Array,
    rank: int,
    now: Evidence,
    before: Evidence | None,
    who: str,
    group: tuple[int, ...],
) -> Iterator[Trial]:
    """Lost, late, twice, over the others; cut elsewhere, put elsewhere."""
    parts = now.parts.values
    rest = {source: part for source, part in parts.items() if source not in group}
    late: dict[int, np.ndarray | None] = dict.fromkeys(group)
    if before is not None:
        late = {source: before.parts.values[source] for source in group}
    yield Trial(f"{who} is late: it is that of the step before", {**rest, **late})
    yield Trial(f"{who} is lost", {**rest, **dict.fromkeys(group)})
    if array.partial:
        yield Trial(f"{who} is added twice", parts, twice=frozenset(group))
        if who != OTHERS and group != (rank,):
            replacing = f"{who} replaces the others' in place of being added"
            yield Trial(replacing, parts, over=group)
    for name, values in cut_elsewhere(array, rank, now, group):
        yield Trial(f"{who} {name}", {**rest, **values})
    for name, places in put_elsewhere(array, rank, now, group):
        yield Trial(f"{who} {name}", parts, places)


def cut_elsewhere(
    array: Array, rank: int, now: Evidence, group: tuple[int, ...]
) -> Iterator[tuple[str, dict[int, np.ndarray]]]:
    """Other parts of the right size of what the sources wrote, where they are known."""
    axes = len(array.shape)
    ways: list[tuple[str, Mapping[int, tuple[int, ...] | None]]] = []
    for axis, word in AXIS_NAMES.items():
        for by in (-1, 1):
            if axes >= -axis:
                moved = {k: shifted(now.parts.rects[k], axis, by).origin for k in group}
                ways.append((f"is cut one {word} off", moved))
    ways.append(
        ("is cut at the origin of what was written", {k: now.seen.rects[k].origin for k in group})
    )
    for target in range(len(array.reads)):
        meant = {k: array.held[k] & array.reads[target] for k in group}
        if target != rank and all(one.count for one in meant.values()):
            ways.append((f"is that for rank {target}", {k: one.origin for k, one in meant.items()}))
    for name, origins in ways:
        found = {}
        for source, origin in origins.items():
            right = now.parts.rects[source]
            rect = Rect(origin or right.origin, right.size)
            if rect != right and (rect & now.seen.rects[source]) == rect:
                place = now.seen.rects[source].place(rect)
                found[source] = now.seen.values[source][place]
        if len(found) == len(group):
            yield name, found


def put_elsewhere(
    array: Array, rank: int, now: Evidence, group: tuple[int, ...]
) -> Iterator[tuple[str, dict[int, Rect]]]:
    """The right parts in other places of what is read."""
    needed = array.reads[rank]
    ways = [("is put at the origin", dict.fromkeys(group, needed.origin))]
    for axis, word in AXIS_NAMES.items():
        for by in (-1, 1):
            if len(array.shape) >= -axis:
                moved = {k: shifted(now.parts.rects[k], axis, by).origin for k in group}
                ways.append((f"is put one {word} off", moved))
    for name, origins in ways:
        places = {k: Rect(origin, now.parts.rects[k].size) for k, origin in origins.items()}
        inside = all((one & needed) == one for one in places.values())
        if inside and any(places[k] != now.parts.rects[k] for k in group):
            yield name, places


def shifted(rect: Rect, axis: int, by: int) -> Rect:
    """The same size, so many rows or columns on."""
    number = axis % len(rect.size)
    return rect.with_axis(number, rect.origin[number] + by, rect.size[number])


def exchanged(now: Evidence) -> Iterator[Trial]:
    """Two ranks' parts, one in the other's place."""
    parts = now.parts.values
    for a in parts:
        for b in parts:
            if a < b and parts[a].shape == parts[b].shape:
                name = f"the parts of ranks {a} and {b} are exchanged"
                yield Trial(name, {**parts, a: parts[b], b: parts[a]})


def of_sums(rank: int, now: Evidence) -> Iterator[Trial]:
    """Sums that are none: a mean, each part over the one before."""
    parts = now.parts.values
    replacing = "parts replace one another in place of being added"
    own_last = sorted(parts, key=lambda source: source == rank)
    for order in (sorted(parts), own_last):
        yield Trial(replacing, parts, over=tuple(order))
    yield Trial("averaged over the ranks in place of added", parts, scale=1 / len(parts))
