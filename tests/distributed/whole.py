"""What a whole network's arrays may be, every rounding on the way included."""

from collections.abc import Mapping

import numpy as np

from clgold.distributed.questions import fit, one_hot
from clgold.ranks import Placed, Plan
from clgold.reference import FULL, Enclosure, find_layer
from clgold.reference.evaluate import enclose
from clgold.reference.operands import Operand


def enclosed(plan: Plan, given: Mapping[str, Enclosure], ranks: int) -> dict[str, Enclosure]:
    """Every array behind a plan of one rank, by its name.

    Each is enclosed from the ones before it. What so many ranks add up passes through as many more
    roundings as there are ranks beside the first.
    """
    known = dict(given)
    for kernel in plan.kernels:
        if kernel.layer != "evaluate":
            known[kernel.array] = behind(plan, kernel, known, ranks)
    return known


def fitted(one: Enclosure, operand: Operand) -> Enclosure:
    bound = None if one.bound is None else fit(one.bound, operand)
    return Enclosure(fit(one.value, operand), bound)


def operands_of(kernel: Placed, known: Mapping[str, Enclosure]) -> tuple[Enclosure | None, ...]:
    """The kernel's operands in the shapes that its layer takes; labels as probabilities."""
    layer = find_layer(kernel.layer)
    whole = layer.complete(tuple(None if o is None else known[o] for o in kernel.operands))
    operands = [
        None if one is None else fitted(one, declared)
        for one, (_, declared) in zip(whole, layer.declared(len(whole)), strict=True)
    ]
    names = layer.names(len(operands))
    if "target" in names:
        scores, labels = operands[names.index("input")], operands[names.index("target")]
        assert scores is not None
        assert labels is not None
        if labels.value.shape != scores.value.shape:
            classes = one_hot(labels.value, scores.value.shape[1])
            operands[names.index("target")] = Enclosure(classes.astype(np.float64))
    return tuple(operands)


def behind(plan: Plan, kernel: Placed, known: Mapping[str, Enclosure], ranks: int) -> Enclosure:
    """What the kernel gives of these, in the shape of its array."""
    layer, (part,) = find_layer(kernel.layer), kernel.parts
    operands = operands_of(kernel, known)
    attributes = {**kernel.kernel.attributes, **part.attributes}
    found = enclose(layer, operands, attributes, FULL)
    bound = found.radius
    if kernel.partial:
        magnitude = found.magnitude
        if layer.name != "cross_entropy":  # whose terms are all positive
            sizes = tuple(None if one is None else one.magnitude for one in operands)
            shapes = tuple(s if s is None else s.shape for s in sizes)
            magnitude = layer.formula(*sizes, **layer.resolve(shapes, attributes)[0])
        bound = bound + FULL.gamma(ranks - 1) * (magnitude + bound)
    shape = plan.arrays[kernel.array].shape
    return Enclosure(found.value.reshape(shape), bound.reshape(shape))
