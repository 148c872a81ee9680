"""`clgold.check` and `clgold.bound`: the whole judge, for numbers that came from elsewhere."""

import numpy as np
import pytest

import clgold
from clgold.reference import SpecError, conv2d, error_bound
from clgold.reference.generator import bell32
from clgold.reference.spec import InputError

X = bell32(1, "x", (2, 3, 9, 7), 1.0)
W = bell32(1, "w", (4, 3, 3, 3), 1.0)
RIGHT = conv2d(X, W, stride=2).astype(np.float32)


def test_what_is_right_passes() -> None:
    found = clgold.check("conv2d", RIGHT, X, W, stride=2)
    assert found
    assert (found.verdict, str(found)) == ("pass", "pass")
    assert 0 < found.budget_used <= 1
    assert found.precision is not None


def test_what_is_wrong_is_said_with_elements_and_cause() -> None:
    flipped = conv2d(X, np.ascontiguousarray(W[..., ::-1, ::-1]), stride=2).astype(np.float32)
    found = clgold.check("conv2d", flipped, X, W, None, stride=2)
    assert not found
    assert found.verdict == "wrong"
    assert len(found.worst) == 5
    assert "flipped kernel" in found.cause
    assert found.change
    assert f"change: {found.change}" in str(found)


def test_another_order_is_recognised() -> None:
    found = clgold.check("conv2d", RIGHT.transpose(0, 2, 3, 1), X, W, stride=2)
    assert (found.verdict, "NHWC" in found.order) == ("wrong", True)


def test_one_wrong_element_is_found() -> None:
    got = RIGHT.copy()
    got[1, 2, 3, 1] += 1
    found = clgold.check("conv2d", got, X, W, stride=2)
    assert (found.failed, found.count, found.worst[0].index) == (1, got.size, (1, 2, 3, 1))


def test_an_index_may_be_an_int() -> None:
    x = np.array([[0, 3, 1]], np.float16)
    assert clgold.check("argmax", np.array([1], np.int32), x, dim=1)
    assert not clgold.check("argmax", np.array([2], np.uint8), x, dim=1)


def test_a_chain_is_judged_as_one() -> None:
    got = np.maximum(RIGHT, 0)
    assert clgold.check("conv2d+relu", got, X, W, None, conv2d={"stride": 2})
    assert not clgold.check("conv2d+relu", RIGHT, X, W, None, conv2d={"stride": 2})


def test_the_bound_is_the_layers() -> None:
    assert np.array_equal(
        clgold.bound("conv2d", X, W, stride=2), error_bound("conv2d", X, W, stride=2)
    )


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(SpecError, match="has no attribute strid"):
        clgold.check("conv2d", RIGHT, X, W, strid=2)
    with pytest.raises(InputError, match=r"operand 0: is float64 and holds .*astype\(np.float32\)"):
        clgold.check("relu", RIGHT, np.full((2,), 0.1))
    with pytest.raises(AttributeError, match="no attribute 'judge'"):
        clgold.judge  # noqa: B018 # that it raises is the point


def test_sums_of_16_bits_are_judged_as_such() -> None:
    half, other = (
        bell32(1, "h", (3, 60), 1.0).astype("f2"),
        bell32(1, "o", (5, 60), 1.0).astype("f2"),
    )
    total = np.zeros((3, 5), np.float16)
    for k in range(60):
        total += half[:, k, None] * other[:, k]
    got = total.astype(np.float32)
    assert clgold.check("linear", got, half, other, profile="float16")
    assert not clgold.check("linear", got, half, other)
    got[1, 2] += 0.25 * np.abs(got).max()
    assert not clgold.check("linear", got, half, other, profile="float16")
