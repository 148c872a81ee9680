"""A diagnosis in a few lines: which elements, and which wrong convention explains them."""

from .diagnosis import Diagnosis

NO_CAUSE = "no known convention explains it"


def order_lines(diagnosis: Diagnosis) -> list[str]:
    """The order in which the right values stand, where it is another."""
    return [f"order: the right values in {diagnosis.layout}"] if diagnosis.layout else []


def element_lines(diagnosis: Diagnosis) -> list[str]:
    """What the wrong elements have in common."""
    mask = diagnosis.mask
    if mask is None or not mask.words:
        return []
    return [f"elements: {100 * mask.share:.3g} %: {'; '.join(mask.words)}"]


def worst_lines(diagnosis: Diagnosis) -> list[str]:
    """The worst elements with their numbers."""
    return [
        f"at {list(one.index)}: expected {one.expected:.9g}, got {one.got:.9g}, "
        f"error {abs(one.got - one.expected):.3g}, bound {one.bound:.3g}"
        for one in diagnosis.worst
    ]


def cause_lines(diagnosis: Diagnosis) -> list[str]:
    """The wrong convention with its evidence and what to change, or that none is known."""
    if diagnosis.got is None:
        return []
    if diagnosis.explanation is None:
        return [f"cause: {diagnosis.looks or NO_CAUSE}"]
    found = diagnosis.explanation
    return [f"cause: {found.says}", f"change: {found.cause.change}"]


def few_lines(diagnosis: Diagnosis) -> list[str]:
    """Order, elements and cause, without numbers."""
    return [*order_lines(diagnosis), *element_lines(diagnosis), *cause_lines(diagnosis)]
