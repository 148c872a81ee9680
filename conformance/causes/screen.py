"""A few filters in place of all, by which most causes are refuted where the sums are large."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

import numpy as np

from clgold.reference import Enclosure

from ..compare import Tolerance, wrong_elements
from ..sample import CHANNELWISE, ENOUGH
from .cause import Link

Array = np.ndarray


def screened(
    links: tuple[Link, ...], got: Mapping[str, Array], tolerance: Tolerance | None
) -> tuple[tuple[Link, ...], Mapping[str, Array]]:
    """The links of which few filters suffice, and these filters' channels of what a kernel gave.

    The same where there are few products, or where the chain does not keep channels apart.
    """
    names = [link.layer.name for link in links]
    places = [k for k, name in enumerate(names) if name in ("conv2d", "linear")]
    if len(places) != 1 or not set(names[places[0] + 1 :]) <= CHANNELWISE:
        return links, got
    sums = links[places[0]]
    weight = sums.operands[1]
    assert weight is not None
    filters, products = len(weight.value), weight.value[0].size * prod(sums.shape)
    if products <= ENOUGH:
        return links, got
    last = links[-1]
    wrong = wrong_elements(got[last.layer.name], last.right, tolerance)
    failing = np.flatnonzero(wrong.swapaxes(0, 1).reshape(filters, -1).any(axis=1))
    groups = sums.attributes.get("groups", 1)
    chosen = telling(filters, failing, groups, filters * ENOUGH // products)
    behind = [name for name in names[places[0] :] if name in got]
    fewer = (replace(link, chosen=chosen) for link in links[places[0] :])
    return (*links[: places[0]], *fewer), {name: got[name][:, chosen] for name in behind}


def telling(count: int, failing: Array, groups: int, enough: int) -> Array:
    """About as many filters as are enough, half of them failing; the same ones of every group.

    The first and the last of all and of the failing ones are among them.
    """
    each = count // groups
    half = max(2, enough // groups // 2)
    within = np.union1d(spread(np.arange(each), half), spread(np.unique(failing % each), half))
    return (np.arange(groups)[:, np.newaxis] * each + within).ravel()


def spread(values: Sequence[int] | Array, few: int) -> Array:
    """So many of the values, evenly spread, from the first to the last."""
    places = np.linspace(0, max(len(values) - 1, 0), min(few, len(values)))
    return np.asarray(values, dtype=np.int64)[places.astype(np.int64)]


def part(link: Link, one: Enclosure) -> Enclosure:
    """What suffices of a link's output, which may be no more already."""
    if link.chosen is None or one.value.shape != link.shape:
        return one
    bound = None if one.bound is None else one.bound[:, link.chosen]
    return Enclosure(one.value[:, link.chosen], bound)
