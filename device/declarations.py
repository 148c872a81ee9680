"""What a variant says of itself beside its kernel: features, layouts, promises."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from clgold.reference import SpecError

from .layouts import find_layout

FEATURE = re.compile(r"cl_\w+|opencl_c [0-9]+\.[0-9]+")


def checked_options(
    place: str,
    names: tuple[str, ...],
    requires: str | tuple[str, ...] = (),
    layout: str | Mapping[str, str] = MappingProxyType({}),
    lanes: str = "poison",
    finite: bool = False,
    in_place: bool = False,
    order: str = "",
    accumulate: bool = False,
) -> dict[str, Any]:
    """What a variant says of itself, checked; SpecError, a sentence, for what cannot be meant."""
    features = (requires,) if isinstance(requires, str) else tuple(requires)
    for feature in features:
        if not FEATURE.fullmatch(feature):
            raise SpecError(f"{place}: requires {feature!r}, expected cl_khr_… or opencl_c 2.0")
    given = {"output": layout} if isinstance(layout, str) else dict(layout)
    for name, text in given.items():
        try:
            find_layout(text)
        except ValueError as error:
            raise SpecError(f"{place}: {error}") from None
        if name not in names:
            raise SpecError(f"{place}: layout of {name!r}, expected one of {', '.join(names)}")
    if lanes not in ("poison", "zero"):
        raise SpecError(f"{place}: lanes {lanes!r}, expected poison or zero")
    if order not in ("", "any"):
        raise SpecError(f"{place}: order {order!r}, expected any")
    return {
        "requires": features,
        "layout": layout if isinstance(layout, str) else given,
        "lanes": lanes,
        "finite": finite,
        "in_place": in_place,
        "order": order,
        "accumulate": accumulate,
    }
