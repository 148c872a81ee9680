"""set_zero gives 0 for whatever an array holds, NaN too."""

import numpy as np

from clgold.reference import error_bound, set_zero


def test_everything_becomes_zero() -> None:
    held = np.array([[7.0, np.nan], [-np.inf, 0.0]], np.float32)
    np.testing.assert_array_equal(set_zero(held), np.zeros((2, 2)), strict=True)
    assert not error_bound("set_zero", held).any()
