"""What the layers that work element by element share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .layer import Array, Attributes
from .profile import Profile
from .spec import Shape, SpecError


def same_shape(layer: str) -> Callable[..., Shape]:
    """The rule of shapes of an element-wise layer: any shape without an empty axis."""

    def shape_rule(input: Shape, **_: Any) -> Shape:
        if 0 in input:
            raise SpecError(f"{layer}: input has shape {input}; every axis must be at least 1 long")
        return input

    return shape_rule


def no_attributes(layer: str) -> Callable[..., Attributes]:
    """The attributes of a layer that has none."""

    def attributes(**given: Any) -> Attributes:
        if given:
            raise SpecError(f"{layer}: has no attribute {', '.join(given)}")
        return {}

    return attributes


def along_dim(dim: Any) -> Attributes:
    """The attributes of a layer along one axis; made non-negative once the axes are known."""
    return {"dim": dim}


def flush_error(profile: Profile, value: Array, reach: Array | float = 0.0) -> Array:
    """What is lost when a result within `reach` of value is subnormal and flushed to zero.

    OpenCL C permits that. The flushed result is off by |value|, at most reach and this.
    """
    size, tiny = np.abs(value), profile.smallest_normal
    return np.where(size - reach < tiny, np.minimum(size, tiny), 0.0)


def subnormal(profile: Profile, magnitude: Array) -> Array:
    """Where a number may be flushed before it is looked at."""
    return (magnitude > 0) & (magnitude < profile.smallest_normal)
