"""What a layer is: one record of plain functions, and the functions that work on any record."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .profile import Profile
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
    """A layer: its function, its rule of shapes, its formula and its error.

    operands    names, in the function's order; those that are `weights`; those that are `optional`
    forward     the public function: float32 arrays in, float64 out
    attributes  (**given) → every attribute, normalised: pairs, never ints; refuses bad values
    shape_rule  (*shapes, **attributes) → the output's shape; refuses inconsistent operands
    formula     (*float64 arrays, **attributes) → float64 array
    error       (profile, value, *enclosures, **attributes) → bound on |result − exact|
    exact       (index, *float64 arrays, **attributes) → one element's exact value (rounding.py)
    own_error   as `error`, of the formula in float64 alone; by default `error` itself
    choices     (profile, value, *enclosures, **attributes) → admissible results, or None
    rounded     (*float32 arrays, **attributes) → correctly rounded float32, where the layer has a
                better way than formula, own_error and exact; its formula then takes float32
                operands too, and widens them part by part
    variadic    any number of operands, all like the one that is named
    result      what the output is called; a chain feeds it to the operand of that name
    """

    name: str
    operands: tuple[str, ...]
    forward: Callable[..., Array]
    attributes: Callable[..., Attributes]
    shape_rule: Callable[..., Shape]
    formula: Callable[..., Array]
    error: Callable[..., Array]
    exact: Callable[..., Any]
    own_error: Callable[..., Array] | None = None
    choices: Callable[..., Array | None] | None = None
    rounded: Callable[..., Array] | None = None
    weights: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    result: str = "output"
    dtype: type = np.float32
    variadic: bool = False

    def out_shape(self, *shapes: Shape | None, **attributes: Any) -> Shape:
        """The output's shape for operands of these shapes; SpecError if there is none."""
        return self.resolve(shapes, attributes)[1]

    def resolve(
        self, shapes: tuple[Shape | None, ...], given: Mapping[str, Any]
    ) -> tuple[Attributes, Shape]:
        """Every attribute, normalised for operands of these shapes, and the output's shape."""
        known = inspect.signature(self.forward).parameters
        unknown = set(given) - (set(known) - set(self.operands))
        if unknown:
            raise SpecError(f"{self.name}: has no attribute {', '.join(sorted(unknown))}")
        missing = [
            name
            for name, parameter in known.items()
            if name not in {*self.operands, *given} and parameter.default is parameter.empty
        ]
        if missing:
            raise SpecError(f"{self.name}: {', '.join(missing)} is missing")
        attributes = self.attributes(**given)
        shapes = self.complete(shapes)
        if "dim" in attributes and shapes[0] is not None:
            attributes["dim"] = axis(self.name, attributes["dim"], len(shapes[0]))
        shape = self.shape_rule(*shapes, **attributes)
        if math.prod(shape) > MOST_ELEMENTS:
            raise SpecError(
                f"{self.name}: the output has shape {shape}, expected at most 2⁴⁰ elements"
            )
        return attributes, shape

    def names(self, count: int) -> tuple[str, ...]:
        """The operands' names, of a variadic layer those of `count` operands."""
        if not self.variadic:
            return self.operands
        return tuple(f"{self.operands[0]}[{k}]" for k in range(count))

    def complete(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """The operands, with None for each optional one left out at the end."""
        if self.variadic and operands:
            return operands
        missing = self.operands[len(operands) :]
        if len(operands) > len(self.operands) or any(m not in self.optional for m in missing):
            expected = ", ".join(self.operands)
            raise SpecError(f"{self.name}: {len(operands)} operands given, expected {expected}")
        return operands + (None,) * len(missing)


def shapes_of(arrays: Iterable[Array | None]) -> tuple[Shape | None, ...]:
    """The arrays' shapes, None for those absent."""
    return tuple(None if array is None else array.shape for array in arrays)


def check_operands(layer: Layer, names: tuple[str, ...], operands: tuple[Any, ...]) -> None:
    """Refuse whatever is not a float32 array where one is due."""
    for name, operand in zip(names, operands, strict=True):
        if operand is None and name in layer.optional:
            continue
        if not isinstance(operand, np.ndarray) or isinstance(operand, np.ma.MaskedArray):
            kind = type(operand).__name__
            raise SpecError(f"{layer.name}: {name} is a {kind}, expected a float32 array")
        if operand.dtype != np.float32:
            raise SpecError(f"{layer.name}: {name} has dtype {operand.dtype}, expected float32")


Operands = tuple[Array | None, ...]


def prepare(
    layer: Layer, operands: tuple[Any, ...], given: Mapping[str, Any]
) -> tuple[Operands, Attributes, Shape]:
    """The operands, all present, every attribute, the output's shape; after every check."""
    operands = layer.complete(operands)
    check_operands(layer, layer.names(len(operands)), operands)
    return operands, *layer.resolve(shapes_of(operands), given)


def widened(operands: Operands) -> Operands:
    """float32 operands as float64."""
    return tuple(None if o is None else o.astype(np.float64) for o in operands)


def compute(layer: Layer, operands: Operands, attributes: Attributes, shape: Shape) -> Array:
    """The formula's value, which must have the shape that the rule gives."""
    with np.errstate(all="ignore"):  # NaN and infinity in the data have defined results
        value = np.asarray(layer.formula(*operands, **attributes))
    if value.shape != shape:
        raise AssertionError(f"{layer.name}: formula gave {value.shape}, shape rule {shape}")
    return value


def evaluate(layer: Layer, operands: tuple[Any, ...], given: Mapping[str, Any]) -> Array:
    """The layer's value in float64 for float32 operands, after every check."""
    checked, attributes, shape = prepare(layer, operands, given)
    return compute(layer, checked if layer.rounded else widened(checked), attributes, shape)


def enclose(
    layer: Layer, operands: tuple[Enclosure | None, ...], given: Mapping[str, Any], profile: Profile
) -> Enclosure:
    """The layer's value for these operands, and how far an honest kernel's result may be from it.

    Operands that carry a bound pass it on: the result encloses whatever a kernel with the
    profile's arithmetic computes from any inputs inside theirs.
    """
    operands = layer.complete(operands)
    values = [None if o is None else o.value for o in operands]
    attributes, _ = layer.resolve(shapes_of(values), given)
    with np.errstate(all="ignore"):
        value = np.asarray(layer.formula(*values, **attributes))
        bound = layer.error(profile, value, *operands, **attributes)
        choices = None
        if layer.choices is not None:
            choices = layer.choices(profile, value, *operands, **attributes)
    # A NaN bound says that no bound is known: anything may come out.
    bound = np.where(np.isnan(bound) & ~np.isnan(value), np.inf, bound)
    return Enclosure(value, bound, choices)
