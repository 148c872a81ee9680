"""A first look at a large product passes what is right, and nothing that is not."""

import numpy as np
import pytest

from clgold.conformance.judge import projection
from clgold.conformance.judge.projection import first_look, rows_of
from clgold.reference import FULL, Question, ask, find_chain, generator
from clgold.reference.spec import Shape

CASES: dict[str, tuple[tuple[Shape, ...], dict[str, object]]] = {
    "linear": (((32, 300), (20, 300)), {}),
    "linear_input_grad": (((32, 300), (300, 20)), {}),
    "linear_weight_grad": (((300, 24), (300, 17)), {}),
    "local2d": (((32, 4, 9, 10), (3, 2, 2, 4, 3, 3, 4, 4)), {"stride": (2, 2)}),
    "local2d_input_grad": (
        ((32, 3, 8, 8), (3, 2, 2, 4, 3, 3, 4, 4)),
        {"input_size": (32, 4, 9, 10), "stride": (2, 2)},
    ),
    "local2d_weight_grad": (
        ((32, 9, 8, 8), (32, 4, 9, 10)),
        {"weight_size": (9, 2, 2, 4, 3, 3, 4, 4), "stride": (2, 2)},
    ),
    "conv2d": (((32, 4, 9, 10), (6, 4, 3, 3)), {"padding": 1}),
}


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "LARGE", 1)


def question(layer: str) -> Question:
    shapes, attributes = CASES[layer]
    operands = tuple(
        generator.bell32(1, f"{layer} {number}", shape, 1.0) for number, shape in enumerate(shapes)
    )
    return ask(find_chain(layer), operands, attributes)


def honest(asked: Question) -> np.ndarray:
    """The layer's own honest sums, one product after the other in float32."""
    layer = asked.chain.layers[0]
    assert layer.honest is not None

    def in_order(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        shape = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
        total = np.zeros((*shape, rows.shape[-2], columns.shape[-1]), np.float32)
        for k in range(rows.shape[-1]):
            total += rows[..., k : k + 1] * columns[..., k : k + 1, :]
        return total

    found = layer.honest(in_order, *asked.operands, **asked.attributes[layer.name])
    return np.ascontiguousarray(found.reshape(asked.shape), np.float32)


@pytest.mark.parametrize("layer", CASES)
def test_honest_sums_pass_at_a_glance(layer: str) -> None:
    asked = question(layer)
    for seed in range(5):
        found = first_look(asked, honest(asked), FULL, seed)
        assert found is not None
        assert (found.verdict, found.count) == ("pass", np.prod(asked.shape))
        assert 0 < found.budget_used <= 1


@pytest.mark.parametrize("layer", CASES)
def test_one_wrong_element_is_not_passed(layer: str) -> None:
    """Beyond what √N honest elements make together, wherever it is."""
    asked = question(layer)
    right = honest(asked)
    for seed in range(20):
        wrong = right.copy()
        place = int(generator.integers(seed, "place", (), 0, wrong.size - 1))
        wrong.flat[place] += 1e-3 * np.abs(right).max()
        assert first_look(asked, wrong, FULL, seed) is None


@pytest.mark.parametrize("layer", CASES)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_not_passed(layer: str, value: float) -> None:
    asked = question(layer)
    wrong = honest(asked)
    wrong.flat[7] = value
    assert first_look(asked, wrong, FULL) is None


@pytest.mark.parametrize("layer", CASES)
def test_rounded_operands_are_not_passed(layer: str) -> None:
    """Of bf16's width: every element is off by far less than its bound."""
    asked = question(layer)
    assert asked.operands[0] is not None
    bits = asked.operands[0].view(np.uint32) & np.uint32(0xFFFF0000)
    rounded = asked.with_operands((bits.view(np.float32), *asked.operands[1:]))
    assert first_look(asked, honest(rounded), FULL) is None


def test_what_is_not_linear_in_its_rows_has_no_first_look() -> None:
    image = generator.bell32(1, "x", (32, 4, 6, 6), 1.0)
    bias = generator.bell32(1, "b", (6,), 1.0)
    weight = generator.bell32(1, "w", (6, 4, 3, 3), 1.0)
    assert rows_of(ask(find_chain("relu"), (image,), {})) is None
    assert rows_of(ask(find_chain("conv2d"), (image, weight, bias), {})) is None
    asked = ask(find_chain("conv2d+relu"), (image, weight, None), {})
    assert rows_of(asked) is None
