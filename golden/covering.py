"""A covering array: few settings in which any two levels of two factors meet at least once.

Most faults show where two things meet (Kuhn, Wallace, Gallo, "Software fault interactions and
implications for software testing", IEEE TSE 30(6), 2004). Rows grow greedily, as in AETG (Cohen,
Dalal, Fredman, Patton, IEEE TSE 23(7), 1997); where the layer's rule refuses a row, the pair is
tried in other company, and left out where it never fits.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import combinations
from typing import Any

from clgold.reference import Chain, find_chain
from clgold.reference.generator import integers
from clgold.reference.gradient import forward, setting
from clgold.reference.operands import Setting

from .levels import TAPS, Factors, idle, varied
from .settings import chain_setting, own

Row = Mapping[str, int]  # of every factor the number of a level
Pair = tuple[tuple[str, int], tuple[str, int]]

ATTEMPTS = 24  # rows that are tried for one pair
WORK = 2**20  # of a setting, so that it takes some milliseconds


def covering(name: str, plain: bool = False) -> tuple[Setting, ...]:
    """The settings of a layer or chain; of the plain tier, those that most kernels support."""
    return tuple(one for _, one in covered(name, plain))


@cache
def covered(name: str, plain: bool = False) -> tuple[tuple[Row, Setting], ...]:
    """The same with the row of each; a gradient's are its layer's."""
    chain = find_chain(name)
    of = forward(chain)
    if of is not None:
        first = chain.layers[0]
        return tuple((row, setting(first, *one)) for row, one in covered(of.name, plain))
    factors = varied(chain, plain)
    make = partial(light, chain, factors)
    return tuple(array(factors, partial(unused, chain, factors), make, pairs(factors)))


def unused(chain: Chain, factors: Factors, row: Row) -> set[str]:
    """The factors that make no difference beside the others' levels."""
    values = valued(factors, row, 0)
    named = {layer.name: idle(layer, own(layer, values)) for layer in chain.layers}
    return {f"{layer}: {name}" for layer, names in named.items() for name in names}


def pairs(factors: Factors) -> dict[Pair, None]:
    """Any two levels of two factors, in order."""
    return {
        ((a, i), (b, j)): None
        for a, b in combinations(factors, 2)
        for i in range(len(factors[a]))
        for j in range(len(factors[b]))
    }


def array(
    factors: Factors,
    idle: Callable[[Row], set[str]],
    make: Callable[[Row, int], Setting | None],
    missing: dict[Pair, None],
) -> Iterator[tuple[Row, Setting]]:
    """Rows that `make` accepts, until they have the missing pairs, and the setting of each.

    `idle` factors make no difference in a row.
    """
    number = 0
    while missing:
        wanted = next(iter(missing))
        rows = [grown(factors, missing, wanted, number, attempt) for attempt in range(ATTEMPTS)]
        rows += [simple(factors, large) | dict(wanted) for large in (False, True)]
        found = {k: met(row, idle(row), missing) for k, row in enumerate(rows)}
        for k in sorted(found, key=lambda k: -len(found[k])):
            made = make(rows[k], number) if wanted in found[k] else None
            if made is not None:
                yield rows[k], made
                number += 1
                for pair in found[k]:
                    del missing[pair]
                break
        missing.pop(wanted, None)


def met(row: Row, idle: set[str], missing: Mapping[Pair, None]) -> list[Pair]:
    """The missing pairs that a row has."""
    used = {name: level for name, level in row.items() if name not in idle}
    return [((a, i), (b, j)) for (a, i), (b, j) in missing if used.get(a) == i and used.get(b) == j]


def grown(
    factors: Factors, missing: Mapping[Pair, None], wanted: Pair, number: int, attempt: int
) -> Row:
    """A row with the wanted pair; every other level is that which meets most missing pairs.

    Half of the attempts take the others as they come: where the rule refuses much, that helps.
    """
    row = dict(wanted)
    drawn = integers(number, f"covering {attempt}", (len(factors),), 0, 2**20).tolist()
    turns = dict(zip(factors, drawn, strict=True))
    for name in sorted(set(factors) - set(row), key=lambda name: (turns[name], name)):
        levels = [(k + turns[name]) % len(factors[name]) for k in range(len(factors[name]))]
        gains = [0] if attempt % 2 else [gain(missing, row, (name, k)) for k in levels]
        row[name] = levels[gains.index(max(gains))]
    return row


def simple(factors: Factors, large: bool) -> dict[str, int]:
    """The first level of each factor, of windows perhaps the largest, which most padding fits."""
    return {name: len(one) - 1 if large and one is TAPS else 0 for name, one in factors.items()}


def gain(missing: Mapping[Pair, None], row: Row, new: tuple[str, int]) -> int:
    """How many missing pairs a level meets."""
    return sum((old, new) in missing or (new, old) in missing for old in row.items())


def valued(factors: Factors, row: Row, number: int) -> dict[str, Any]:
    """Of each level the value whose turn it is."""
    chosen = {name: levels[row[name]] for name, levels in factors.items()}
    return {name: level[number % len(level)] for name, level in chosen.items()}


def light(chain: Chain, factors: Factors, row: Row, number: int) -> Setting | None:
    """The row's setting, of smaller values than those whose turn it is where that is much work."""
    values = valued(factors, row, number)
    large = [name for name, value in values.items() if type(value) is int and value > 3]
    large.sort(key=lambda name: -values[name])
    while (found := chain_setting(chain, values)) is not None:
        if found[1] <= WORK or not large:
            return found[0]
        name = large.pop(0)
        values[name] = min(factors[name][row[name]])
    return None
