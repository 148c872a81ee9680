"""Shapes and attributes of a layer or chain, from one value for each factor (levels.py)."""

from collections.abc import Callable, Mapping
from itertools import cycle, islice, product
from math import prod
from typing import Any

from clgold.reference import Chain, Layer
from clgold.reference.attributes import Attribute
from clgold.reference.operands import ANY, AXES, Setting
from clgold.reference.spec import Shape

from .drafts import Draft, begin
from .levels import SAME, WHOLE, Values, slides

Shapes = tuple[Shape | None, ...]

FAR = 4096  # rows and columns with room for every window
ELEMENT = 16  # products that take as long as one more element in and out
NEAR = 32  # as many are tried where rows and columns have to fit together


def chain_setting(chain: Chain, values: Values) -> tuple[Setting, int] | None:
    """The setting of a layer or chain, and its work; None where there is none.

    Work is counted in products, an element being as many as ELEMENT.
    """
    shapes: list[Shape | None] = []
    work = 0
    attributes: dict[str, Any] = {}
    last: Shape | None = None
    for layer, place in zip(chain.layers, chain.inner, strict=True):
        found = setting(layer, own(layer, values), place, last)
        if found is None:
            return None
        shapes += found[0] if last is None else (*found[0][:place], *found[0][place + 1 :])
        attributes[layer.name] = found[1]
        last = layer.out_shape(*found[0], **found[1])
        work += prod(last) * (layer.depth(*found) + ELEMENT)
    work += ELEMENT * sum(prod(shape) for shape in shapes if shape is not None)
    whole = attributes if len(chain.layers) > 1 else attributes[chain.name]
    return (tuple(shapes), whole), work


def own(layer: Layer, values: Values) -> Values:
    """The layer's own among a chain's values."""
    head = f"{layer.name}: "
    return {k.removeprefix(head): one for k, one in values.items() if k.startswith(head)}


def setting(layer: Layer, values: Values, place: int, given: Shape | None) -> Setting | None:
    """The layer's setting, the shape of the operand at `place` perhaps given; None if refused."""
    layouts = [one.layouts[values.get(f"{one.name} layout", 0)] for one in layer.operands]
    if given is not None:
        layouts[place] = layer.operands[place].layout(len(given))
    draft = begin(layer, tuple(layouts), place, given)
    set_axes(draft, values)
    for name, one in layer.attributes.items():
        if (one.kind, one.default) != ("count", 1):  # groups, which go with the axes
            draft.attributes[name] = attribute(draft, name, one, values)
    if slides(layer) and given is None and not fit(draft, values):
        return None
    shapes: Shapes = tuple(
        thinned(shape, values.get(f"{one.name} thinned") if given is None or k != place else None)
        for k, (one, shape) in enumerate(zip(layer.operands, draft.shapes, strict=True))
    )
    if layer.variadic:
        shapes = several(draft, values)
    absent = [one.optional and not values[f"{one.name} given"] for one in layer.operands]
    shapes = tuple(None if a else s for a, s in zip(cycle(absent), shapes, strict=False))
    return (shapes, draft.attributes) if draft.accepts(shapes) else None


def set_axes(draft: Draft, values: Values) -> None:
    """The length of every axis that is not known; rows and columns under windows far apart."""
    known = draft.known
    for names in draft.layouts:
        for name in (name for name in names if "/" in name):
            axis, groups = name.split("/")
            parts = values[groups]
            if axis in known:
                parts = parts if known[axis] % parts == 0 else 1
                known[name] = known[axis] // parts
            else:
                known[name], known[axis] = values[name], parts * values[name]
            known[names[0]] = parts * values[names[0]]
            draft.attributes[groups] = parts
    if slides(draft.layer):
        known.setdefault("H", values.get("side", FAR))
        known.setdefault("W", values.get("side", FAR))
    for names in draft.layouts:
        for name in (n for n in names if n not in known and not n.isdigit()):
            if name == ANY:
                count = max(values["rank"] - (len(names) - 1), int(names == (ANY,)))
                known[ANY] = tuple(values.get(f"{ANY}{k}", values.get(ANY)) for k in range(count))
            else:
                known[name] = values[name] if name in values else values["taps"]


def attribute(draft: Draft, name: str, one: Attribute, values: Values) -> Any:
    """The attribute's value, complete but for an axis, which may count from the end."""
    shape, kind = draft.shapes[0], one.kind
    if kind == "window":
        taps = values.get("taps")
        whole = (draft.known["H"], draft.known["W"])
        return whole if taps == WHOLE else pair(values, name, (taps, taps))
    if kind == "pair":
        given = values.get(name, one.default)
        return pair(values, name, draft.attributes[given] if isinstance(given, str) else given)
    if kind == "padding":
        if values.get(name) == SAME:
            return tuple(((taps - 1) // 2, (taps - 1) // 2) for taps in window(draft))
        rows, columns = (pair(values, f"{name}.{axis}", values.get(name)) for axis in (0, 1))
        return rows, columns
    if kind == "axis":
        chosen: int = values[name]
        return max(chosen, -len(shape)) if chosen < 0 else chosen % len(shape)
    if kind == "axes":
        return ordered(values[name], len(shape))
    if kind == "size":
        return tuple(draft.known.get(axis) or values[axis] for axis in one.options)
    if kind == "shape":
        return dealt(prod(shape), values[name])
    return values[name]


def pair(values: Values, name: str, both: Any) -> tuple[Any, Any]:
    """The two numbers of an attribute, or twice the same."""
    first, second = both if isinstance(both, tuple) else (both, both)
    return values.get(f"{name}.0", first), values.get(f"{name}.1", second)


def window(draft: Draft) -> tuple[int, ...]:
    """How many taps a window has in height and width."""
    for name, one in draft.layer.attributes.items():
        if one.kind == "window":
            found: tuple[int, int] = draft.attributes[name]
            return found
    return tuple(n for name, n in draft.known.items() if AXES.get(name, "").startswith("kernel"))


def fit(draft: Draft, values: Values) -> bool:
    """Set rows and columns to the least, or the most, that leave an output of the wanted size."""
    if "side" in values:
        return draft.accepted()
    ends = {"H": values["rows"], "W": values["columns"]}
    if "OH" not in values:
        return fit_together(draft, ends)
    output = draft.layer.output.split()
    for name, wanted in (("H", "OH"), ("W", "OW")):
        place = output.index(wanted)

        def count(length: int, name: str = name, place: int = place) -> int:
            draft.known[name] = length
            found = draft.output()
            return found[place] if found else 0

        least = first(lambda n: count(n) >= values[wanted])  # noqa: B023 # called at once
        if count(least) != values[wanted]:
            return False
        after = first(lambda n: count(n) > values[wanted])  # noqa: B023 # called at once
        draft.known[name] = after - 1 if ends[name] else least
    return True


def first(holds: Callable[[int], bool]) -> int:
    """The least number from 1 to FAR of which something holds that holds of all above it too."""
    low, high = 1, FAR
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def fit_together(draft: Draft, ends: Mapping[str, bool]) -> bool:
    """The same where an operand says how many windows there are."""
    fitting = []
    near = (
        range(draft.known.get(name, 1), draft.known.get(name, 1) + NEAR) for name in ("SY", "SX")
    )
    for pair in product(*near):
        draft.known["H"], draft.known["W"] = pair
        fitting += [pair] if draft.accepted() else []
    if fitting:
        height = (max if ends["H"] else min)(h for h, _ in fitting)
        width = (max if ends["W"] else min)(w for h, w in fitting if h == height)
        draft.known["H"], draft.known["W"] = height, width
    return bool(fitting)


def thinned(shape: Shape, how: str | None) -> Shape:
    """The shape of what is broadcast to it."""
    if how == "missing":
        return shape[1:] or shape
    if how == "single":
        return (1,)
    if how == "ones":
        return tuple(1 if k % 2 else n for k, n in enumerate(shape))
    if how == "column":
        return (*shape[1:2], *(1 for _ in shape[2:])) or shape
    return shape


def several(draft: Draft, values: Values) -> Shapes:
    """Operands that differ in length along every axis that an attribute names."""
    (shape,) = draft.shapes
    axes = [
        draft.attributes[n] % len(shape)
        for n, one in draft.layer.attributes.items()
        if one.kind == "axis"
    ]
    lengths = (shape[axes[0]] + more if axes else 0 for more in cycle((0, 1, 3)))
    return tuple(
        tuple(n if k not in axes else length for k, n in enumerate(shape))
        for length in islice(lengths, values["operands"])
    )


def ordered(how: str, count: int) -> tuple[int, ...]:
    """The axes in another order."""
    axes = tuple(range(count))
    orders = {
        "left": (*axes[1:], *axes[:1]),
        "right": (*axes[-1:], *axes[:-1]),
        "reversed": axes[::-1],
        "last": (*axes[:-2], *axes[-2:][::-1]),
        "first": (*axes[:2][::-1], *axes[2:]),
        "same": axes,
    }
    return orders[how]


def dealt(count: int, axes: int) -> Shape:
    """A shape of so many values: their prime factors, dealt out in turn."""
    lengths, turn, prime = [1] * axes, 0, 2
    while count > 1:
        if count % prime:
            prime += 1
        else:
            lengths[turn % axes] *= prime
            turn, count = turn + 1, count // prime
    return tuple(lengths)
