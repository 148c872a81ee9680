"""What a kernel is asked on one rank: the Rects that it reads, in the shapes that layers take."""

import numpy as np

from clgold.ranks import Part, Placed, Plan
from clgold.reference import Question, ask
from clgold.reference.operands import ANY, Operand

Arrays = dict[str, np.ndarray]


def rank_question(plan: Plan, held: Arrays, rank: int, kernel: Placed, part: Part) -> Question:
    """The question of what the rank has of the kernel's operands."""
    found: list[np.ndarray | None] = []
    for name, rect in zip(kernel.operands, part.reads, strict=True):
        if name is None or rect is None:
            found.append(None)
        elif rect.count:
            place = plan.arrays[name].reads[rank].place(rect)
            found.append(np.ascontiguousarray(held[name][place]))
        else:
            found.append(held[name])  # a constant, of which no part is anywhere
    (layer,) = kernel.kernel.chain.layers
    whole = layer.complete(tuple(found))
    declared = layer.declared(len(whole))
    shaped = [
        None if values is None else fit(values, one)
        for values, (_, one) in zip(whole, declared, strict=True)
    ]
    for number, (_, one) in enumerate(declared):
        if one.role == "label":
            scores, labels = shaped[layer.names(len(whole)).index("input")], shaped[number]
            assert scores is not None
            assert labels is not None
            if labels.shape != scores.shape:
                shaped[number] = one_hot(labels, scores.shape[1])
    attributes = {**kernel.kernel.attributes, **part.attributes}
    return ask(kernel.kernel.chain, tuple(shaped), attributes)


def idle(part: Part, plan: Plan, kernel: Placed) -> bool:
    """Whether a rank has nothing to compute, or nothing to compute it from."""
    pairs = zip(kernel.operands, part.reads, strict=True)
    missing = (
        rect.count == 0 and plan.arrays[name].reads != plan.arrays[name].writes
        for name, rect in pairs
        if name is not None and rect is not None
    )
    return part.empty or any(missing)


def fit(values: np.ndarray, operand: Operand) -> np.ndarray:
    """An array with as many axes as the layer takes: what is one row for an image, as a row."""
    counts = {len(layout) for layout in operand.layouts if ANY not in layout}
    if any(ANY in layout for layout in operand.layouts) or values.ndim in counts:
        return values
    most = max(counts)
    if not most:
        return values.reshape(())
    return values.reshape(*values.shape[: most - 1], -1) if most > 1 else values.reshape(-1)


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels (N, 1), numbers of classes, as each class's probability, (N, C) float32."""
    found: np.ndarray = labels.reshape(-1, 1) == np.arange(classes)
    return found.astype(np.float32)


def evaluation(chances: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(4, 1, 1, 1) float32: images, correct, correct in the top 5, Σ −log P(label).

    chances (N, C, 1, 1), labels (N, 1, 1, 1). Of equal chances the first is the higher.
    """
    rows, right = chances.reshape(len(chances), -1), labels.reshape(-1).astype(int)
    order = np.argsort(-rows, axis=1, kind="stable")
    top = [(order[:, :count] == right[:, None]).any(axis=1).sum() for count in (1, 5)]
    logs = -np.log(rows[np.arange(len(rows)), right].astype(np.float64)).sum()
    return np.array([len(rows), *top, logs], np.float32).reshape(4, 1, 1, 1)


def step_losses(plan: Plan, held: Arrays) -> list[float]:
    """Each loss times its own gradient, which makes a mean of what is a sum over images."""
    operands = {one.array: one.operands for one in plan.kernels}
    again = [one.operands for one in plan.kernels if one.layer == "cross_entropy_grad"]
    found = [one.array for one in plan.kernels if one.layer == "cross_entropy"]
    factors = (
        next(first for first, *rest in again if rest == list(operands[name])) for name in found
    )
    return [
        held[name].item() * held[factor or ""].item()
        for name, factor in zip(found, factors, strict=True)
    ]
