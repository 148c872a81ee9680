"""What a layer is: one record of what it declares and of plain functions."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .attributes import Attribute, normalised
from .operands import ANY, Operand, Setting, check_shapes
from .spec import Shape, SpecError, axis

Array = np.ndarray
Attributes = dict[str, Any]
MOST_ELEMENTS = 2**40  # of an output: a number that slipped, as of padding, and not memory, ends it


@dataclass(frozen=True)
class Enclosure:
    """A float64 value and how far an implementation's result may lie from it.

    `bound` None means exact: these are the very numbers. `choices`, of shape (k, *value.shape),
    lists every admissible result where a layer's answer is a choice (argmax, nearest).
    """

    value: Array
    bound: Array | None = None
    choices: Array | None = None

    @property
    def exact(self) -> bool:
        """Whether these are the very numbers."""
        return self.bound is None or not self.bound.any()

    @property
    def radius(self) -> Array:
        """The bound as an array, 0 where exact."""
        return np.zeros(self.value.shape) if self.bound is None else self.bound

    @property
    def magnitude(self) -> Array:
        """The largest absolute value that the enclosed number may have."""
        return np.abs(self.value) if self.bound is None else np.abs(self.value) + self.bound


@dataclass(frozen=True)
class Layer:
    """A layer: what it reads and gives, as data; its function, rule of shapes, formula and error.

    operands    in the function's order
    forward     the public function: float32 arrays in, float64 out
    shape_rule  (*shapes, **attributes) → the output's shape; refuses inconsistent operands, each
                of them of the declared axes, and attributes that do not fit together
    formula     (*float64 arrays, **attributes) → float64 array
    error       (profile, value, *enclosures, **attributes) → bound on |result − exact|
    exact       (index, *float64 arrays, **attributes) → one element's exact value (rounding.py)
    own_error   as `error`, of the formula in float64 alone; by default `error` itself
    choices     (profile, value, *enclosures, **attributes) → admissible results, or None
    honest      (order, *float32 arrays, **attributes) → the output's values in float32 as a careful
                kernel sums them, order(rows, columns) being a matrix product that rounds each step,
                and a bias the last of its products, with 1; due to every layer whose weights are
                what is summed over
    rounded     (*float32 arrays, **attributes) → correctly rounded float32, where the layer has a
                better way than formula, own_error and exact; its formula then takes float32
                operands too, and widens them part by part
    together    (profile, *float32 or float64 arrays, **attributes) → Enclosure: what formula and
                error give for operands without errors, where one pass is quicker than both
    attributes  in the function's order, each by its kind and default
    output      the axes of the output, "()" for one number; "" where they are those of the first
                operand
    per         "element" or "channel" where each is computed from the same one of the input alone
    moves       only places elements of its operands elsewhere
    sums        what is added up for one element of the output, a factor a word: the lengths of
                operands' axes, attributes, numbers; "" where there are no products
    constant    its output says nothing of what it reads, always or with some attributes
    in_place    may write over what it reads, or leaves no values behind
    examples    awkward shapes and attributes: height differs from width, channels are no multiple
                of 4 or 16, sizes are prime or 1, padding is unequal, strides leave a remainder,
                windows overhang, batches and groups are more than one
    onnx        what ONNX calls it, or its operators one after another: "Mul+Add"
    gradient    the layer, and the name of the operand of it, whose gradient this is (gradient.py)
    trains      the layer that this one is in training
    updates     the layer, and the name of the operand of it, whose value after a step this gives
    result      what the output is called; a chain feeds it to the operand of that name
    takes       the operand to which a chain feeds what bears none of their names; the first
    """

    name: str
    operands: tuple[Operand, ...]
    forward: Callable[..., Array]
    shape_rule: Callable[..., Shape]
    formula: Callable[..., Array]
    error: Callable[..., Array]
    exact: Callable[..., Any]
    own_error: Callable[..., Array] | None = None
    choices: Callable[..., Array | None] | None = None
    honest: Callable[..., Array] | None = None
    rounded: Callable[..., Array] | None = None
    together: Callable[..., Enclosure] | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    output: str = ""
    per: str = ""
    moves: bool = False
    sums: str = ""
    constant: bool | Callable[[Mapping[str, Any]], bool] = False
    in_place: bool = False
    examples: tuple[Setting, ...] = ()
    onnx: str = ""
    gradient: "tuple[Layer, str] | None" = None
    trains: "Layer | None" = None
    updates: "tuple[Layer, str] | None" = None
    result: str = "output"
    takes: str = ""
    dtype: type = np.float32

    @property
    def variadic(self) -> bool:
        """Whether it takes any number of operands, all like the one that is declared."""
        return self.operands[0].variadic

    def is_constant(self, attributes: Mapping[str, Any]) -> bool:
        """Whether with these attributes its output says nothing of what it reads."""
        return self.constant if isinstance(self.constant, bool) else self.constant(attributes)

    def out_shape(self, *shapes: Shape | None, **attributes: Any) -> Shape:
        """The output's shape for operands of these shapes; SpecError if there is none."""
        return self.resolve(shapes, attributes)[1]

    def resolve(
        self, shapes: tuple[Shape | None, ...], given: Mapping[str, Any]
    ) -> tuple[Attributes, Shape]:
        """Every attribute, normalised for operands of these shapes, and the output's shape."""
        attributes = normalised(self.name, self.attributes, given)
        shapes = self.complete(shapes)
        check_shapes(self.name, self.declared(len(shapes)), shapes)
        for name, attribute in self.attributes.items():
            if attribute.kind == "axis":
                attributes[name] = axis(self.name, name, attributes[name], len(shapes[0] or ()))
        shape = self.shape_rule(*shapes, **attributes)
        if math.prod(shape) > MOST_ELEMENTS:
            raise SpecError(
                f"{self.name}: the output has shape {shape}, expected at most 2⁴⁰ elements"
            )
        return attributes, shape

    def depth(self, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]) -> int:
        """How many products are added up for one element of the output; 0 where there are none."""
        known: dict[str, Any] = {}
        for (_, operand), shape in zip(self.declared(len(shapes)), shapes, strict=True):
            known |= operand.lengths(shape)
            names = operand.layout(len(shape or ()))
            known |= {ANY: math.prod((shape or ())[len(names) - 1 :])} if ANY in names else {}
        known |= attributes

        def length(word: str) -> int:
            whole, _, parts = word.partition("/")
            if word in known or not parts:
                return int(known.get(word, word))
            return int(known[whole]) // int(known[parts])

        factors = [length(word) for word in self.sums.split()]
        return math.prod(factors) if factors else 0

    def declared(self, count: int) -> tuple[tuple[str, Operand], ...]:
        """Every operand with its name; of a variadic layer `count` of them."""
        if not self.variadic:
            return tuple((operand.name, operand) for operand in self.operands)
        (one,) = self.operands
        return tuple((f"{one.name}[{k}]", one) for k in range(count))

    def names(self, count: int) -> tuple[str, ...]:
        """The operands' names, of a variadic layer those of `count` operands."""
        return tuple(name for name, _ in self.declared(count))

    def complete(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """The operands, with None for each optional one left out at the end."""
        if self.variadic and operands:
            return operands
        missing = self.operands[len(operands) :]
        if len(operands) > len(self.operands) or not all(one.optional for one in missing):
            expected = ", ".join(one.name for one in self.operands)
            raise SpecError(f"{self.name}: {len(operands)} operands given, expected {expected}")
        return operands + (None,) * len(missing)
