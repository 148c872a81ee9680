"""The plan as operations: what one reads, computes and leaves, as the picture prints it.

A forward operation leaves one array, its backward half several, from kernels of the same name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from clgold.reference.spec import Shape

from .plan import Placed, Plan
from .rect import Rect, split, whole
from .work import Part

Fields = Mapping[str, Callable[[Part], Rect | None]]


@dataclass(frozen=True)
class Operation:
    """Its result's whole shape, its Rects by name, one for every rank, and the arrays it has.

    arrays    those that it leaves, and those that it is the first to read
    """

    name: str
    dim: Shape
    rects: Mapping[str, tuple[Rect, ...]]
    arrays: tuple[str, ...]


def reads(number: int) -> Callable[[Part], Rect | None]:
    return lambda part: part.reads[number]


def writes(part: Part) -> Rect:
    return part.writes


# What is printed of a kernel's part, by layer: of a forward operation the last kernel's, of its
# backward half the first one's.
RESULT: Fields = {"dist_result": writes}
FIELDS: dict[str, Fields] = {
    "local2d": {"dist_input": reads(0), "dist_filters": reads(1), "dist_result": writes},
    "local2d_weight_grad": {
        "dist_input": reads(1),
        "dist_filters": writes,
        "dist_result": reads(0),
    },
    "linear": {"read_rect": reads(0), "write_rect": writes},
    "linear_weight_grad": {"read_rect": reads(0), "write_rect": reads(1)},
    "scale_shift_scale_grad": {"dist_result": reads(0)},
}


def operations(plan: Plan) -> tuple[Operation, ...]:
    """Every operation in order; first the one that brings the images, each rank a block."""
    seen: set[str] = set()
    found = [source(plan, seen)]
    for name, kernels in groupby(plan.kernels, key=lambda one: one.kernel.name):
        found.append(operation(plan, name, tuple(kernels), seen))
    return tuple(found)


def source(plan: Plan, seen: set[str]) -> Operation:
    """The images; the blocks into which the picture divides them are read by nobody."""
    name = next(iter(plan.arrays))
    seen.add(name)
    shape = plan.arrays[name].shape
    everything = whole(shape)
    blocks = []
    for rank in range(plan.ranks):
        row, column = divmod(rank, plan.grid[1])
        rows = split(shape[2], plan.grid[0], row)
        columns = split(shape[3], plan.grid[1], column)
        blocks.append(everything.with_axis(2, *rows).with_axis(3, *columns))
    return Operation("data", shape, {"dist_result": tuple(blocks)}, (name,))


def operation(plan: Plan, name: str, kernels: Sequence[Placed], seen: set[str]) -> Operation:
    """One operation; `seen` are the arrays that stand with earlier ones."""
    shown = kernels[0] if name.endswith(".grad") else kernels[-1]
    arrays = []
    for one in kernels:
        for array in (*one.operands, one.array):
            if array is not None and array not in seen:
                arrays.append(array)
                seen.add(array)
    rects = {
        field: tuple(found for part in shown.parts if (found := pick(part)) is not None)
        for field, pick in FIELDS.get(shown.layer, RESULT).items()
    }
    dim = shown.operands[0] if name.endswith(".grad") else shown.array
    return Operation(name, plan.arrays[dim or shown.array].shape, rects, tuple(arrays))
