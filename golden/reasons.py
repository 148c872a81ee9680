"""Why a case exists: what its probe shows, and what its shapes and attributes add."""

from collections.abc import Iterator, Mapping
from typing import Any

from clgold.reference.spec import Shape

PROBE_REASONS = {
    "exact": "small numbers, exact in any order",
    "real": "reals of mixed magnitudes",
    "sparse": "few values are not 0, so that each tap is seen alone",
    "cancelling": "what is left of the sums is small",
    "wide": "exponents are far apart",
    "special": "NaN, infinities, zeros of both signs, subnormals",
}


def why(probe: str, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]) -> str:
    """A line for the manifest."""
    probed = PROBE_REASONS.get(probe, probe)
    return "; ".join([probed, *shape_reasons(shapes), *attribute_reasons(attributes)])


def shape_reasons(shapes: tuple[Shape | None, ...]) -> Iterator[str]:
    """What is awkward about the first operand, and what is absent."""
    first = shapes[0] or ()
    if len(first) == 4 and first[2] != first[3]:
        yield f"height {first[2]}, width {first[3]}"
    elif first:
        yield f"{'×'.join(map(str, first))} values"
    if len(first) > 1 and first[0] > 1:
        yield f"batch of {first[0]}"
    if len(first) > 2 and first[1] % 4:
        yield f"{first[1]} channels"
    if None in shapes:
        yield "an operand is left out"


def attribute_reasons(attributes: Mapping[str, Any]) -> Iterator[str]:
    """Each attribute that is given, in words; a chain's are those of its layers."""
    for name, value in attributes.items():
        words = name.replace("_", " ")
        if isinstance(value, Mapping):
            yield from attribute_reasons(value)
        elif value is True:
            yield words
        elif value is False:
            yield f"no {words}"
        elif name == "padding" and uneven(value):
            yield "unequal padding"
        elif name in ("stride", "kernel_size", "dilation") and uneven(value):
            yield f"unequal {words}"
        else:
            yield f"{words} {value}"


def uneven(value: Any) -> bool:
    """Whether the parts of a pair, or of a pair of pairs, differ."""
    if not isinstance(value, tuple):
        return False
    first, *others = value
    return any(uneven(part) for part in value) or any(part != first for part in others)
