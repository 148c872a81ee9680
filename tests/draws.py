"""Cases as the suite draws them, and operands that a layer must refuse unseen."""

import math
from typing import Any, NoReturn

import numpy as np
from hypothesis import strategies as st

from clgold.conformance.suite import draws
from clgold.golden.cases import Case
from clgold.reference import find_layer
from clgold.reference.spec import Shape

Shapes = tuple[Shape | None, ...]
PROBES = {"integers": "exact", "reals": "real"}


def cases(layer: str, data: str) -> st.SearchStrategy[Case]:
    """Cases of a layer or chain; data is "integers" (sums of them are exact) or "reals".

    Of convolutions only small ones: the definitions add up product by product.
    """
    found = draws.cases(layer, PROBES[data])
    return found.filter(has_few_products) if layer.startswith("conv2d") else found


def has_few_products(case: Case) -> bool:
    layer = find_layer(case.layer)
    attributes, output = layer.resolve(case.shapes, case.attributes)
    return math.prod(output) * layer.depth(case.shapes, attributes) <= 50_000


class Untouchable(np.ndarray):
    """An array that has a shape and a dtype, and that nothing may compute with."""

    def __array_ufunc__(self, *_: Any, **__: Any) -> NoReturn:
        raise AssertionError("arithmetic before the arguments were checked")

    __array_function__ = astype = __array_ufunc__


def untouchable(*shapes: Shape | None) -> tuple[Any, ...]:
    """float32 operands of these shapes for a call that must be refused unseen."""
    return tuple(None if s is None else np.empty(s, np.float32).view(Untouchable) for s in shapes)


@st.composite
def spoiled(draw: st.DrawFn, layer: str) -> tuple[Case, list[Any], str]:
    """A case, its operands with one that is no float32 array, and the sentence that is due."""
    case = draw(cases(layer, "integers"))
    place = draw(st.sampled_from([k for k, s in enumerate(case.shapes) if s is not None]))
    wrong = draw(st.sampled_from(("float16", "int32", "uint8", "bool", "list", "float")))
    shape, name = case.shapes[place], case.names[place]
    operands: list[Any] = list(untouchable(*case.shapes))
    if wrong == "list":
        operands[place] = np.zeros(shape or (1,)).tolist()
    elif wrong == "float":
        operands[place] = 0.5
    else:
        operands[place] = np.empty(shape or (), wrong).view(Untouchable)
        return case, operands, f"{layer}: {name} has dtype {wrong}, expected float32"
    return case, operands, f"{layer}: {name} is a {wrong}, expected a float32 array"
