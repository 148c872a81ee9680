"""correctly_rounded is the nearest float32 to the definition's value, for every layer."""

import numpy as np
import pytest
from definitions import EXACT
from draws import cases
from hypothesis import given
from rounding.nearest import F, rounds_to_definition

from clgold.golden.cases import Case
from clgold.reference import LAYERS, correctly_rounded

INEXACT = ("elu", "tanh", "sigmoid", "softmax", "log_softmax")  # powers of e: irrational
FLOATING = [layer.name for layer in LAYERS if layer.dtype is np.float32]


@pytest.mark.parametrize("layer", FLOATING)
@pytest.mark.parametrize("data", ["integers", "reals"])
def test_every_element_is_the_nearest_to_the_definitions(layer: str, data: str) -> None:
    @given(cases(layer, data))
    def holds(case: Case) -> None:
        assert rounds_to_definition(layer, case.operands, case.attributes)

    holds()


@pytest.mark.parametrize("layer", [name for name in FLOATING if name not in INEXACT])
@pytest.mark.parametrize("power", [-147, -126, 120])
def test_so_are_subnormal_and_overflowing_ones(layer: str, power: int) -> None:
    """The first operand scaled to the smallest and the largest float32."""

    @given(cases(layer, "reals"))
    def holds(case: Case) -> None:
        first, *others = case.operands
        scaled = np.asarray(np.ldexp(first, power), np.float32)
        assert rounds_to_definition(layer, (scaled, *others), case.attributes)

    holds()


@pytest.mark.parametrize("layer", INEXACT)
@pytest.mark.parametrize("factor", [2.0**-140, 2.0**-12, 2.0])
def test_so_are_powers_of_e_near_zero_and_far_from_it(layer: str, factor: float) -> None:
    """Logits within ±56, whose powers are still seen beside 1 at the definitions' 700 bits."""

    @given(cases(layer, "reals"))
    def holds(case: Case) -> None:
        (x,) = case.operands
        assert rounds_to_definition(layer, (x * F(factor),), case.attributes)

    holds()


@given(cases("argmax", "reals"))
def test_an_index_is_exact(case: Case) -> None:
    got = case.call(correctly_rounded, "argmax")
    assert got.dtype == np.int64
    np.testing.assert_array_equal(got, case.call(EXACT["argmax"]))
