"""What is varied of a layer, from its declaration: factors, and the levels that each is to take.

A level is one or several values that count as one, such as lengths that leave the same remainder
in vectors of 4, 8 and 16; they are taken in turn. covering.py pairs the levels, settings.py makes
shapes and attributes of them.
"""

from collections.abc import Mapping
from typing import Any

from clgold.reference import Chain, Layer
from clgold.reference.attributes import REQUIRED, Attribute
from clgold.reference.operands import ANY, AXES

Level = tuple[Any, ...]
Levels = tuple[Level, ...]
Factors = dict[str, Levels]
Values = Mapping[str, Any]  # of every factor one; a chain's under "layer: name"

# One; one less than vectors hold, as many, one more; of what is added up now and then long ones.
LENGTHS: Levels = ((1,), (15, 7, 3, 31), (16, 8, 4, 32), (17, 9, 5, 33))
SUMMED: Levels = ((1,), (15, 7, 1023, 31), (16, 8, 1024, 32), (17, 9, 1025, 33))
BATCHES: Levels = ((1,), (2,), (3, 5))
TAPS: Levels = ((1,), (2,), (3,), (5, 4), (7, 11, 6))
STEPS: Levels = ((1,), (2,), (3,))
SIDES: Levels = ((0,), (1,), (2, 3))
SLACK: Levels = ((False,), (True,))  # the least rows for an output of that size, or the most
RANKS: Levels = ((4,), (2, 3), (1,))
DIMS: Levels = ((0,), (1,), (-2, 2), (-1,))
ORDERS: Levels = (("left",), ("right",), ("reversed",), ("last",), ("first",), ("same",))
THINNED: Levels = (("whole",), ("missing",), ("single",), ("ones",), ("column",))
COUNTS: Levels = ((1,), (2,), (3, 5, 4))
PARTS: Levels = ((1,), (2,), (3,), (4,))
YES_OR_NO: Levels = ((False,), (True,))

# The plain tier: what most kernels in the world support.
BLOCKS: Levels = ((16,), (8,), (4,))
WHOLE, SAME = "whole", "same"  # taps: as many as the image has rows; padding: half of the window

MOST_AXES = 4


def varied(chain: Chain, plain: bool = False) -> Factors:
    """Every factor of a layer or chain under its layer's name."""
    return {
        f"{layer.name}: {name}": levels
        for k, (layer, place) in enumerate(zip(chain.layers, chain.inner, strict=True))
        for name, levels in left_open(layer, place if k else None, plain).items()
    }


def left_open(layer: Layer, place: int | None, plain: bool) -> Factors:
    """The layer's factors, without those that another one's output in that place decides."""
    found = (plain_factors if plain else factors)(layer, place is not None)
    if place is None:
        return found
    given = {name for layout in layer.operands[place].layouts for name in layout}
    if ANY in given:
        given |= {"rank", ANY, *(f"{ANY}{k}" for k in range(MOST_AXES))}
    given.add(f"{layer.operands[place].name} layout")
    return {name: levels for name, levels in found.items() if name not in given}


def factors(layer: Layer, chained: bool = False) -> Factors:
    """Every factor of a layer; `chained` where it reads another one's output."""
    found = operand_factors(layer, RANKS)
    for name in free_axes(layer):
        found[name] = axis_levels(layer, name)
    for k in range(MOST_AXES) if "rank" in found else ():
        found[f"{ANY}{k}"] = LENGTHS if k else SUMMED
    for name, one in layer.attributes.items():
        found |= attribute_factors(name, one)
    if chained:  # what another layer leaves has room for little windows
        few = {TAPS: TAPS[:3], STEPS: STEPS[:2], SIDES: SIDES[:2]}
        found = {name: few.get(levels, levels) for name, levels in found.items()}
    if slides(layer) and not chained:
        found |= {"rows": SLACK, "columns": SLACK}
        found |= {} if "SY" in found else {"OH": LENGTHS, "OW": LENGTHS}
    return found


def plain_factors(layer: Layer, chained: bool = False) -> Factors:
    """Square images and windows, one step for both axes, padding that keeps the size or none."""
    found = operand_factors(layer, ((4,), (2,)))
    for name in free_axes(layer):
        if AXES[name].startswith("kernel"):
            found["taps"] = ((1,), (3,), (5,))
        else:
            found[name] = BATCHES[:2] if name == "N" else BLOCKS
    if "rank" in found:
        found[ANY] = BLOCKS
    steps = [name for name, one in layer.attributes.items() if one.kind == "pair"]
    for name, one in layer.attributes.items():
        if one.kind == "window":
            found["taps"] = ((2,), (3,), (WHOLE,))
        elif one.kind == "pair":
            found[name] = first_step(one) if name in steps[:1] else STEPS[:1]
        elif one.kind == "padding":
            found[name] = ((SAME,), (0,))
        elif one.kind == "axis":
            found[name] = ((1,), (-1,))
        elif one.kind == "count":
            found[name] = TAPS[2:4] if one.default is REQUIRED else STEPS[:1]
        else:
            found |= attribute_factors(name, one, BLOCKS)
    if slides(layer) and not chained:
        found |= {"rows": SLACK[:1], "columns": SLACK[:1]} if "SY" in found else {"side": BLOCKS}
    return found


def first_step(one: Attribute) -> Levels:
    """Steps of 1 and 2, and the size of the window where that is the default."""
    return ((one.default,), *STEPS[:2]) if isinstance(one.default, str) else STEPS[:2]


def operand_factors(layer: Layer, ranks: Levels) -> Factors:
    """Which operands are there, in which layout, with how many axes where that is open."""
    found: Factors = {}
    for operand in layer.operands:
        if len(operand.layouts) > 1:
            found[f"{operand.name} layout"] = tuple((k,) for k in range(len(operand.layouts)))
        if operand.optional:
            found[f"{operand.name} given"] = YES_OR_NO
        if operand.broadcast:
            found[f"{operand.name} thinned"] = THINNED
        if operand.variadic:
            found["operands"] = COUNTS
    first = layer.operands[0].layouts[-1]
    if ANY in first:
        found["rank"] = tuple(level for level in ranks if max(level) >= len(first) - 1)
    return found


def axis_levels(layer: Layer, name: str) -> Levels:
    """The levels of a named axis."""
    if AXES[name].startswith("kernel"):
        return TAPS
    if name in ("SY", "SX", "TY", "TX"):
        return STEPS
    if layer.sums == name:
        return SUMMED
    return BATCHES if name == "N" else LENGTHS


def attribute_factors(name: str, one: Attribute, lengths: Levels = LENGTHS) -> Factors:
    """The numbers of an attribute, each by itself: rows' and columns', each side's."""
    kind = one.kind
    if kind in ("window", "pair"):
        return {f"{name}.{k}": TAPS if kind == "window" else STEPS for k in (0, 1)}
    if kind == "padding":
        return {f"{name}.{axis}.{side}": SIDES for axis in (0, 1) for side in (0, 1)}
    if kind == "number":
        usual = one.others[:1] if one.default is REQUIRED else (one.default,)
        return {name: tuple(filter(None, (usual, one.others, one.strange)))}
    if kind == "size":
        return {axis: BATCHES if axis == "N" else lengths for axis in one.options}
    if kind == "count":
        return {name: TAPS if one.default is REQUIRED else STEPS}
    if kind == "choice":
        return {name: tuple((option,) for option in one.options)}
    return {name: {"flag": YES_OR_NO, "axis": DIMS, "axes": ORDERS, "shape": PARTS}[kind]}


def free_axes(layer: Layer) -> list[str]:
    """The named axes whose lengths are free: a group's channels in place of all of them."""
    names = axis_names(layer)
    bound = {name.partition("/")[0] for name in names if "/" in name} | {ANY}
    bound |= {"H", "W"} if slides(layer) else set()
    return [name for name in names if not (name.isdigit() or name in bound)]


def axis_names(layer: Layer) -> list[str]:
    """Every name of an axis of an operand."""
    layouts = [layout for operand in layer.operands for layout in operand.layouts]
    return list(dict.fromkeys(name for layout in layouts for name in layout))


def idle(layer: Layer, values: Values) -> set[str]:
    """The factors that make no difference beside these values: axes that are not there."""
    first = layer.operands[0]
    there = {n for one in layer.operands for n in one.layouts[values.get(f"{one.name} layout", 0)]}
    axes = set(axis_names(layer)) - there
    extra = values.get("rank", MOST_AXES) - len(first.layouts[-1]) + 1
    return axes | {f"{ANY}{k}" for k in range(max(extra, 0), MOST_AXES)}


def slides(layer: Layer) -> bool:
    """Whether windows slide over rows and columns, and make those of the output."""
    names = axis_names(layer)
    return "H" in names and "OH" in layer.output.split() and "OH" not in names
