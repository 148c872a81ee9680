"""One word of a case's line: an attribute's value, or lengths, as text and read from it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from clgold.reference import SpecError
from clgold.reference.attributes import REQUIRED, Attribute
from clgold.reference.spec import Shape

SCALAR = "scalar"  # the lengths of what has no axis
WHOLE = re.compile(r"-?[0-9]{1,15}")


def whole(name: str, text: str) -> int:
    """A whole number; SpecError for any other text."""
    if not WHOLE.fullmatch(text):
        raise SpecError(f"{name}={text}: expected a whole number")
    return int(text)


def lengths(name: str, text: str) -> Shape:
    """Numbers with commas between them."""
    return () if text == SCALAR else tuple(whole(name, part) for part in text.split(","))


def value_of(declared: Attribute, name: str, text: str) -> Any:
    """What a word says of an attribute of that kind; its range is for the layer to judge."""
    if declared.kind == "flag":
        if text.lower() not in ("true", "false"):
            raise SpecError(f"{name}={text}: expected true or false")
        return text.lower() == "true"
    if declared.kind == "choice":
        return text
    if declared.kind == "number":
        try:
            return float(text)
        except ValueError:
            raise SpecError(f"{name}={text}: expected a number") from None
    if declared.kind in ("count", "axis"):
        return whole(name, text)
    numbers = lengths(name, text)
    if declared.kind in ("axes", "size", "shape"):
        return numbers
    if declared.kind == "padding" and len(numbers) == 4:
        return numbers[:2], numbers[2:]
    return numbers[0] if len(numbers) == 1 else numbers


def value_text(
    layer: str, declared: Mapping[str, Attribute], given: Mapping[str, Any], name: str
) -> str:
    """An attribute as `value_of` reads it; empty for its default."""
    one = declared[name]
    default = given.get(one.default) if one.default in declared else one.default
    if given[name] is None:
        return ""
    value = one.normalise(layer, name, given[name])
    if default is not REQUIRED and value == one.normalise(layer, name, default):
        return ""
    if one.kind == "padding":
        (top, bottom), (left, right) = value
        if (top, left) == (bottom, right):
            return str(top) if top == left else f"{top},{left}"
        return f"{top},{bottom},{left},{right}"
    if one.kind in ("window", "pair"):
        return str(value[0]) if value[0] == value[1] else joined(value)
    if isinstance(value, bool):
        return str(value).lower()
    return lengths_text(value) if isinstance(value, tuple) else str(value)


def joined(numbers: Sequence[Any]) -> str:
    return ",".join(map(str, numbers))


def lengths_text(shape: Shape) -> str:
    """Lengths as `lengths` reads them."""
    return joined(shape) or SCALAR
