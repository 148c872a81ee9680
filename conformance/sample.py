"""A few filters in place of all, where honest float32 sums of all would take too long."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clgold.reference import Chain, Enclosure

from . import honest

Array = np.ndarray
Operands = tuple[Array | None, ...]

ENOUGH = 2**24  # products that honest sums form in a fraction of a second

# Layers that compute every channel from the same channel alone.
CHANNELWISE = {"relu", "elu", "tanh", "sigmoid", "max_pool2d", "avg_pool2d", "lp_pool2d"}


def some_filters(
    chain: Chain,
    operands: Operands,
    attributes: Mapping[str, Any],
    got: Array,
    expected: Enclosure,
) -> tuple[Operands, Array, Enclosure]:
    """Operands, output and expectation for filters, as many as ENOUGH allows, evenly spread.

    All of them where there are few products, or where the chain does not keep channels apart.
    """
    names = [layer.name for layer in chain.layers]
    places = [k for k, name in enumerate(names) if name in honest.SUMS]
    products = sum(depth * count for depth, count in honest.sums(chain, operands, attributes))
    if products <= ENOUGH or len(places) != 1 or not set(names[places[0] + 1 :]) <= CHANNELWISE:
        return operands, got, expected
    own = attributes if len(names) == 1 else attributes.get(names[places[0]], {})
    weight = operands[chain.operands.index("weight")]
    assert weight is not None
    chosen = spread(len(weight), own.get("groups", 1), ENOUGH / products)
    fewer = tuple(
        operand[chosen] if operand is not None and name in ("weight", "bias") else operand
        for name, operand in zip(chain.operands, operands, strict=True)
    )
    bound = None if expected.bound is None else expected.bound[:, chosen]
    return fewer, got[:, chosen], replace(expected, value=expected.value[:, chosen], bound=bound)


def spread(count: int, groups: int, share: float) -> Array:
    """Indices of filters, as many in every group, at least one of each."""
    each = count // groups
    few = max(1, int(each * share))
    within = np.arange(few) * each // few
    return (np.arange(groups)[:, np.newaxis] * each + within).ravel()
