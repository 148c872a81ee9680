"""Draws that follow what a variant supports: plain first, then towards the awkward.

A case that the layer accepts and the variant refuses shows nothing. In its place stands one that
the variant takes, out of the plain tier, with a few of its factors moved to the levels of the
awkward one, each move kept where layer and variant accept it.
"""

from hypothesis import strategies as st

from clgold.device.variants import Variant
from clgold.golden.cases import Case
from clgold.golden.levels import varied

from ..run.fit import bases, declaring, supported, takes
from .draws import cases

MOVES = 4


@st.composite
def fitting(draw: st.DrawFn, variant: Variant, probe: str) -> Case:
    """Cases of the variant's layer or chain with data of one probe, such as it supports."""
    case: Case = draw(cases(variant.layer, probe))
    if takes(variant, (case.shapes, dict(case.attributes))):
        return case
    known = bases(variant)
    if not known:
        return case
    values = dict(draw(st.sampled_from(known)))
    awkward = varied(declaring(variant))
    for _ in range(draw(st.integers(0, MOVES))):
        name = draw(st.sampled_from(sorted(awkward)))
        level = draw(st.sampled_from([value for level in awkward[name] for value in level]))
        moved = values | {name: level}
        if supported(variant, moved) is not None:
            values = moved
    setting = supported(variant, values)
    assert setting is not None
    return Case(variant.layer, probe, *setting, seed=draw(st.integers(0, 9999)))
