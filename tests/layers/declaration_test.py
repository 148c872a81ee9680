"""Every layer declares its operands and attributes: the public function has the same ones, and
whatever is of another kind, shape or number is refused before any arithmetic, with a sentence."""

import doctest
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from draws import Shapes, spoiled, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import LAYERS, Layer, SpecError, ask, find_chain, relu
from clgold.reference.attributes import REQUIRED
from clgold.reference.operands import ANY, AXES, Operand
from clgold.reference.tables import page

EXACT, ROUNDED = np.array([[1.5, -2.0, np.nan]]), np.array([[1.5, 0.1, 1e300]])
IDS = {"argvalues": LAYERS, "ids": lambda layer: layer.name}
EMPTY = inspect.Parameter.empty

PAIRS: list[tuple[Any, str]] = [
    (0, " is 0, expected at least 1"),
    ((1, -1), "[1] is -1, expected at least 1"),
    ((0, 1), "[0] is 0, expected at least 1"),
    (True, " is True, expected an integer"),
    (1.0, " is 1.0, expected an integer"),
    ("2", " is '2', expected an integer"),
    ((1, 1, 1), " has 3 values, expected an int or a pair"),
    ((1,), " has 1 values, expected an int or a pair"),
]
WRONG: dict[str, list[tuple[Any, str]]] = {
    "pair": PAIRS,
    "window": PAIRS,
    "padding": [
        (-1, " is -1, expected at least 0"),
        ("same", " is 'same', expected an integer"),
        (((0, 1), (-2, 0)), "[1][0] is -2, expected at least 0"),
        (((0, 1, 2), (0, 1)), "[0] has 3 values"),
        ((0, 1, 0, 1), " has 4 values, expected an int or a pair"),
        (((1, 2),), " is ((1, 2),), expected ((top, bottom), (left, right))"),
    ],
    "flag": [(one, f" is {one}, expected True or False") for one in (1, 0, None)],
    "choice": [("cubic", " is 'cubic', expected one of "), (0, " is 0, expected one of ")],
    "number": [
        (True, " is True, expected a number"),
        ("1e-5", " is '1e-5', expected a number"),
        (None, " is None, expected a number"),
        (nan, " is nan, expected a finite number"),
        (-inf, " is -inf, expected a finite number"),
    ],
    "count": [
        (0, " is 0, expected at least 1"),
        (5.0, " is 5.0, expected an integer"),
        (True, " is True, expected an integer"),
    ],
    "axis": [(one, f" is {one!r}, expected an integer") for one in (1.0, "1", False, None)],
    "axes": [
        (1, " is 1, expected the axes in their new order"),
        ((0, 0), " is (0, 0), expected every axis once"),
        ((0, -2), " is (0, -2), expected every axis once"),
    ],
    "shape": [
        (6, " is 6, expected the lengths of the axes"),
        ((5, -1), "[1] is -1, expected at least 1"),
        ((0, 6), "[0] is 0, expected at least 1"),
        ((2.0, 3), "[0] is 2.0, expected an integer"),
    ],
}


def wrong_sizes(names: tuple[str, ...]) -> list[tuple[Any, str]]:
    """What no lengths of these axes are."""
    axes, ones = ", ".join(names), (1,) * (len(names) - 1)
    return [
        ((4, 5), f" is (4, 5), expected ({axes})"),
        (4, f" is 4, expected ({axes})"),
        ((*ones, 0), f"'s {names[-1]} is 0, expected at least 1"),
        ((*ones, 5.0), f"'s {names[-1]} is 5.0, expected an integer"),
        ((True, *ones), f"'s {names[0]} is True, expected an integer"),
    ]


def refused(layer: Layer, sentence: str, shapes: Shapes, attributes: dict[str, Any]) -> None:
    """Both the function and the shape rule refuse it, neither touching the data."""
    with pytest.raises(SpecError, match=re.escape(f"{layer.name}: {sentence}")):
        layer.forward(*untouchable(*shapes), **attributes)
    with pytest.raises(SpecError, match=re.escape(f"{layer.name}: {sentence}")):
        layer.out_shape(*shapes, **attributes)


def declared_parameters(layer: Layer) -> list[tuple[str, Any]]:
    """Names and defaults as the record has them, in the function's order."""
    operands = [(one.name, None if one.optional else EMPTY) for one in layer.operands]
    attributes = [
        (name, None if one.default in layer.attributes else one.default)
        for name, one in layer.attributes.items()
    ]
    return operands + [(name, EMPTY if d is REQUIRED else d) for name, d in attributes]


@pytest.mark.parametrize("layer", **IDS)
def test_the_public_function_has_the_declared_parameters(layer: Layer) -> None:
    signature = inspect.signature(layer.forward).parameters
    assert [(p.name, p.default) for p in signature.values()] == declared_parameters(layer)


@pytest.mark.parametrize("layer", **IDS)
def test_attributes_of_another_kind_are_refused(layer: Layer) -> None:
    shapes, attributes = layer.examples[0]
    for name, one in layer.attributes.items():
        called = "dim" if one.kind == "axis" else name
        wrong = wrong_sizes(one.options) if one.kind == "size" else WRONG[one.kind]
        for value, sentence in wrong:
            refused(layer, called + sentence, shapes, {**attributes, name: value})


@pytest.mark.parametrize("layer", **IDS)
def test_numbers_below_the_least_and_axes_beyond_the_last_are_refused(layer: Layer) -> None:
    shapes, attributes = layer.examples[0]
    ndim = len(shapes[0] or ())
    for name, one in layer.attributes.items():
        if one.kind == "number" and one.minimum is not None:
            least = f"{name} is {one.minimum - 1.0}, expected "
            refused(layer, least, shapes, {**attributes, name: one.minimum - 1.0})
        for value in (ndim, -ndim - 1) if one.kind == "axis" else ():
            words = f"{name} is {value}, expected {-ndim} to {ndim - 1} for {ndim} axes of input"
            refused(layer, words, shapes, {**attributes, name: value})


@pytest.mark.parametrize("layer", **IDS)
def test_unknown_attributes_missing_ones_and_operands_as_attributes_are_refused(
    layer: Layer,
) -> None:
    shapes, attributes = layer.examples[0]
    for name in ("colour", layer.operands[0].name):
        with pytest.raises(SpecError, match=f"{layer.name}: has no attribute {name}"):
            layer.out_shape(*shapes, **{**attributes, name: 1})
    for name, one in layer.attributes.items():
        if one.default is REQUIRED:
            rest = {key: value for key, value in attributes.items() if key != name}
            with pytest.raises(SpecError, match=f"{layer.name}: {name} is missing"):
                layer.out_shape(*shapes, **rest)


@pytest.mark.parametrize("layer", **IDS)
def test_the_number_of_operands_is_checked(layer: Layer) -> None:
    _, attributes = layer.examples[0]
    due = sum(not one.optional for one in layer.operands)
    names = ", ".join(one.name for one in layer.operands)
    for count in (due - 1, due - 1 if layer.variadic else len(layer.operands) + 1):
        few_or_many = ((1,),) * count
        with pytest.raises(SpecError, match=f"{count} operands given, expected {names}"):
            layer.out_shape(*few_or_many, **attributes)


def wrong_shapes(
    operand: Operand, name: str, shape: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Shapes that are none of the declared, and what is said of them."""
    names = operand.layout(len(shape))
    if len(names) == 1 and names[0] != ANY:
        for wrong in ((shape[0] + 1,), (1, *shape)):
            unit = f", one value per {AXES[names[0]]}" if names[0] in AXES else ""
            yield wrong, f"{name} has shape {wrong}, expected ({shape[0]},){unit}"
        return
    empty = (*shape[:-1], 0)
    if shape:
        yield empty, f"{name} has shape {empty}"
    if ANY not in names:
        wrong = (*shape, *(1 for _ in range(4)))
        layouts = " or ".join(f"({', '.join(layout)})" for layout in operand.layouts)
        yield wrong, f"{name} has {len(wrong)} axes, shape {wrong}, expected {layouts}"
    elif len(names) > 1:
        layout = ", ".join(names).replace(ANY, "…")
        few = shape[: len(names) - 2]
        yield few, f"{name} has shape {few}, expected ({layout}), every axis at least 1 long"


@pytest.mark.parametrize("layer", **IDS)
def test_operands_of_other_axes_than_declared_are_refused(layer: Layer) -> None:
    shapes, attributes = layer.examples[0]
    for place, (name, operand) in enumerate(layer.declared(len(shapes))):
        shape = shapes[place]
        assert shape is not None
        for wrong, sentence in wrong_shapes(operand, name, shape):
            given = (*shapes[:place], wrong, *shapes[place + 1 :])
            refused(layer, sentence, given, attributes)


@pytest.mark.parametrize("layer", **IDS)
@given(data=st.data())
def test_whatever_is_not_a_float32_array_is_refused(layer: Layer, data: st.DataObject) -> None:
    case, operands, sentence = data.draw(spoiled(layer.name))
    with pytest.raises(SpecError, match=re.escape(sentence)):
        layer.forward(*operands, **case.attributes)


def test_the_documented_tables_are_the_declared_ones() -> None:
    documented = Path(__file__).parents[2] / "docs" / "layers.md"
    assert documented.read_text(encoding="utf-8") == page()


def test_float64_that_float32_holds_exactly_is_taken() -> None:
    assert np.array_equal(relu(EXACT), relu(EXACT.astype(np.float32)), equal_nan=True)
    (operand,) = ask(find_chain("relu"), (EXACT,), {}).operands
    assert operand is not None
    assert operand.dtype == np.float32
    with pytest.raises(
        SpecError, match=re.escape("that float32 holds exactly: x.astype(np.float32)")
    ):
        relu(ROUNDED)


def test_the_examples_of_layers_are_right() -> None:
    """The doctests of the public functions."""
    finder, count = doctest.DocTestFinder(recurse=False), 0
    for layer in LAYERS:
        module = import_module(f"clgold.reference.{layer.name}")
        known = {"np": np, layer.name: getattr(module, layer.name)}
        for found in finder.find(known[layer.name], layer.name, module, known):
            assert doctest.DocTestRunner().run(found).failed == 0, layer.name
            count += bool(found.examples)
    assert count >= 58
