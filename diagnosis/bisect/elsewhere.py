"""What a network's own data never show of a kernel: its sizes made odd, and a list of what is left.

Every axis but a filter's own is one longer than it is, or than LONG, in turn, where the shape rule
and the variant accept that: batches of two, unequal rows and columns, tails of vectors.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from clgold.device.variants import Variant
from clgold.golden.cases import Case
from clgold.networks import Kernel, Network, shapes
from clgold.networks.network import complete_attributes
from clgold.reference import Chain, ask
from clgold.reference.operands import AXES
from clgold.reference.spec import Shape

from ..reproduce.sizes import Coordinate, Sizes, coordinates, sized

LONG = 32  # axes that are longer become one longer than this: seconds for a whole VGG-16
PARTNERS = 4  # axes at most that change with another one: statistics, channels, a size
CANDIDATES = 8

Setting = tuple[tuple[Shape | None, ...], Mapping[str, Any]]


def at_other_sizes(case: Case, variant: Variant) -> Case | None:
    """The case at sizes that the network does not have; None where nothing can be changed."""
    setting: Setting = (case.shapes, case.attributes)
    last = 0
    for axis in free_axes(case.chain, setting):
        size = min(known_sizes(case.chain, setting)[axis], LONG) + 1
        size += size == last  # rows and columns, so that no image stays square
        accepted = (one for one in resized(case.chain, setting, axis, size))
        found = next((one for one in accepted if not variant.refusal(*one)), None)
        if found is not None:
            setting, last = found, size
    if setting[0] == case.shapes:
        return None
    return Case(case.layer, case.probe, *setting, case.seed)


def known_sizes(chain: Chain, setting: Setting) -> Sizes:
    """Every coordinate of the setting with its size."""
    shapes, attributes = setting
    blank = tuple(None if s is None else np.broadcast_to(np.float32(0), s) for s in shapes)
    return coordinates(ask(chain, blank, attributes))


def free_axes(chain: Chain, setting: Setting) -> list[Coordinate]:
    """The operands' axes that count something: no filter's rows or columns, no constants."""
    declared = chain.declared(len(setting[0]))
    found = []
    for one in known_sizes(chain, setting):
        if one.axis:
            _, place, axis = one.path
            shape = setting[0][int(place)]
            names = declared[int(place)][1].layout(len(shape or ()))
            name = names[int(axis)] if int(axis) < len(names) else ""
            if not (name.isdigit() or AXES.get(name, "").startswith("kernel")):
                found.append(one)
    return found


def resized(chain: Chain, setting: Setting, axis: Coordinate, size: int) -> Iterator[Setting]:
    """The settings in which this axis has that size, those first in which fewest others change."""
    sizes = known_sizes(chain, setting)
    old = sizes.pop(axis)
    tied = [one for one, n in sizes.items() if n >= old and n % old == 0 and one.large]
    tied = sorted(tied, key=lambda one: sizes[one])[:CANDIDATES]
    for count in range(PARTNERS + 1):
        for chosen in combinations(tied, count):
            wanted = {axis: size, **{one: sizes[one] // old * size for one in chosen}}
            found = sized(chain, setting[0], setting[1], wanted)
            if found is not None:
                yield found


def never_exercised(network: Network, kernels: Iterable[Kernel]) -> tuple[str, ...]:
    """What no kernel of the network has, layer by layer: "conv2d: batch 1, square images"."""
    known = shapes(network)
    seen: dict[str, dict[str, set[Any]]] = {}
    for kernel in kernels:
        attributes = complete_attributes(kernel, known)
        for node in kernel.nodes:
            own = attributes if len(kernel.nodes) == 1 else attributes[node.layer]
            given = [known[name] for name in node.operands if name is not None]
            note(seen.setdefault(node.layer, {}), given, own)
    return tuple(
        f"{layer}: {', '.join(said)}" for layer, facts in seen.items() if (said := alike(facts))
    )


def note(facts: dict[str, set[Any]], given: list[Shape], attributes: Mapping[str, Any]) -> None:
    """Add what one node has."""
    facts.setdefault("batch", set()).add(given[0][0] if given[0] else None)
    for shape in given:
        if len(shape) == 4:
            facts.setdefault("square", set()).add(shape[2] == shape[3])
    for name, value in attributes.items():
        facts.setdefault(f"={name}", set()).add(value)


def alike(facts: Mapping[str, set[Any]]) -> list[str]:
    """What is the same in all nodes, in words."""
    said = []
    for name, values in facts.items():
        if len(values) == 1:
            (value,) = values
            if name == "batch" and isinstance(value, int):
                said.append(f"batch {value}")
            elif name == "square" and value:
                said.append("square images")
            elif name.startswith("=") and isinstance(value, bool | str):
                said.append(f"{name[1:]} {value}")
            elif name.startswith("=") and alone(value) is not None:
                said.append(f"{name[1:]} {alone(value)}")
    return said


def alone(value: Any) -> Any:
    """The one number of nested tuples that hold nothing else, such as strides; None if several."""
    if not isinstance(value, tuple):
        return value
    numbers = {alone(one) for one in value}
    return numbers.pop() if len(numbers) == 1 else None
