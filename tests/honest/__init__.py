"""Correct float32 kernels, emulated in NumPy with every operation rounded, to try the bounds with.

VARIANTS names, layer by layer, the ways to compute it: a form (order of summation, folding,
reciprocals, running maxima, …) with an arithmetic (fused or not, flushing or not, library functions
correctly rounded or off by all that OpenCL C permits). `definitions.honest` has the simplest ones.
"""

from .arithmetic import Arithmetic
from .cases import KINDS, Case, draw_case
from .judge import Judged, judge
from .variants import VARIANTS, Variant

__all__ = [
    "KINDS",
    "VARIANTS",
    "Arithmetic",
    "Case",
    "Judged",
    "Variant",
    "draw_case",
    "judge",
]
