"""The functions that work on any layer's record: what it gives for operands, after every check."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .alternatives import chosen, enclose_choices
from .layer import Array, Attributes, Enclosure, Layer
from .operands import Operand
from .profile import Profile
from .spec import Shape, SpecError


def shapes_of(arrays: Iterable[Array | None]) -> tuple[Shape | None, ...]:
    """The arrays' shapes, None for those absent."""
    return tuple(None if array is None else array.shape for array in arrays)


def checked_operands(
    layer: Layer, named: Iterable[tuple[str, Operand]], given: Iterable[Any]
) -> "Operands":
    """The operands as float32; refuses whatever is no such array, nor float64 of such values."""
    return tuple(
        None if operand is None and declared.optional else checked(layer, name, operand)
        for (name, declared), operand in zip(named, given, strict=True)
    )


def checked(layer: Layer, name: str, operand: Any) -> Array:
    """One operand as float32."""
    if not isinstance(operand, np.ndarray) or isinstance(operand, np.ma.MaskedArray):
        kind = type(operand).__name__
        raise SpecError(f"{layer.name}: {name} is a {kind}, expected a float32 array")
    if operand.dtype == np.float32:
        return operand
    sentence = f"{layer.name}: {name} has dtype {operand.dtype}, expected float32"
    if operand.dtype != np.float64:
        raise SpecError(sentence)
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = operand.astype(np.float32)
    if not np.array_equal(narrow, operand, equal_nan=True):
        raise SpecError(f"{sentence}, or numbers that float32 holds exactly: x.astype(np.float32)")
    return narrow


Operands = tuple[Array | None, ...]
PIECE = 2**16  # elements at a time, so that the work stays in the processor's cache


def prepare(
    layer: Layer, operands: tuple[Any, ...], given: Mapping[str, Any]
) -> tuple[Operands, Attributes, Shape]:
    """The operands, all present, every attribute, the output's shape; after every check."""
    operands = layer.complete(operands)
    operands = checked_operands(layer, layer.declared(len(operands)), operands)
    return operands, *layer.resolve(shapes_of(operands), given)


def widened(operands: Operands) -> Operands:
    """float32 operands as float64."""
    return tuple(None if o is None else o.astype(np.float64) for o in operands)


def in_doubles(one: Enclosure) -> Enclosure:
    """The same numbers in float64."""
    return replace(one, value=one.value.astype(np.float64))


def compute(layer: Layer, operands: Operands, attributes: Attributes, shape: Shape) -> Array:
    """The formula's value, which must have the shape that the rule gives."""
    with np.errstate(all="ignore"):  # NaN and infinity in the data have defined results
        value = np.asarray(layer.formula(*operands, **attributes))
    if value.shape != shape:
        raise AssertionError(f"{layer.name}: formula gave {value.shape}, shape rule {shape}")
    return value


def evaluate(layer: Layer, operands: tuple[Any, ...], **given: Any) -> Array:
    """The layer's value in float64 for float32 operands, after every check."""
    checked, attributes, shape = prepare(layer, operands, given)
    return compute(layer, checked if layer.rounded else widened(checked), attributes, shape)


def enclose(
    layer: Layer, operands: tuple[Enclosure | None, ...], given: Mapping[str, Any], profile: Profile
) -> Enclosure:
    """As `enclose_resolved`, of attributes as a user gives them; SpecError."""
    operands = layer.complete(operands)
    shapes = shapes_of(None if o is None else o.value for o in operands)
    return enclose_resolved(layer, operands, layer.resolve(shapes, given)[0], profile)


def enclose_resolved(
    layer: Layer,
    operands: tuple[Enclosure | None, ...],
    attributes: Attributes,
    profile: Profile,
) -> Enclosure:
    """The layer's value for these operands, and how far an honest kernel's result may be from it.

    Operands that carry a bound or choices pass them on: the result encloses whatever a kernel with
    the profile's arithmetic computes from any inputs inside theirs.
    """
    place = chosen(operands)
    if place is not None:

        def enclose_one(given: tuple[Enclosure | None, ...]) -> Enclosure:
            return enclose_resolved(layer, given, attributes, profile)

        return enclose_choices(layer, operands, place, enclose_one)
    if layer.per == "element" and is_large(operands):
        return enclose_in_pieces(layer, operands, attributes, profile)
    if layer.together is not None and all(one is None or one.bound is None for one in operands):
        values = (None if one is None else one.value for one in operands)
        with np.errstate(all="ignore"):
            found: Enclosure = layer.together(profile, *values, **attributes)
        return found
    return enclose_whole(layer, operands, attributes, profile)


def is_large(operands: tuple[Enclosure | None, ...]) -> bool:
    """Whether the operands are of one shape, and many elements."""
    shapes = {one.value.shape for one in operands if one is not None}
    return len(shapes) == 1 and math.prod(shapes.pop()) > 4 * PIECE


def enclose_in_pieces(
    layer: Layer,
    operands: tuple[Enclosure | None, ...],
    attributes: Attributes,
    profile: Profile,
) -> Enclosure:
    """As `enclose_whole`, piece by piece, in the processor's cache."""
    shape = next(one.value.shape for one in operands if one is not None)
    value, bound = np.empty(math.prod(shape)), np.empty(math.prod(shape))
    others: list[tuple[slice, Array]] = []
    flat = [
        None if o is None else (o.value.reshape(-1), None if o.bound is None else o.radius.ravel())
        for o in operands
    ]
    for start in range(0, value.size, PIECE):
        piece = slice(start, start + PIECE)
        part = tuple(
            None if o is None else Enclosure(o[0][piece], None if o[1] is None else o[1][piece])
            for o in flat
        )
        found = enclose_whole(layer, part, attributes, profile)
        value[piece], bound[piece] = found.value, found.radius
        if found.choices is not None:
            others.append((piece, found.choices))
    choices = None
    if others:
        choices = np.tile(value, (max(len(one) for _, one in others), 1))
        for piece, some in others:
            choices[: len(some), piece] = some
        choices = choices.reshape(-1, *shape)
    return Enclosure(value.reshape(shape), bound.reshape(shape), choices)


def enclose_whole(
    layer: Layer,
    operands: tuple[Enclosure | None, ...],
    attributes: Attributes,
    profile: Profile,
) -> Enclosure:
    """The layer's formula and bound on whole arrays, which may still be float32."""
    operands = tuple(
        one if one is None or one.value.dtype == np.float64 else in_doubles(one) for one in operands
    )
    values = [None if o is None else o.value for o in operands]
    with np.errstate(all="ignore"):
        value = np.asarray(layer.formula(*values, **attributes))
        bound = layer.error(profile, value, *operands, **attributes)
        choices = None
        if layer.choices is not None:
            choices = layer.choices(profile, value, *operands, **attributes)
    return Enclosure(value, known_or_infinite(bound, value), choices)


def known_or_infinite(bound: Array, value: Array) -> Array:
    """The bound; one that is NaN says that none is known: anything may come out."""
    unknown = np.isnan(bound)
    return np.where(unknown & ~np.isnan(value), np.inf, bound) if unknown.any() else bound
