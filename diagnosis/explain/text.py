"""A diagnosis in a few lines: which elements, and which wrong convention explains them."""

from .diagnose import Diagnosis

TIES = 3  # of equally good causes so many are told
NO_CAUSE = "no known convention explains it"


def few_lines(diagnosis: Diagnosis, numbers: bool = False) -> list[str]:
    """Order, elements and cause, a line each; with `numbers` the worst elements, too."""
    lines, mask, why = [], diagnosis.mask, diagnosis.explanation
    if diagnosis.layout:
        lines.append(f"order: the right values in {diagnosis.layout}")
    if mask is not None and mask.words:
        lines.append(f"elements: {100 * mask.share:.3g} %: {'; '.join(mask.words)}")
    lines += map(str, diagnosis.worst if numbers else ())
    if why is None:
        return lines if mask is None else [*lines, f"cause: {diagnosis.looks or NO_CAUSE}"]
    ties = "; ".join(f"{one.layer} {one.says}" for one in why.ties[:TIES])
    more = f"; {len(why.ties) - TIES} more" if len(why.ties) > TIES else ""
    alike = [f"or, the same here: {ties}{more}"] if ties else []
    return [*lines, f"cause: {why.says}", *alike, f"change: {why.cause.change}"]
