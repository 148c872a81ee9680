"""dropout is what its definition says, and its mask comes from our own generator."""

import hashlib

import definitions
import numpy as np
import pytest
from draws import Case, cases
from hypothesis import given
from hypothesis import strategies as st

from clgold.diagnosis.explain.public import check
from clgold.reference import SpecError, dropout
from clgold.reference.generator import kept

ANY = st.one_of(cases("dropout", "integers"), cases("dropout", "reals"))


@given(ANY)
def test_output_is_the_definition_to_a_few_roundings(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["dropout"]))
    assert definitions.close(case.call(dropout), expected, np.abs(case.operands[0]) * 16)


def test_what_is_kept_is_scaled_and_the_rest_is_nothing() -> None:
    x, mask = (np.array(values, np.float32) for values in ([1, 2, 3, 4], [1, 0, 0, 1]))
    np.testing.assert_array_equal(dropout(x, mask, p=0.5), [2, 0, 0, 8])
    np.testing.assert_array_equal(dropout(x, mask, p=0.0), x * mask)


def test_behind_the_mask_what_is_no_number_may_be_passed_over() -> None:
    x, mask = np.array([np.nan, np.inf], np.float32), np.zeros(2, np.float32)
    assert check("dropout", np.zeros(2, np.float32), x, mask).verdict == "pass"
    assert check("dropout", np.full(2, np.nan, np.float32), x, mask).verdict == "pass"
    assert check("dropout", np.ones(2, np.float32), x, mask).verdict == "wrong"


def test_p_is_a_share_that_leaves_something() -> None:
    x = np.ones(3, np.float32)
    with pytest.raises(SpecError, match=r"dropout: p is 1\.0, expected less than 1"):
        dropout(x, x, p=1.0)
    with pytest.raises(SpecError, match=r"dropout: mask has shape \(2,\), expected that of input"):
        dropout(x, x[:2])


def test_a_mask_of_our_own_generator_keeps_its_share_and_its_bits() -> None:
    mask = kept(7, "mask", (1000, 100), 0.3)
    assert set(np.unique(mask)) == {0.0, 1.0}
    assert abs(mask.mean() - 0.7) < 0.005
    assert hashlib.sha256(mask.tobytes()).hexdigest()[:16] == "f383940e7ad1f409"
    assert kept(7, "mask", (9,), 0.0).all()
    assert not kept(7, "mask", (9,), 1.0).any()
    with pytest.raises(ValueError, match=r"kept: p is 1\.5, expected a number from 0 to 1"):
        kept(7, "mask", (9,), 1.5)
