"""accumulate adds to what is there."""

import definitions
import numpy as np
from draws import Case, cases
from hypothesis import given

from clgold.reference import accumulate, error_bound


@given(cases("accumulate", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    expected = case.call(definitions.doubled(definitions.EXACT["accumulate"]))
    np.testing.assert_array_equal(case.call(accumulate), expected)
    assert not case.call(error_bound, "accumulate").any()
