"""The parts of a result that are worth drawing: planes of images, rows of vectors."""

from dataclasses import dataclass

import numpy as np

from ..mask.chance import doubles, matched

Array = np.ndarray

# So many planes make a picture.
MOST_PLANES = 3


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane (H, W) of a result, or a vector as (1, F); `wrong` is bool, of the same shape."""

    name: str
    expected: Array
    got: Array
    wrong: Array

    @property
    def error(self) -> Array:
        """got − expected; NaN where it is no number."""
        with np.errstate(invalid="ignore", over="ignore"):
            error = self.got - self.expected
        same = matched(self.got, self.expected, np.zeros(()))
        return np.where(same, 0.0, np.where(np.isfinite(error), error, np.nan))


def worst_planes(
    wrong: Array, expected: Array, got: Array, axes: tuple[str, ...], most: int = MOST_PLANES
) -> list[Plane]:
    """The planes with most wrong elements, at most so many, the first one even if all is right.

    (N, C, H, W), (N, H, W, 2) of a grid, (N, C, L) as planes of (C, L), and vectors, of which only
    the worst is taken. axes is what one index of each axis is called.
    """
    names, stacks = stacked(wrong, expected.astype(np.float64), got, axes)
    planes = [Plane(*parts) for parts in zip(names, *stacks, strict=True)]
    ranked = sorted(planes, key=badness, reverse=True)
    chosen = ranked[: 1 if stacks[0].shape[1] == 1 else most]
    return [p for p in planes if p in chosen and (p.wrong.any() or p is ranked[0])]


def badness(plane: Plane) -> tuple[int, float]:
    """How many elements are wrong, and by how much at most."""
    errors = np.abs(plane.error[plane.wrong])
    return int(plane.wrong.sum()), float(np.nan_to_num(errors, nan=0.0).max(initial=0.0))


def stacked(
    wrong: Array, expected: Array, got: Array, axes: tuple[str, ...]
) -> tuple[list[str], list[Array]]:
    """Names of planes, and the arrays as stacks of them: (planes, H, W)."""
    arrays = [expected, doubles(got), wrong]
    if not 2 <= wrong.ndim <= 4:
        return [""], [values.reshape(1, 1, -1) for values in arrays]
    names = [f"{axes[0]} {n}" for n in range(len(wrong))]
    if wrong.ndim < 4:
        vectors = wrong.ndim == 2
        return names, [values[:, np.newaxis] if vectors else values for values in arrays]
    inner = [f"{axes[1]} {c}" for c in range(wrong.shape[1])]
    if axes[3] == "coordinate":
        arrays, inner = [np.moveaxis(values, 3, 1) for values in arrays], ["x", "y"]
    names = [f"{name}, {one}" for name in names for one in inner]
    return names, [values.reshape(-1, *values.shape[2:]) for values in arrays]
