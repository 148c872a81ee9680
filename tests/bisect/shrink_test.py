"""Whatever fails is shrunk to the least that still fails, by asking the shape rule alone."""

from math import prod
from typing import Any

import numpy as np
import pytest

from clgold.diagnosis.reproduce.shrink import Budget, Holds, shrink
from clgold.golden.cases import Case
from clgold.golden.shapes import SHAPES
from clgold.reference import Question, ask, find_chain
from clgold.reference.conv2d import conv2d
from clgold.reference.question import resolve
from clgold.reference.spec import Shape

CONV = {
    "stride": (2, 1),
    "padding": ((1, 0), (2, 1)),
    "dilation": (1, 2),
    "groups": 2,
}
SHAPE = ((3, 8, 13, 17), (6, 4, 3, 5), (6,))


def given(layer: str, shapes: tuple[Shape | None, ...], attributes: Any) -> Question:
    return Case(layer, "real", shapes, attributes, 1).question


def shrunk(case: Question, holds: Holds, budget: Budget | None = None) -> Question:
    return shrink(case, holds, budget or Budget(1000, 60.0))


def question(layer: str, values: np.ndarray, **attributes: Any) -> Question:
    return ask(find_chain(layer), (values,), attributes)


def anything(case: Question) -> bool:
    return True


@pytest.mark.parametrize("layer", SHAPES)
def test_every_layer_shrinks_to_single_elements(layer: str) -> None:
    for shapes, attributes in SHAPES[layer]:
        found = shrunk(given(layer, shapes, attributes), anything)
        # theta is (1, 2, 3) at least, or (1, 6).
        assert max(prod(shape) for shape in found.shapes if shape is not None) <= 6
        resolve(found.chain, found.shapes, found.flat)


def test_a_convolution_shrinks_to_one_product() -> None:
    found = shrunk(given("conv2d", SHAPE, CONV), anything)
    assert found.shapes == ((1, 1, 1, 1), (1, 1, 1, 1), None)
    assert found.flat == {
        "stride": (1, 1),
        "padding": ((0, 0), (0, 0)),
        "dilation": (1, 1),
        "groups": 1,
    }
    assert found.operands[0] == 0


def flipped_differs(case: Question) -> bool:
    x, w, bias = case.operands
    return not np.array_equal(
        conv2d(x, w, bias, **case.flat),
        conv2d(x, w[:, :, ::-1, ::-1], bias, **case.flat),
    )


def test_a_flipped_kernel_is_left_with_two_taps_and_integers() -> None:
    found = shrunk(given("conv2d", SHAPE, CONV), flipped_differs)
    assert found.shapes == ((1, 1, 2, 1), (1, 1, 2, 1), None)
    assert sorted(found.operands[1].ravel()) == [0, 1]
    assert sorted(found.operands[0].ravel()) == [0, 1]


@pytest.mark.parametrize(
    ("name", "holds", "shapes"),
    [
        ("a fifth channel", lambda c: c.shapes[1][1] >= 5, ((1, 5, 1, 1), (1, 5, 1, 1), None)),
        ("17 columns", lambda c: c.shapes[0][3] >= 17, ((1, 1, 1, 17), (1, 1, 1, 1), None)),
        ("a batch", lambda c: c.shapes[0][0] > 1, ((2, 1, 1, 1), (1, 1, 1, 1), None)),
        ("groups", lambda c: c.flat["groups"] > 1, ((1, 2, 1, 1), (2, 1, 1, 1), None)),
        ("a bias", lambda c: c.operands[2] is not None, ((1, 1, 1, 1), (1, 1, 1, 1), (1,))),
        ("odd rows", lambda c: c.shapes[1][2] % 2 == 0, ((1, 1, 2, 1), (1, 1, 2, 1), None)),
    ],
)
def test_only_what_matters_is_left(name: str, holds: Holds, shapes: tuple[Shape | None]) -> None:
    large = ((3, 10, 20, 33), (8, 10, 4, 5), (8,))
    if name == "groups":
        large = ((3, 10, 20, 33), (8, 5, 4, 5), (8,))
    case = given("conv2d", large, {"groups": 2 if name == "groups" else 1})
    assert holds(case)
    assert shrunk(case, holds).shapes == shapes


def test_the_rows_of_a_weight_follow_the_image_that_is_flattened() -> None:
    layer = "flatten+linear+elu"
    case = given(layer, ((2, 25, 3, 5), (35, 375), (35,)), {})
    found = shrunk(case, lambda c: min(c.shapes[0][1], c.shapes[0][3]) > 1)
    assert found.shapes == ((1, 2, 1, 2), (1, 4), None)


def test_the_size_among_the_attributes_is_cut_too() -> None:
    case = given("affine_grid", ((2, 2, 3),), {"size": (2, 3, 32, 48), "align_corners": True})
    found = shrunk(case, lambda c: c.flat["size"][3] > 2)
    assert found.flat == {"size": (1, 1, 1, 3), "align_corners": False}
    assert found.shapes == ((1, 2, 3),)


def test_an_element_far_back_is_not_lost() -> None:
    values = np.zeros((1, 1000), np.float32)
    values[0, 997] = 7.25
    found = shrunk(question("relu", values), lambda c: bool(np.any(c.operands[0] > 5)))
    assert found.shapes == ((1, 1),)
    assert found.operands[0] == 7


def test_two_elements_far_apart_stay_and_what_is_between_goes() -> None:
    values = np.arange(64, dtype=np.float32)
    values[[3, 60]] = 99.0

    def tied(case: Question) -> bool:
        x = case.operands[0]
        return bool(np.count_nonzero(x == x.max()) > 1 and x.size > 1)

    found = shrunk(question("argmax", values, dim=0), tied)
    assert found.shapes == ((2,),)


def test_variances_stay_positive() -> None:
    shapes = ((2, 5), *[(5,)] * 4)
    found = shrunk(given("batch_norm", shapes, {"eps": 1e-5}), anything)
    assert found.operands[2] == 1


def test_what_was_tried_is_not_tried_again_and_the_budget_is_kept() -> None:
    tried = []

    def never(case: Question) -> bool:
        tried.append((case.shapes, str(case.attributes), [o.tobytes() for o in case.operands]))
        return False

    case = given("conv2d", SHAPE, CONV)
    budget = Budget(40, 60.0)
    assert shrunk(case, never, budget) is case
    assert len(tried) == budget.spent == 40
    assert all(one not in tried[:k] for k, one in enumerate(tried))


def test_no_time_left_means_no_try() -> None:
    case = given("relu", ((7,),), {})
    assert shrunk(case, anything, Budget(40, 0.0)) is case


def test_the_same_case_is_shrunk_to_the_same_bits() -> None:
    one, two = (shrunk(given("conv2d", SHAPE, CONV), flipped_differs) for _ in range(2))
    assert [o.tobytes() for o in one.operands[:2]] == [o.tobytes() for o in two.operands[:2]]


@pytest.mark.parametrize(
    ("value", "least", "plain"),
    [(238233.2, 1e5, 2e5), (2.6, 2.0, 3.0), (0.3, 0.25, 1.0), (-0.04, -1.0, 0.0)],
)
def test_numbers_are_as_plain_as_may_be(value: float, least: float, plain: float) -> None:
    case = question("relu", np.array([value], np.float32))
    found = shrunk(case, lambda c: bool(c.operands[0][0] >= least))
    assert found.operands[0].tolist() == [np.float32(plain)]
