"""A case as one line: words without quotes, what is a default left out.

    conv2d input=1,3,64,64 weight=8,3,3,3 bias=8 stride=2 padding=1 probe=wide seed=7
    conv2d+max_pool2d input=1,3,9,9 weight=4,3,3,3 max_pool2d.kernel_size=2 conv2d.padding=0,1,2,0

An operand is its lengths, `scalar` where it has no axis; one that is absent does not stand there,
and of any number of like operands each has its word. An attribute is a word, a number or numbers
with commas: stride=2 or stride=2,1; padding=1, ROWS,COLUMNS or TOP,BOTTOM,LEFT,RIGHT.
Where several layers of a chain have the name, the layer's stands before it. Without probe and seed
`real` and 0 are meant. data=PATH stands for operands and probe where these are a user's own arrays.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from clgold.reference import Chain, SpecError
from clgold.reference.question import per_layer
from clgold.reference.spec import Shape

from .case_values import lengths, lengths_text, value_of, value_text

MOST = 2**31  # elements of an operand: more are a slip of the pen
WORDS = ("probe", "seed", "data")


def split(line: str) -> tuple[str, list[tuple[str, str]]]:
    """The layer, and the words behind it as names and values; SpecError."""
    try:
        first, *words = shlex.split(line)
    except ValueError:
        raise SpecError(f"case {line!r}: expected LAYER OPERAND=LENGTHS ATTRIBUTE=VALUE") from None
    pairs = [word.partition("=") for word in words]
    for name, sign, value in pairs:
        if not (name and sign and value):
            raise SpecError(f"case {line!r}: {name!r} is no NAME=VALUE, as in input=1,3,64,64")
    return first, [(name, value) for name, _, value in pairs]


def named(chain: Chain) -> dict[str, tuple[str, str]]:
    """Every word for an attribute, and the layer and attribute that it means."""
    known: dict[str, list[tuple[str, str]]] = {}
    for layer in chain.layers:
        for name in layer.attributes:
            known.setdefault(name, []).append((layer.name, name))
            known[f"{layer.name}.{name}"] = [(layer.name, name)]
    return {word: places[0] for word, places in known.items() if len(places) == 1}


def read_setting(
    chain: Chain, words: Sequence[tuple[str, str]]
) -> tuple[tuple[Shape | None, ...], dict[str, Any]]:
    """Shapes and attributes of what stands behind the layer's name; SpecError for other words."""
    given: dict[str, list[Shape]] = {}
    attributes: dict[str, dict[str, Any]] = {layer.name: {} for layer in chain.layers}
    meant = named(chain)
    for name, text in words:
        if name in chain.operands:
            given.setdefault(name, []).append(shape_of(name, text))
        elif name in meant:
            layer, attribute = meant[name]
            refuse_second(name, attribute in attributes[layer])
            declared = next(one for one in chain.layers if one.name == layer).attributes[attribute]
            attributes[layer][attribute] = value_of(declared, name, text)
        else:
            known = [*chain.operands, *meant, *WORDS]
            raise SpecError(f"{chain.name}: {name}={text}: expected one of {', '.join(known)}")
    one = attributes[chain.name] if len(chain.layers) == 1 else attributes
    return shapes_of(chain, given), {name: value for name, value in one.items() if value != {}}


def refuse_second(name: str, again: bool) -> None:
    if again:
        raise SpecError(f"{name} stands there twice")


def shape_of(name: str, text: str) -> Shape:
    shape = lengths(name, text)
    if min(shape, default=1) < 0:
        raise SpecError(f"{name}={text}: expected lengths of at least 1")
    if prod(shape) > MOST:
        raise SpecError(f"{name}={text}: {prod(shape)} elements, expected at most {MOST}")
    return shape


def shapes_of(chain: Chain, given: Mapping[str, list[Shape]]) -> tuple[Shape | None, ...]:
    """The operands' shapes in order; SpecError where one is missing or stands there twice."""
    layer = chain.layers[0]
    if len(chain.layers) == 1 and layer.variadic:
        (found,) = given.values() or [[]]
        return tuple(found)
    shapes: list[Shape | None] = []
    for name, operand in chain.declared(len(chain.operands)):
        refuse_second(name, len(given.get(name, ())) > 1)
        if name not in given and not operand.optional:
            axes = " or ".join(",".join(layout) for layout in operand.layouts)
            raise SpecError(f"{chain.name}: {name} is missing: {name}={axes}")
        shapes.append(given[name][0] if name in given else None)
    return tuple(shapes)


def words(
    chain: Chain, shapes: Sequence[Shape | None], attributes: Mapping[str, Any]
) -> Iterator[str]:
    """What stands behind the layer's name."""
    declared = chain.declared(len(shapes))
    variadic = len(chain.layers) == 1 and chain.layers[0].variadic
    for (name, _), shape in zip(declared, shapes, strict=False):
        if shape is not None:
            yield f"{chain.operands[0] if variadic else name}={lengths_text(shape)}"
    meant = named(chain)
    for layer in chain.layers:
        given = per_layer(chain, attributes)[layer.name]
        for name in (name for name in layer.attributes if name in given):
            text = value_text(layer.name, layer.attributes, given, name)
            if text:
                word = name if name in meant else f"{layer.name}.{name}"
                yield f"{word}={text}"
