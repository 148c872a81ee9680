"""What a transfer must bring: the parts as they were written, added up in float64."""

import numpy as np

from clgold.ranks import Array
from clgold.reference import FULL, Enclosure

from .exchange import Arrived


def enclose(array: Array, rank: int, parts: Arrived) -> Enclosure:
    """The sum of the parts, and γ of so many additions as there are parts less one, at most.

    Exact where one part covers an element: a copy has the same bits. Each part passes through at
    most as many roundings as others are added to it, in whatever order (Higham, section 4.2).
    """
    needed = array.reads[rank]
    value, magnitude = np.zeros(needed.size), np.zeros(needed.size)
    terms = np.zeros(needed.size, np.int64)
    for source, part in parts.values.items():
        place = needed.place(parts.rects[source])
        value[place] += part
        magnitude[place] += np.abs(part.astype(np.float64))
        terms[place] += 1
    if not array.partial:
        value[terms == 0] = np.nan
    bound = FULL.gamma(np.maximum(terms - 1, 0)) * magnitude
    return Enclosure(value, bound)
