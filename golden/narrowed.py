"""A covering array of what a variant takes of a layer, where it refuses some of the layer's own.

A kernel for bilinear sampling takes few of the settings in which all modes meet everything else,
and so sees few of the pairs that lie within what it does take. Those are gathered here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from clgold.reference import find_chain
from clgold.reference.gradient import forward, setting
from clgold.reference.operands import Setting

from .covering import Row, array, covered, light, met, pairs, unused
from .levels import SAME, TAPS, Factors, Levels, Values, varied

Accepts = Callable[[Setting], bool]

NEAR = 8  # accepted rows in whose company a level is tried
TRIES = 1500  # rows in all: of a variant with a narrow rule few pairs are possible


def narrowed(
    name: str, accepts: Accepts, plain: Callable[[], Sequence[Values]]
) -> Iterator[Setting]:
    """Settings that are accepted, with the pairs that those of `covering` lack which are.

    None where all of these are accepted. Where none is, the levels are tried in the company of what
    is accepted of the `plain` tier, values by factor.
    """
    every = covered(name)
    taken = [row for row, one in every if accepts(one)]
    if len(taken) == len(every):
        return
    chain = find_chain(name)
    declared = find_chain(of.name) if (of := forward(chain)) is not None else chain
    factors = varied(declared)
    left = {"tries": TRIES}

    def make(whole: Factors, row: Row, number: int) -> Setting | None:
        if not left["tries"]:
            return None
        left["tries"] -= 1
        made = light(declared, whole, row, number)
        if made is not None and declared is not chain:
            made = setting(chain.layers[0], *made)
        return made if made is not None and accepts(made) else None

    alike = [] if taken else [likened(factors, values) for values in plain()[:NEAR]]
    alike = [row for row in alike if make(factors, row, 0) is not None]
    if not (company := taken or alike):
        return
    levels = possible(factors, company, partial(make, factors))
    few = {name: tuple(factors[name][k] for k in kept) for name, kept in levels.items()}
    missing = pairs(few)
    for row in taken:
        renumbered = {name: kept.index(row[name]) for name, kept in levels.items()}
        for pair in met(renumbered, unused(declared, few, renumbered), missing):
            del missing[pair]
    found = array(few, partial(unused, declared, few), partial(make, few), missing)
    yield from (one for _, one in found)


def likened(factors: Factors, plain: Values) -> Row:
    """The row that comes nearest to values of the plain tier, which speak of both axes at once."""
    return {name: level_of(name, levels, plain) for name, levels in factors.items()}


def level_of(name: str, levels: Levels, plain: Values) -> int:
    """The level with the factor's value in the plain tier, else the first."""
    taps = plain.get(f"{name.partition(': ')[0]}: taps")
    value = plain.get(name, taps if levels == TAPS else plain.get(name.partition(".")[0]))
    if value == SAME and isinstance(taps, int):
        value = (taps - 1) // 2
    return next((k for k, level in enumerate(levels) if value in level), 0)


def possible(
    factors: Factors, taken: list[Row], make: Callable[[Row, int], Setting | None]
) -> Mapping[str, list[int]]:
    """Of every factor the levels that some accepted row has, or could have."""
    return {
        name: [
            level
            for level in range(len(levels))
            if any(row[name] == level for row in taken)
            or any(make({**row, name: level}, k) for k, row in enumerate(islice(taken, NEAR)))
        ]
        for name, levels in factors.items()
    }
