"""In the cases that verify runs any two things that a layer varies meet; what cannot is listed."""

import re
from collections.abc import Iterator
from itertools import combinations, product
from math import prod
from typing import Any

import pytest

from clgold.golden.covering import covering
from clgold.golden.narrowed import narrowed
from clgold.golden.shapes import SHAPES
from clgold.golden.tiers import huge, large
from clgold.reference import LAYERS, Layer, find_chain
from clgold.reference.attributes import REQUIRED, Attribute
from clgold.reference.gradient import follows
from clgold.reference.operands import ANY, AXES, Setting
from clgold.reference.question import resolve

LEVELS: dict[str, set[Any]] = {
    "length": {"1", "one less", "whole vectors", "one more"},
    "batch": {"1", "2", "3"},
    "taps": {"1", "2", "3", "4 or 5", "6 to 11"},
    "step": {"1", "2", "3"},
    "side": {"0", "1", "2 or 3"},
    "flag": {"False", "True"},
    "rank": {"1", "2 or 3", "4"},
}
Seen = tuple[str, str, str]  # what it is, its kind, its level


def length(n: int) -> str:
    """Where a length stands among those that vectors of 4, 8 and 16 hold."""
    return "1" if n == 1 else {3: "one less", 0: "whole vectors", 1: "one more"}.get(n % 4, "other")


def taps(n: int) -> str:
    return str(n) if n < 4 else "4 or 5" if n < 6 else "6 to 11"


def features(layer: Layer, setting: Setting) -> Iterator[Seen]:
    """What a setting varies."""
    shapes, given = setting
    attributes, output = layer.resolve(shapes, given)
    groups = attributes.get("groups", 1)
    names = {n for one in layer.operands for axes in one.layouts for n in axes}
    known = {name.partition("/")[0] for name in names if "/" in name}
    if "OH" in layer.output.split() and "OH" not in names:
        known |= {"H", "W"}
        if "SY" not in names:  # where an operand does not say how many windows there are
            yield from (
                (f"O{axis}", "length", length(n)) for axis, n in zip("HW", output[2:], strict=True)
            )
    for operand, shape in zip(layer.operands, shapes, strict=not layer.variadic):
        if operand.optional:
            yield f"{operand.name} given", "flag", str(shape is not None)
        if shape is not None and ANY in operand.layout(len(shape)) and not operand.broadcast:
            yield "rank", "rank", {1: "1", 4: "4"}.get(len(shape), "2 or 3")
        for name, n in operand.lengths(shape).items():
            if not name.isdigit() and name not in known:
                yield axis(name, n // groups if name == "M" else n)
    for name, one in layer.attributes.items():
        yield from numbers(name, one, attributes[name])


def axis(name: str, n: int) -> Seen:
    if AXES[name].startswith("kernel"):
        return name, "taps", taps(n)
    kind = "batch" if name == "N" else "step" if name[0] in "ST" else "length"
    return name, kind, length(n) if kind == "length" else str(min(n, 3))


def numbers(name: str, one: Attribute, value: Any) -> Iterator[Seen]:
    """Every number of an attribute by itself."""
    if one.kind in ("window", "pair"):
        for axis, n in zip("yx", value, strict=True):
            yield (
                f"{name} {axis}",
                *(("taps", taps(n)) if one.kind == "window" else ("step", str(n))),
            )
    elif one.kind == "padding":
        for axis, end in product((0, 1), (0, 1)):
            n = value[axis][end]
            yield f"padding {'yx'[axis]} {end}", "side", str(n) if n < 2 else "2 or 3"
    elif one.kind == "count":
        yield name, *(("taps", taps(value)) if one.default is REQUIRED else ("step", str(value)))
    elif one.kind == "choice":
        yield name, f"one of {one.options}", value
    elif one.kind == "flag":
        yield name, "flag", str(value)


def empty_pairs(layer: Layer, settings: tuple[Setting, ...]) -> set[str]:
    """The pairs of levels of two things that no setting has."""
    kinds: dict[str, str] = {}
    met = set()
    for setting in settings:
        seen = {name: (kind, level) for name, kind, level in features(layer, setting)}
        kinds |= {name: kind for name, (kind, _) in seen.items()}
        levels = [(name, level) for name, (_, level) in seen.items()]
        met |= {frozenset(pair) for pair in combinations(levels, 2)}
    return {
        f"{a} {i}, {b} {j}"
        for a, b in combinations(kinds, 2)
        for i, j in product(required(layer, kinds[a]), required(layer, kinds[b]))
        if frozenset(((a, i), (b, j))) not in met
    }


def required(layer: Layer, kind: str) -> set[str]:
    """The levels that a thing of this kind is to have."""
    if kind == "rank" and len(layer.operands[0].layouts[0]) > 2:
        return {"2 or 3", "4"}
    return LEVELS.get(kind) or set(re.findall(r"'(\w+)'", kind))


def impossible(layer: Layer) -> set[str]:
    """Pools refuse padding of more than half of what the window spans."""
    if not {"kernel_size", "padding"} <= set(layer.attributes):
        return set()
    few = ("1", "2", "3") if "dilation" not in layer.attributes else ("1",)
    return {
        f"kernel_size {axis} {count}, padding {axis} {end} {side}"
        for axis, end, count, side in product("yx", (0, 1), few, ("1", "2 or 3"))
        if side != "1" or count == "1"
    }


# The cases of a gradient are those of its layer.
@pytest.mark.parametrize(
    "layer", [one for one in LAYERS if not follows(one)], ids=lambda layer: layer.name
)
def test_any_two_things_that_a_layer_varies_meet(layer: Layer) -> None:
    assert empty_pairs(layer, covering(layer.name)) == impossible(layer)


@pytest.mark.parametrize("name", SHAPES)
def test_one_case_has_more_elements_than_16_bits_count_and_a_long_axis(name: str) -> None:
    first = [
        (*shapes, *resolve(find_chain(name), shapes, given)[1]) for shapes, given in large(name)
    ]
    assert max(prod(shape) for shapes in first for shape in shapes if shape) > 65_536
    assert max(max(shape) for shapes in first for shape in shapes if shape) > 1024


@pytest.mark.parametrize("name", ["conv2d", "linear", "local2d", "flatten+linear+elu"])
def test_one_case_adds_up_more_than_16_384_products(name: str) -> None:
    weights = [shapes[1] for shapes, _ in large(name)]
    assert max(prod(shape) // shape[0] for shape in weights if shape) > 16_384


def test_layers_that_move_or_map_have_a_case_beyond_24_bits() -> None:
    found = {layer.name: huge(layer.name) for layer in LAYERS}
    assert {"relu", "tanh", "add", "permute", "concat", "grid_sample"} <= {
        n for n in found if found[n]
    }
    for (case,) in filter(None, found.values()):
        _, outputs = resolve(case.chain, case.shapes, case.attributes)
        assert prod(outputs[-1]) > 2**24
    assert not found["conv2d"]


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("grid_sample", {"mode": "nearest", "padding_mode": "border|reflection"}),
        ("conv2d", {"groups": "2|3"}),
        ("conv2d", {"dilation [yx]": "2|3"}),
        ("avg_pool2d", {"ceil_mode": "True", "count_include_pad": "True"}),
    ],
)
def test_any_two_things_that_a_variant_takes_meet(name: str, refused: dict[str, str]) -> None:
    layer = find_chain(name).layers[0]
    never = re.compile("|".join(rf"\b{a} ({levels})\b" for a, levels in refused.items()))

    def accepts(setting: Setting) -> bool:
        seen = (f"{what} {level}" for what, _, level in features(layer, setting))
        return not any(map(never.fullmatch, seen))

    more = tuple(narrowed(name, accepts, tuple))
    taken = tuple(one for one in covering(name) if accepts(one))
    assert all(map(accepts, more))
    assert taken
    assert more
    assert len((*taken, *more)) < 1.5 * len(covering(name))
    empty = {pair for pair in empty_pairs(layer, (*taken, *more)) if not never.search(pair)}
    assert empty <= impossible(layer)


def test_what_takes_nothing_awkward_gets_what_lies_around_the_plain() -> None:
    """Filters of 3x3 with steps of 1: no setting in which all things meet is of these."""
    one = (1, 1)

    def accepts(setting: Setting) -> bool:
        shapes, given = setting
        steps = (given.get(name, one) for name in ("stride", "dilation"))
        square = shapes[1] is not None and shapes[1][2:] == (3, 3)
        return square and given.get("groups", 1) == 1 and set(steps) == {one}

    plain = {"conv2d: taps": 3, "conv2d: stride": 1, "conv2d: padding": "same", "conv2d: N": 1}
    found = list(narrowed("conv2d", accepts, lambda: [plain]))
    assert not any(map(accepts, covering("conv2d")))
    assert all(map(accepts, found))
    widths = {shapes[0][3] % 4 for shapes, _ in found if shapes[0]}
    paddings = {given["padding"] for _, given in found}
    assert widths == {0, 1, 2, 3}
    assert len(paddings) > 5
    assert {shapes[2] is None for shapes, _ in found} == {False, True}
