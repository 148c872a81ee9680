"""A few filters in place of all, by which most causes are refuted where the sums are large."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

import numpy as np

from clgold.conformance.judge.compare import Tolerance, wrong_elements
from clgold.conformance.judge.few_filters import ENOUGH, has_filters, keeps_channels_apart
from clgold.reference import Enclosure

from .cause import Link
from .wrongly import sizes

Array = np.ndarray

# The part of these filters that a glance takes.
FEWER = 64


def screened(
    links: tuple[Link, ...],
    got: Mapping[str, Array],
    tolerance: Tolerance | None,
    share: int = 1,
) -> tuple[tuple[Link, ...], Mapping[str, Array]]:
    """The links of which few filters suffice, and these filters' channels of what a kernel gave.

    The same where there are few products, or where the chain does not keep channels apart.
    """
    names = [link.layer.name for link in links]
    places = [k for k, link in enumerate(links) if link.layer.honest is not None]
    if len(places) != 1:
        return links, got
    sums, *after = links[places[0] :]
    if not has_filters(sums.layer) or not all(keeps_channels_apart(one.layer) for one in after):
        return links, got
    filters, size = sums.shape[1], sizes(sums)
    products = prod(size[axis] for axis in sums.layer.sums.split()) * prod(sums.shape)
    few = ENOUGH // share
    if products <= few:
        return links, got
    last = links[-1]
    wrong = wrong_elements(got[last.layer.name], last.right, tolerance)
    failing = np.flatnonzero(wrong.swapaxes(0, 1).reshape(filters, -1).any(axis=1))
    groups = sums.attributes.get("groups", 1)
    chosen = telling(filters, failing, groups, filters * few // products)
    behind = [name for name in names[places[0] :] if name in got]
    fewer = (replace(link, chosen=chosen) for link in links[places[0] :])
    return (*links[: places[0]], *fewer), {name: got[name][:, chosen] for name in behind}


def glanced(
    links: tuple[Link, ...], got: Mapping[str, Array], tolerance: Tolerance | None
) -> tuple[tuple[Link, ...], Mapping[str, Array]]:
    """The links of which values alone are asked for, and of fewer filters still."""
    fewer, some = screened(links, got, tolerance, FEWER)
    return tuple(replace(link, rough=True) for link in fewer), some


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
