"""Cases such as a variant supports, out of the plain tier: what it takes, and how it is moved."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import islice, product
from math import prod
from typing import Any

from clgold.device.catalogue import VARIANTS
from clgold.device.variants import Variant
from clgold.golden.cases import Case
from clgold.golden.covering import WORK
from clgold.golden.levels import BATCHES, BLOCKS, Factors, varied
from clgold.golden.narrowed import narrowed
from clgold.golden.settings import chain_setting
from clgold.golden.tiers import paired
from clgold.reference import Chain, find_chain
from clgold.reference.generator import integers
from clgold.reference.gradient import forward, setting
from clgold.reference.operands import Setting
from clgold.reference.question import flat, resolve

TRIED, BASES = 600, 40
ROOM = 4  # batches of 32 are more work than cases are elsewhere
ENOUGH, FITTED = 24, 12  # fixed cases that apply; settings that are fitted where there are fewer


def fitted(
    variants: Sequence[Variant], cases: Sequence[Case], seed: int, probes: Sequence[str] = ()
) -> list[Case]:
    """More cases for variants that refuse some of these; of ours, for those that refuse all.

    With the usual probes, or with these alone.
    """
    found: list[Case] = []
    for variant in variants:
        ours = variant in VARIANTS
        settings = [] if ours else list(within(variant))
        own = (case for case in cases if takes(variant, (case.shapes, dict(case.attributes))))
        enough = 1 if ours else ENOUGH
        if len(list(islice(own, enough))) < enough:
            some = (supported(variant, values) for values in bases(variant)[:FITTED])
            settings += [one for one in some if one is not None]
        known = {str(case) for case in (*cases, *found)}
        more = paired(variant.layer, tuple(settings), seed, probes)
        found += [one for one in more if str(one) not in known]
    return found


def within(variant: Variant) -> Iterator[Setting]:
    """Settings in which any two things meet that the variant takes."""
    return narrowed(variant.layer, partial(takes, variant), partial(bases, variant))


def takes(variant: Variant, setting: Setting) -> bool:
    """Whether the variant does not refuse these shapes and attributes."""
    chain = find_chain(variant.layer)
    complete = chain.complete(setting[0])
    return not variant.refusal(complete, flat(chain, resolve(chain, *setting)[0]))


def supported(variant: Variant, values: dict[str, Any]) -> Setting | None:
    """The setting of these values, if it is small, and layer and variant accept it."""
    chain, declared = find_chain(variant.layer), declaring(variant)
    found = chain_setting(declared, values)
    if found is None or found[1] > ROOM * WORK:
        return None
    whole = found[0] if declared.name == chain.name else setting(chain.layers[0], *found[0])
    return whole if takes(variant, whole) else None


@cache
def bases(variant: Variant) -> tuple[dict[str, Any], ...]:
    """Some settings of the plain tier that the variant supports, as values by factor."""
    for factors in (plain := varied(declaring(variant), plain=True), roomier(plain)):
        tried = islice(mixed(factors), TRIED)
        found = (one for one in tried if supported(variant, one) is not None)
        if some := tuple(islice(found, BASES)):
            return some
    return ()


def declaring(variant: Variant) -> Chain:
    """The chain whose declaration says what is varied: a gradient's cases follow its layer's."""
    chain = find_chain(variant.layer)
    of = forward(chain)
    return chain if of is None else find_chain(of.name)


def roomier(plain: Factors) -> Factors:
    """The same with batches and channels that fill wide vectors and tiles, others being few."""
    more = {BATCHES[:2]: ((16,), (32,), (64,)), BLOCKS: ((1,), (2,), (16,), (32,))}
    batch = [name for name in plain if name.endswith(": N")]
    return {
        name: more.get(levels, levels) if name in batch or levels == BLOCKS else levels
        for name, levels in plain.items()
    }


def mixed(factors: Factors) -> Iterator[dict[str, Any]]:
    """Every combination of the levels' values, in an order that varies all of them soon."""
    names = list(factors)
    choices = [[value for level in factors[name] for value in level] for name in names]
    count = prod(map(len, choices))
    if count <= TRIED:
        yield from (dict(zip(names, values, strict=True)) for values in product(*choices))
        return
    for number in range(TRIED):
        row = integers(number, "fitting", (len(names),), 0, 2**20).tolist()
        picked = zip(names, choices, row, strict=True)
        yield {name: values[k % len(values)] for name, values, k in picked}
