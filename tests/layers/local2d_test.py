"""local2d is what its definition says: every site has filters of its own."""

import re
from typing import Any

import definitions
import numpy as np
import pytest
from definitions import honest
from draws import Case, Shapes, cases, untouchable
from hypothesis import given
from hypothesis import strategies as st

from clgold.conformance.judge.assess import check_alone
from clgold.device.catalogue import VARIANTS
from clgold.device.session import Session
from clgold.reference import SpecError, conv2d, error_bound, find_layer, local2d

INPUT, WEIGHT = (2, 3, 7, 9), (5, 2, 4, 3, 3, 3, 3, 4)

REFUSALS: dict[str, tuple[Shapes, Any]] = {
    "local2d: weight has 4 input channels, input has 3": (
        (INPUT, (5, 2, 4, 4, 3, 3, 3, 4)),
        2,
    ),
    "local2d: weight has 4×3 sites, a window of 3×3 with stride 2×2 has 3×4 places in 7×9": (
        (INPUT, (5, 2, 4, 3, 3, 3, 4, 3)),
        2,
    ),
    "local2d: weight has 3×4 sites, a window of 3×3 with stride 2×1 has 3×7 places in 7×9": (
        (INPUT, WEIGHT),
        (2, 1),
    ),
    "local2d: a window spans 8 in height, input with padding has 7": (
        (INPUT, (5, 2, 4, 3, 8, 3, 1, 4)),
        2,
    ),
}


@given(cases("local2d", "integers"))
def test_integers_give_the_definition_exactly(case: Case) -> None:
    np.testing.assert_array_equal(case.call(local2d), case.call(definitions.local2d), strict=True)


@given(cases("local2d", "reals"))
def test_reals_give_the_definition_to_a_few_roundings(case: Case) -> None:
    magnitude = definitions.local2d(*map(np.abs, case.operands), **case.attributes)
    assert definitions.close(case.call(local2d), case.call(definitions.local2d), magnitude)


@given(cases("local2d", "integers"))
def test_output_has_a_tile_per_site(case: Case) -> None:
    expected = case.call(definitions.local2d).shape
    assert find_layer("local2d").out_shape(*case.shapes, **case.attributes) == expected


@given(
    size=st.integers(1, 12),
    taps=st.integers(1, 5),
    stride=st.integers(1, 4),
    sites=st.integers(1, 9),
)
def test_a_shape_is_accepted_exactly_when_the_windows_are_as_many_as_the_sites(
    size: int, taps: int, stride: int, sites: int
) -> None:
    count = len(definitions.starts(size, taps, stride, (0, 0)))
    shapes = (1, 1, 1, size), (1, 1, 2, 1, 1, taps, 1, sites)
    if count == sites:
        shape = find_layer("local2d").out_shape(*shapes, stride=(1, stride))
        assert shape == (1, 1, 1, 2 * sites)
    else:
        with pytest.raises(SpecError, match=r"local2d: (a window spans|weight has 1×\d sites)"):
            find_layer("local2d").out_shape(*shapes, stride=(1, stride))


@given(cases("local2d", "integers"))
def test_filters_that_all_sites_share_are_a_convolution(case: Case) -> None:
    x, weight = case.operands
    shared = weight[:, :1, :1, ..., :1, :1]
    everywhere = np.broadcast_to(shared, (len(weight), 1, 1, *weight.shape[3:]))
    np.testing.assert_array_equal(
        local2d(x, np.ascontiguousarray(everywhere), **case.attributes),
        conv2d(x, shared[:, 0, 0, ..., 0, 0], **case.attributes),
    )


@given(cases("local2d", "reals"))
def test_float32_kernels_in_either_order_stay_inside_the_bound(case: Case) -> None:
    bound = case.call(error_bound, "local2d")
    assert definitions.inside(case.call(honest.local2d), case.call(definitions.local2d), bound)


@given(cases("local2d", "integers"))
def test_bound_is_zero_where_every_sum_is_exact(case: Case) -> None:
    assert not case.call(error_bound, "local2d").any()
    for output in case.call(honest.local2d):
        np.testing.assert_array_equal(output, case.call(definitions.local2d))


@pytest.mark.parametrize(
    ("size", "channels", "sites", "expected"),
    [
        (41, 1, 16, (256, 16, 64, 64)),  # L0: 15·2 + 10 = 40, the last row and column unseen
        (64, 16, 28, (256, 16, 112, 112)),  # L1: 27·2 + 10 = 64 exactly
    ],
)
def test_the_networks_sizes_follow(
    size: int, channels: int, sites: int, expected: tuple[int, ...]
) -> None:
    shapes = (256, channels, size, size), (16, 4, 4, channels, 10, 10, sites, sites)
    assert find_layer("local2d").out_shape(*shapes, stride=2) == expected


def test_one_devices_quarter_reads_its_own_sites_and_their_halo() -> None:
    """The last of 2×2 devices: 8 of 16 sites from site 8 read 24 pixels from pixel 16 of 41."""
    shapes = (1, 1, 41, 41), (2, 4, 4, 1, 10, 10, 16, 16)
    x, weight = Case("local2d", "exact", shapes, {}, seed=7).operands
    quarter = local2d(
        np.ascontiguousarray(x[:, :, 16:40, 16:40]), weight[..., 8:, 8:].copy(), stride=2
    )
    np.testing.assert_array_equal(quarter, local2d(x, weight, stride=2)[:, :, 32:, 32:])


def test_the_last_row_and_column_may_be_unseen() -> None:
    shapes = (1, 1, 41, 41), (1, 1, 1, 1, 10, 10, 16, 16)
    x, weight = Case("local2d", "exact", shapes, {}, seed=8).operands
    before = local2d(x, weight, stride=2)
    x[:, :, 40:], x[:, :, :, 40:] = np.nan, np.nan
    np.testing.assert_array_equal(local2d(x, weight, stride=2), before)


def test_nan_reaches_only_the_sites_whose_windows_hold_it() -> None:
    x = np.ones((1, 1, 3, 5), np.float32)
    x[0, 0, 1, 4] = np.nan
    y = local2d(x, np.ones((1, 2, 1, 1, 3, 3, 1, 2), np.float32), stride=2)
    np.testing.assert_array_equal(y[0, 0], [[9, np.nan], [9, np.nan]])


@pytest.mark.parametrize("sentence", REFUSALS)
def test_wrong_arguments_are_refused_before_any_arithmetic(sentence: str) -> None:
    shapes, stride = REFUSALS[sentence]
    with pytest.raises(SpecError, match=re.escape(sentence)):
        local2d(*untouchable(*shapes), stride=stride)
    with pytest.raises(SpecError, match=re.escape(sentence)):
        find_layer("local2d").out_shape(*shapes, stride=stride)


# The last block of images, of vectors, of channels is not full; maps of two vectors.
MANY = {
    "17 images": ((17, 3, 9, 8), (16, 2, 1, 3, 3, 2, 4, 4), 2),
    "33 images": ((33, 1, 7, 11), (32, 2, 3, 1, 3, 4, 5, 4), (1, 2)),
    "an unread pixel": ((20, 5, 6, 4), (16, 1, 2, 5, 2, 3, 2, 2), (3, 1)),
}


@pytest.mark.parametrize("probe", ["exact", "real"])
@pytest.mark.parametrize("name", MANY)
def test_kernels_that_are_fast_on_the_batch_pass(opencl: Session, name: str, probe: str) -> None:
    image, weight, stride = MANY[name]
    output = find_layer("local2d").out_shape(image, weight, stride=stride)
    layers: dict[str, tuple[Shapes, dict[str, Any]]] = {
        "local2d": ((image, weight), {}),
        "local2d_input_grad": ((output, weight), {"input_size": image}),
        "local2d_weight_grad": ((output, image), {"weight_size": weight}),
    }
    for layer, (shapes, sizes) in layers.items():
        (batch,) = (one for one in VARIANTS if (one.layer, one.name) == (layer, "batch"))
        question = Case(layer, probe, shapes, {"stride": stride, **sizes}, seed=1).question
        assert check_alone(opencl, batch, question).comparison.verdict == "pass", layer
