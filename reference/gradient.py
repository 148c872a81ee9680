"""Gradients of layers: of which operand, read from what, and the cases that follow.

A gradient's operands bear names: `grad` is that of the layer's output, `result` the output itself,
the others are operands of the layer. An attribute `NAME_size` is the shape of its operand NAME; the
others are the layer's own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from .attributes import size
from .chain import Chain
from .layer import Array, Attributes, Layer
from .operands import Operand, Setting
from .spec import Shape, SpecError

SUFFIX = "_size"

# forward, shape_rule, formula, error, exact.
Functions = tuple[
    Callable[..., Array],
    Callable[..., Shape],
    Callable[..., Array],
    Callable[..., Array],
    Callable[..., Any],
]


def gradient(
    name: str,
    of: Layer,
    operand: str,
    functions: Functions,
    operands: Iterable[Operand],
    **rest: Any,
) -> Layer:
    """The record; its examples are the layer's own that have the operand."""
    rest |= {"gradient": (of, operand)}
    layer = Layer(name, tuple(operands), *functions, **rest)
    examples = tuple(setting(layer, *one) for one in of.examples if has(of, operand, one))
    return replace(layer, examples=examples)


def has(of: Layer, operand: str, example: Setting) -> bool:
    """Whether the example has that operand."""
    shapes = dict(zip(of.names(len(example[0])), example[0], strict=True))
    return shapes[operand] is not None


def setting(layer: Layer, shapes: tuple[Shape | None, ...], given: Mapping[str, Any]) -> Setting:
    """The gradient's shapes and attributes, of those that the layer has."""
    assert layer.gradient is not None
    of, operand = layer.gradient
    known: dict[str, Any] = dict(zip(of.names(len(shapes)), shapes, strict=True))
    known["grad"] = known["result"] = of.resolve(shapes, given)[1]
    own = {name: value for name, value in given.items() if name in layer.attributes}
    sizes = {
        name: known[name.removesuffix(SUFFIX)]
        for name, one in layer.attributes.items()
        if one.kind == "size" and name.endswith(SUFFIX)
    }
    operands = tuple(known[one.name] for one in layer.operands)
    return operands, own | sizes | laid_out(layer, operands, own | sizes, known[operand])


def laid_out(
    layer: Layer, shapes: tuple[Shape | None, ...], given: Attributes, due: Shape
) -> Attributes:
    """The flags of the gradient alone that make its result as large as the operand; none where
    that is so by default.
    """
    assert layer.gradient is not None
    declared = layer.attributes.items()
    flags = {
        name: one.default
        for name, one in declared
        if one.kind == "flag" and name not in layer.gradient[0].attributes
    }
    for turned in product((False, True), repeat=len(flags)):
        found = {
            name: not default
            for (name, default), turn in zip(flags.items(), turned, strict=True)
            if turn
        }
        if layer.out_shape(*shapes, **given, **found) == due:
            return found
    return {}


def follows(layer: Layer) -> bool:
    """Whether it is a gradient whose cases are those of the layer itself."""
    own = () if layer.gradient is None else layer.gradient[0].attributes
    return layer.gradient is not None and all(
        name in own or one.kind == "size" for name, one in layer.attributes.items()
    )


def forward(chain: Chain) -> Layer | None:
    """The layer whose cases are those of the gradient that the chain is, if it is one."""
    (layer, *rest), of = chain.layers, chain.layers[0].gradient
    return of[0] if of is not None and not rest and follows(layer) else None


def sized(of: Layer, operand: str) -> dict[str, Any]:
    """The attributes of a gradient whose shape must be given, with all of the layer's own."""
    (found,) = (one for one in of.operands if one.name == operand)
    return {f"{operand}{SUFFIX}": size(" ".join(found.layouts[0])), **of.attributes}


def sized_rule(name: str, of: Layer, operand: str, read: str) -> Callable[..., Shape]:
    """The rule of shapes of (grad, `read`) where the result has the given size: the layer's own
    rule must lead from that to grad's shape.
    """

    def shape_rule(grad: Shape, other: Shape, **attributes: Any) -> Shape:
        wanted: Shape = attributes[f"{operand}{SUFFIX}"]
        shapes = {operand: wanted, read: other}
        rest: Attributes = {key: attributes[key] for key in of.attributes}
        try:
            due = of.shape_rule(*(shapes.get(one.name) for one in of.operands), **rest)
        except SpecError as error:
            raise SpecError(str(error).replace(of.name, name, 1)) from None
        if grad != due:
            raise SpecError(
                f"{name}: grad has shape {grad}, {of.name} of {operand} {wanted} and {read} "
                f"{other} gives {due}"
            )
        return wanted

    return shape_rule
