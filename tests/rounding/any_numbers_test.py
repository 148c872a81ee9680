"""Whatever the operands hold, correct rounding ends in numbers, and never in an exception."""

from typing import Any

import numpy as np
import pytest
from honest import KINDS, draw_case
from hypothesis import given
from hypothesis import strategies as st

from clgold.reference import LAYERS, Layer, batch_norm, correctly_rounded
from clgold.reference.generator import integers
from clgold.reference.layer import Array

F = np.float32
ODD = np.array([np.nan, np.inf, -np.inf, 0, -1, 1, -0.25, 1e-40, -1e-5, 3e38, -3e38, 2**-0.5], F)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
@given(data=st.data(), seed=st.integers(0, 9999), finite=st.booleans())
def test_no_operand_ends_in_an_exception(
    layer: Layer, data: st.DataObject, seed: int, finite: bool
) -> None:
    """NaN where the formula of finite operands has no number, or a sum has none."""
    kind = data.draw(st.sampled_from(sorted(KINDS[layer.name])))
    case = draw_case(layer.name, kind, seed, volume=12)
    odd = ODD[3:] if finite else ODD
    operands = tuple(
        None if o is None else mixed(o, seed + k, odd) for k, o in enumerate(case.operands)
    )
    attributes = dict(case.attributes)
    if layer.name == "batch_norm":
        attributes["eps"] = data.draw(st.sampled_from([0.0, 0.25, 1e-5, 1.0]))
    found = correctly_rounded(layer, *operands, **attributes)
    right = layer.forward(*operands, **attributes)
    assert found.dtype in (np.float32, np.int64)
    missing = np.isnan(right)
    if layer.name == "batch_norm":
        assert np.array_equal(np.isnan(found), missing)


def mixed(values: Array, seed: int, odd: Array) -> Array:
    """Every other number is an odd one."""
    which = integers(seed, "odd", values.shape, 0, 2 * len(odd) - 1)
    return np.where(which < len(odd), odd[which % len(odd)], values)


@pytest.mark.parametrize(
    ("variance", "eps", "x", "expected"),
    [
        (-1.0, 0.0, 2.0, np.nan),
        (-1.0, 1.0, 2.0, np.inf),
        (-1.0, 1.0, 0.0, -np.inf),
        (-1.0, 1.0, 1.0, np.nan),
        (-0.75, 1.0, 2.0, 2.5),
        (-1e-3, 1e-5, 1.0, np.nan),
    ],
)
def test_a_variance_below_zero_has_no_root(
    variance: float, eps: float, x: float, expected: float
) -> None:
    """(x − 1)/√(variance + eps) + ½"""
    operands: tuple[Any, ...] = ([[x]], [1.0], [variance], None, [0.5])
    arrays = tuple(None if o is None else np.array(o, F) for o in operands)
    for found in (correctly_rounded("batch_norm", *arrays, eps=eps), batch_norm(*arrays, eps=eps)):
        np.testing.assert_array_equal(found, [[expected]])
