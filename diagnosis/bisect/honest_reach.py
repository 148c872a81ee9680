"""How far honest float32 may be off behind several kernels in a row.

The bounds of many layers, composed, allow for every rounding's pointing the same way through all
of them, and soon exceed the signal. What honest sums really make of the same inputs, in two
orders, says more; FAR times the worst of them leaves room for other functions, orders and devices.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from clgold.conformance.judge.honest import ORDERS, Order, evaluate, possible
from clgold.networks import Kernel, Node
from clgold.reference import Enclosure, ask, find_chain, find_layer
from clgold.reference.evaluate import enclose

from .formats import FLOAT32, Format

Array = np.ndarray
Values = Mapping[str, Enclosure]

FAR = 64.0


def nearer(
    nodes: Sequence[Node], values: Values, right: Enclosure, kept: Format = FLOAT32
) -> Enclosure | None:
    """The last node's enclosure with a bound of at most FAR times the error of honest float32.

    values hold what the nodes read, exactly, and their own enclosures. None where the nodes sum no
    products, or too many to form honestly. Honest results are `kept` in that format.
    """
    errors = honest_errors(nodes, {**values, nodes[-1].name: right}, kept)
    if errors is None:
        return None
    last, layer = nodes[-1], find_layer(nodes[-1].layer)
    if layer.choices is None:
        return bounded(right, errors[last.name])
    read = tuple(None if o is None else bounded(values[o], errors.get(o)) for o in last.operands)
    return enclose(layer, read, last.attributes, kept.profile)


def bounded(given: Enclosure, error: float | None) -> Enclosure:
    """The enclosure with a bound of at most FAR times an error; as it is where none is known."""
    if error is None:
        return given
    return Enclosure(given.value, np.minimum(given.radius, FAR * error))


def honest_errors(nodes: Sequence[Node], values: Values, kept: Format) -> dict[str, float] | None:
    """By node the largest error of honest float32 from the first node on."""
    if not any(find_layer(node.layer).honest for node in nodes):
        return None
    read = [o for o in Kernel("", "", tuple(nodes)).operands if o is not None]
    errors = dict.fromkeys((node.name for node in nodes), 0.0)
    for order in ORDERS:
        known = {name: values[name].value.astype(np.float32) for name in read}
        for node in nodes:
            made = honestly(node, known, order)
            if made is None:
                return None
            made = known[node.name] = made if made.dtype.kind == "i" else kept.nearest(made)
            away = np.abs(made - values[node.name].value)
            errors[node.name] = max(errors[node.name], float(np.nanmax(away, initial=0.0)))
    return errors


def honestly(node: Node, known: Mapping[str, Array], order: Order) -> Array | None:
    """The node's float32 result, its sums formed in that order; None for too many products."""
    layer = find_layer(node.layer)
    operands = tuple(None if o is None else known[o] for o in node.operands)
    if layer.honest is not None:
        question = ask(find_chain(layer.name), operands, node.attributes)
        return evaluate(question, order)[layer.name] if possible(question) else None
    with np.errstate(all="ignore"):
        return layer.forward(*operands, **node.attributes).astype(layer.dtype)


def tells_nothing(right: Enclosure) -> bool:
    """Whether hardly any result could be wrong: bounds as large as the values, any index at all."""
    if right.choices is not None:
        most = right.choices.shape[0]
        return all(np.unique(one).size == most for one in right.choices.reshape(most, -1).T)
    size = np.abs(right.value)
    return bool(np.median(right.radius) >= np.median(size)) and bool(size.any())
