"""Cases such as a variant supports, out of the plain tier: what it takes, and how it is moved."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, product
from math import prod
from typing import Any

from clgold.device.catalogue import VARIANTS
from clgold.device.variants import Variant
from clgold.golden.cases import Case
from clgold.golden.covering import WORK
from clgold.golden.levels import Factors, varied
from clgold.golden.settings import chain_setting
from clgold.golden.tiers import paired
from clgold.reference import find_chain
from clgold.reference.generator import integers
from clgold.reference.gradient import forward
from clgold.reference.operands import Setting
from clgold.reference.question import flat, resolve

TRIED, BASES = 600, 40
ENOUGH, FITTED = 24, 12  # fixed cases that apply; settings that are fitted where there are fewer


def fitted(variants: Sequence[Variant], cases: Sequence[Case], seed: int) -> list[Case]:
    """More cases for the users' variants that refuse nearly all of these."""
    found: list[Case] = []
    for variant in variants:
        own = (case for case in cases if takes(variant, (case.shapes, dict(case.attributes))))
        if variant in VARIANTS or len(list(islice(own, ENOUGH))) == ENOUGH:
            continue
        some = (supported(variant, values) for values in bases(variant)[:FITTED])
        settings = tuple(one for one in some if one is not None)
        known = {str(case) for case in (*cases, *found)}
        found += [one for one in paired(variant.layer, settings, seed) if str(one) not in known]
    return found


def takes(variant: Variant, setting: Setting) -> bool:
    """Whether the variant does not refuse these shapes and attributes."""
    chain = find_chain(variant.layer)
    complete = chain.complete(setting[0])
    return not variant.refusal(complete, flat(chain, resolve(chain, *setting)[0]))


def supported(variant: Variant, values: dict[str, Any]) -> Setting | None:
    """The setting of these values, if it is small, and layer and variant accept it."""
    found = chain_setting(find_chain(variant.layer), values)
    if found is None or found[1] > WORK or not takes(variant, found[0]):
        return None
    return found[0]


@cache
def bases(variant: Variant) -> tuple[dict[str, Any], ...]:
    """Some settings of the plain tier that the variant supports, as values by factor."""
    chain = find_chain(variant.layer)
    if forward(chain) is not None:  # a gradient's cases follow from its layer's
        return ()
    factors = varied(chain, plain=True)
    tried = islice(mixed(factors), TRIED)
    return tuple(islice((one for one in tried if supported(variant, one) is not None), BASES))


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
