"""Which of the causes that explain a result is named, and in what words."""

import numpy as np

from .cause import Cause, Explanation
from .judge import Fit

# Bits beyond log₂ of the number of causes tried: by chance one would be named in four such cases.
SURE = 2.0
# Evidence that differs by no more is the same: the likelier cause, which stands first, is named.
SAME = 0.01


def ranked(found: list[tuple[Cause, Fit]], tried: int) -> list[Explanation]:
    """Those that explain, of so many that are tried, by their evidence.

    Where some explain every element, those alone. Equally good ones in the catalogue's order, the
    usual ones first.
    """
    enough = np.log2(max(tried, 1)) + SURE
    good = [one for one in found if one[1].explains and one[1].bits >= enough]
    good = [one for one in good if one[1].whole] or good
    if not good:
        return []
    most = max(fit.bits for _, fit in good)
    first = [one for one in good if one[1].bits >= most * (1 - SAME) - 1]
    rest = sorted((one for one in good if one not in first), key=lambda one: -one[1].bits)
    causes = [cause for cause, _ in first]
    best = [
        explanation(cause, fit, tuple(other for other in causes if other is not cause))
        for cause, fit in first
    ]
    return best + [explanation(cause, fit, ()) for cause, fit in rest]


def explanation(cause: Cause, found: Fit, ties: tuple[Cause, ...]) -> Explanation:
    before, after = (1 - wrong / found.count for wrong in (found.before, found.after))
    return Explanation(cause, before, after, ties)
