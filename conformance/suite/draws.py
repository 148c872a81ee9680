"""Hypothesis strategies for cases: what a layer declares is drawn, small and awkward, and a seed.

The data come from the probe by that seed, so that one printed line is the case. Heights differ
from widths; single rows, unequal padding, strides with a remainder, windows that overhang. What
fits is found by asking the rule of shapes.
"""

from itertools import product
from math import prod
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from clgold.golden.cases import Case
from clgold.golden.drafts import ROOM, Draft, begin
from clgold.reference import Chain, Layer, SpecError, find_chain
from clgold.reference.attributes import REQUIRED, Attribute
from clgold.reference.gradient import follows, setting
from clgold.reference.operands import ANY, AXES
from clgold.reference.spec import Shape

Shapes = tuple[Shape, ...]
Drawn = tuple[tuple[Shape | None, ...], dict[str, Any]]

LONGEST = {"N": 3, "I": 67, "OH": 5, "OW": 5, "TY": 3, "TX": 3, "SY": 3, "SX": 3}
VECTORS = (1, 2, 3, 7, 8, 9, 15, 16, 17, 33)  # around what vectors and tiles hold
WIDTHS = (3, 4, 7, 13, 14, 17, 29)
STEPS = {"window": (1, 2, 3, 4), "pair": (1, 1, 2, 3, 4), "padding": (0, 1, 2)}


@st.composite
def cases(draw: st.DrawFn, layer: str, probe: str) -> Case:
    """Cases of one layer or chain with data of one probe."""
    chain = find_chain(layer)
    shapes: list[Shape | None] = []
    attributes: dict[str, Any] = {}
    last: Shape | None = None
    for one, place in zip(chain.layers, chain.inner, strict=True):
        own, attributes[one.name] = draw(settings(one, place, last, asked_rank(chain)))
        shapes += own if last is None else (*own[:place], *own[place + 1 :])
        try:
            last = one.out_shape(*own, **attributes[one.name])
        except SpecError:  # what the layers before left has no room for this one
            reject()
    given = attributes if len(chain.layers) > 1 else attributes[layer]
    return Case(layer, probe, tuple(shapes), given, seed=draw(st.integers(0, 9999)))


def asked_rank(chain: Chain) -> int | None:
    """How many axes a chain that begins with any number must have for a layer behind."""
    for before, layer, place in zip(chain.layers, chain.layers[1:], chain.inner[1:], strict=False):
        if before.output.split() not in ([], [ANY]):
            return None
        if all(ANY not in layout for layout in layer.operands[place].layouts):
            return len(layer.operands[place].layouts[0])
    return None


@st.composite
def settings(
    draw: st.DrawFn, layer: Layer, place: int, given: Shape | None, rank: int | None = None
) -> Drawn:
    """Shapes and attributes that the layer accepts, one operand's shape perhaps given."""
    if given is None and follows(layer):
        assert layer.gradient is not None
        return setting(layer, *draw(settings(layer.gradient[0], 0, None)))
    layouts = [draw(st.sampled_from(operand.layouts)) for operand in layer.operands]
    if given is not None:
        layouts[place] = layer.operands[place].layout(len(given))
        if given and not layouts[place]:
            reject()
    draft = begin(layer, tuple(layouts), place, given)
    free = "H" in layouts[0] and "H" not in draft.known
    plain = can_be_plain(layer) and draw(st.sampled_from((False, False, True)))
    draw_axes(draw, draft, plain, rank)
    for name, one in layer.attributes.items():
        if one.kind == "padding" or not (plain and one.kind in STEPS):
            draft.attributes[name] = draw_attribute(draw, draft, name, one)
    if free:
        draft.known["H"], draft.known["W"] = draw(extents(draft, plain))
    shapes = draw(thinner(layer, draft.shapes, None if given is None else place))
    if layer.variadic:
        axes = [draft.attributes[n] for n, one in layer.attributes.items() if one.kind == "axis"]
        alike = st.lists(along(shapes[0], *axes), min_size=1, max_size=4)
        return tuple(draw(alike)), draft.attributes
    absent = [operand.optional and draw(st.booleans()) for operand in layer.operands]
    kept = (None if out else shape for out, shape in zip(absent, shapes, strict=True))
    return tuple(kept), draft.attributes


@st.composite
def thinner(draw: st.DrawFn, layer: Layer, shapes: Shapes, place: int | None) -> Shapes:
    """What may be broadcast with axes left out or 1 long, but for the operand at that place."""
    found = []
    for k, (operand, shape) in enumerate(zip(layer.operands, shapes, strict=True)):
        if operand.broadcast and k != place:
            first = draw(st.sampled_from((0, 0, *range(len(shape)))))
            shape = tuple(draw(st.sampled_from((n, n, 1))) for n in shape[first:])
        found.append(shape)
    return tuple(found)


def can_be_plain(layer: Layer) -> bool:
    """Whether it has filters, and all attributes defaults: special kernels are made for those."""
    axes = {axis for operand in layer.operands for axis in operand.layouts[0]}
    return "KH" in axes and all(one.default is not REQUIRED for one in layer.attributes.values())


def draw_axes(draw: st.DrawFn, draft: Draft, plain: bool, rank: int | None) -> None:
    """The length of every axis that is not known, of what is in groups first."""
    known = draft.known
    for names in draft.layouts:
        for name in (name for name in names if "/" in name):
            axis, groups = name.split("/")
            parts = 1 if plain else draw(st.integers(1, 3))
            if axis in known:
                parts = parts if known[axis] % parts == 0 else 1
                known[name] = known[axis] // parts
            else:
                known[name] = draw(length(axis, plain, 6 // parts))
            draft.attributes[groups], known[axis] = parts, parts * known[name]
            known[names[0]] = parts * draw(length(names[0], plain, 2))
    for name in (name for names in draft.layouts for name in names if name not in known):
        if name == ANY:
            least = int((ANY,) in draft.layouts)
            most = 3 + least
            if rank is not None:
                least = most = rank - len(draft.layouts[0]) + 1
            axes = st.lists(st.integers(1, 6), min_size=least, max_size=most)
            known[ANY] = tuple(draw(axes))
            if known[ANY]:  # vectors lie along the last axis
                known[ANY] = (*known[ANY][:-1], draw(now_and_then_long(6)))
        else:
            known[name] = draw(length(name, plain, 6))


def length(name: str, plain: bool, most: int) -> st.SearchStrategy[int]:
    """The length of an axis; rows and columns as many as there is room for."""
    if name.isdigit() or name in ("H", "W"):
        return st.just(int(name) if name.isdigit() else ROOM)
    if AXES[name].startswith("kernel"):
        return st.just(3) if plain else st.integers(1, 4)
    if plain and name != "N":
        return st.sampled_from(VECTORS)
    if name in LONGEST:
        return st.integers(1, LONGEST[name])
    return now_and_then_long(most)


def now_and_then_long(most: int) -> st.SearchStrategy[int]:
    """Small lengths, and one in four times one around what vectors and tiles hold."""
    small = st.integers(1, most)
    return st.one_of(small, small, small, st.sampled_from(VECTORS))


def draw_attribute(draw: st.DrawFn, draft: Draft, name: str, one: Attribute) -> Any:
    """Any value of its kind; of windows, steps and padding one that fits those before it."""
    shape, kind = draft.shapes[0], one.kind
    if kind in STEPS:
        return draw_pair(draw, draft, name, STEPS[kind])
    if kind == "flag":
        return draw(st.booleans())
    if kind == "choice":
        return draw(st.sampled_from(one.options))
    if kind == "number":
        known = () if one.default is REQUIRED else (one.default,)
        return draw(st.sampled_from((*known, *one.others, *one.strange)))
    if kind == "count":
        return draw(st.integers(1, 7)) if one.default is REQUIRED else draft.attributes[name]
    if kind == "axis":
        if not shape:
            reject()
        return draw(st.integers(-len(shape), len(shape) - 1))
    if kind == "axes":
        return tuple(draw(st.permutations(range(len(shape)))))
    if kind == "size":
        lengths = st.integers(1, 9)
        return tuple(draft.known.get(axis) or draw(lengths) for axis in one.options)
    assert kind == "shape", f"{draft.layer.name}: {name} is of kind {kind}, which nobody draws"
    return dealt(draw, prod(shape))


def draw_pair(draw: st.DrawFn, draft: Draft, name: str, values: tuple[int, ...]) -> Any:
    """A pair, or pair of pairs, each number one of those that fit."""
    nested = isinstance(draft.attributes[name][0], tuple)
    for place in product((0, 1), repeat=1 + nested):
        current = draft.attributes[name]
        options = [replaced(current, place, value) for value in values]
        fitting = []
        for option in options:
            draft.attributes[name] = option
            fitting += [option] if draft.accepted() else []
        # Where none does, it is rows and columns that have to fit.
        draft.attributes[name] = draw(st.sampled_from(fitting or options))
    return draft.attributes[name]


def replaced(pair: tuple[Any, ...], place: tuple[int, ...], value: int) -> tuple[Any, ...]:
    """The pair with another number in one place."""
    first, *rest = place
    new = replaced(pair[first], tuple(rest), value) if rest else value
    return (new, pair[1]) if first == 0 else (pair[0], new)


def extents(draft: Draft, plain: bool) -> st.SearchStrategy[tuple[int, int]]:
    """Heights and widths that fit, small ones where there are, and mostly unequal ones."""
    fitting = []
    for pair in product(range(1, ROOM + 1), WIDTHS if plain else range(1, ROOM + 1)):
        draft.known["H"], draft.known["W"] = pair
        fitting += [pair] if draft.accepted() else []
    small = [pair for pair in fitting if plain or max(pair) <= 9] or fitting
    unequal = [pair for pair in small if pair[0] != pair[1]] or small
    return st.one_of(*[st.sampled_from(unequal)] * 3, st.sampled_from(small))


@st.composite
def along(draw: st.DrawFn, shape: Shape, *axes: int) -> Shape:
    """The shape with other lengths along these axes."""
    free = {axis % len(shape) for axis in axes}
    return tuple(draw(st.integers(1, 5)) if k in free else n for k, n in enumerate(shape))


def dealt(draw: st.DrawFn, count: int) -> Shape:
    """A shape of so many values: their prime factors, dealt out to one to four axes."""
    lengths, prime = [1] * draw(st.integers(1, 4)), 2
    while count > 1:
        if count % prime:
            prime += 1
        else:
            lengths[draw(st.integers(0, len(lengths) - 1))] *= prime
            count //= prime
    return tuple(lengths)
