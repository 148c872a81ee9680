"""Every gradient is that of its layer: against finite differences of the definitions, computed to
700 bits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import definitions
import mpmath
import numpy as np
import pytest
from definitions.values import BITS

from clgold.golden.cases import Case
from clgold.reference import find_layer

Array = np.ndarray
STEP = 2.0**-22  # exact beside float32 of these magnitudes; an error of its square remains
TRIED = 12  # elements of each case


@dataclass(frozen=True)
class Gradient:
    """A gradient layer's case, and the forward layer whose operand `moved` it is the gradient of.

    operands    of the gradient layer → those of the forward one, in order
    forward     the forward layer's attributes, of the gradient's
    """

    layer: str
    of: str
    shapes: tuple[Any, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    moved: int = 0
    operands: Callable[..., tuple[Any, ...]] = lambda grad, *others: others
    forward: Callable[[dict[str, Any]], dict[str, Any]] = dict
    probe: str = "real"

    def __str__(self) -> str:
        return f"{self.layer} {self.attributes}"


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda given: {name: value for name, value in given.items() if name not in names}


PAIR_OF_ROWS = ((3, 5), (3, 5))
PAIR = ((2, 3, 4), (2, 3, 4))
SAMPLERS: tuple[dict[str, Any], ...] = (
    {},
    {"padding_mode": "border", "align_corners": True},
    {"padding_mode": "reflection"},
    {"mode": "nearest", "align_corners": True},
)
CASES: tuple[Gradient, ...] = (
    Gradient("relu_grad", "relu", PAIR),
    Gradient("leaky_relu_grad", "leaky_relu", PAIR, {"negative_slope": 0.3}),
    Gradient("elu_grad", "elu", PAIR, {"alpha": 0.3}, forward=without("is_result")),
    Gradient(
        "avg_pool2d_grad",
        "avg_pool2d",
        ((1, 2, 2, 3),),
        {"kernel_size": 3, "stride": 2, "padding": 1, "input_size": (1, 2, 4, 5)},
        operands=lambda grad: (np.ones((1, 2, 4, 5), np.float32),),
        forward=without("input_size"),
    ),
    Gradient(
        "max_pool2d_grad",
        "max_pool2d",
        ((1, 2, 3, 4), (1, 2, 4, 5)),
        {"kernel_size": 2, "stride": 1},
    ),
    Gradient(
        "dropout_grad",
        "dropout",
        PAIR,
        {"p": 0.3},
        operands=lambda grad, mask: (np.ones((2, 3, 4), np.float32), mask),
    ),
    Gradient(
        "local_response_norm_grad",
        "local_response_norm",
        ((1, 5, 2), (1, 5, 2)),
        {"size": 4, "alpha": 0.5, "beta": 0.6, "k": 1.5},
    ),
    Gradient(
        "affine_grid_grad",
        "affine_grid",
        ((1, 3, 4, 2),),
        {"size": (1, 1, 3, 4)},
        operands=lambda grad: (np.ones((1, 2, 3), np.float32),),
        forward=without("flat"),
    ),
    *(
        Gradient(
            "grid_sample_input_grad",
            "grid_sample",
            ((1, 2, 3, 4), (1, 3, 4, 2)),
            {"input_size": (1, 2, 4, 5), **given},
            operands=lambda grad, grid: (np.ones((1, 2, 4, 5), np.float32), grid),
            forward=without("input_size"),
        )
        for given in SAMPLERS
    ),
    *(
        Gradient(
            "grid_sample_grid_grad",
            "grid_sample",
            ((1, 2, 3, 4), (1, 2, 4, 5), (1, 3, 4, 2)),
            given,
            moved=1,
        )
        for given in SAMPLERS
    ),
    Gradient(
        "batch_norm_input_grad",
        "batch_norm",
        ((2, 3), (3,), (3,)),
        operands=lambda g, v, w: (g, np.ones(3, np.float32), v, w, None),
    ),
    Gradient(
        "batch_norm_weight_grad",
        "batch_norm",
        ((2, 3), (2, 3), (3,), (3,)),
        moved=3,
        operands=lambda g, x, m, v: (x, m, v, np.ones(3, np.float32), None),
    ),
    Gradient(
        "batch_norm_bias_grad",
        "batch_norm",
        ((2, 3),),
        moved=4,
        operands=lambda g: (g, *(np.ones(3, np.float32) for _ in range(4))),
    ),
    Gradient(
        "batch_norm_train_input_grad",
        "batch_norm_train",
        ((3, 2, 1, 2), (3, 2, 1, 2), (2,)),
        operands=lambda g, x, w: (x, w, None),
    ),
    Gradient(
        "batch_norm_train_weight_grad",
        "batch_norm_train",
        ((3, 2), (3, 2)),
        moved=1,
        operands=lambda g, x: (x, np.ones(2, np.float32), None),
    ),
    *(
        Gradient("cross_entropy_grad", "cross_entropy", ((), *PAIR_OF_ROWS), {"reduction": one})
        for one in ("mean", "sum")
    ),
)
# Gradients that read what the forward layer gave, as a function of what it read.
SAVED: tuple[Gradient, ...] = (
    Gradient("tanh_grad", "tanh", PAIR),
    Gradient("sigmoid_grad", "sigmoid", PAIR),
    Gradient("softmax_grad", "softmax", PAIR, {"dim": 1}),
    Gradient("log_softmax_grad", "log_softmax", PAIR, {"dim": 1}),
    Gradient(
        "lp_pool2d_grad",
        "lp_pool2d",
        ((1, 2, 2, 3), (1, 2, 4, 5), (1, 2, 2, 3)),
        {"norm_type": 4.0, "kernel_size": (3, 2), "stride": (1, 2), "ceil_mode": True},
        operands=lambda grad, x, *_: (x,),
    ),
    Gradient(
        "elu_grad", "elu", PAIR, {"alpha": 0.3, "is_result": True}, forward=without("is_result")
    ),
)


def difference(gradient: Gradient, operands: tuple[Array | None, ...], place: Any) -> Any:
    """Σ grad·(f(x + h) − f(x − h))/2h, one element of x moved."""
    grad, *_ = operands
    assert grad is not None
    found = mpmath.mpf(0)
    attributes = complete(gradient)
    with mpmath.workprec(BITS):
        for sign in (-1, 1):
            given = [
                None if o is None else o.astype(np.float64) for o in gradient.operands(*operands)
            ]
            moved = given[gradient.moved].copy()
            moved[place] += sign * STEP
            given[gradient.moved] = moved
            result = definitions.EXACT[gradient.of](*given, **attributes)
            terms = zip(grad.ravel().tolist(), exact(result).ravel(), strict=True)
            found += sign * mpmath.fsum(g * y for g, y in terms)
        return found / (2 * STEP)


def exact(values: Array) -> Array:
    """The numbers as mpmath's."""
    found = np.empty(values.shape, dtype=object)
    for place in np.ndindex(values.shape):
        one = values[place]
        ratio = hasattr(one, "numerator") and not isinstance(one, float | mpmath.mpf)
        found[place] = mpmath.mpf(one.numerator) / one.denominator if ratio else mpmath.mpf(one)
    return found


def complete(gradient: Gradient) -> dict[str, Any]:
    """The forward layer's attributes, all of them."""
    given = (None if s is None else np.empty(s, np.float32) for s in gradient.shapes)
    shapes = (None if o is None else o.shape for o in gradient.operands(*given))
    return find_layer(gradient.of).resolve(tuple(shapes), gradient.forward(gradient.attributes))[0]


@pytest.mark.parametrize("gradient", CASES, ids=str)
def test_a_gradient_is_what_differences_tend_to(gradient: Gradient) -> None:
    case = Case(gradient.layer, gradient.probe, gradient.shapes, gradient.attributes, seed=11)
    ours = case.call(find_layer(gradient.layer).forward)
    places = list(np.ndindex(ours.shape))
    size = np.abs(ours).max()
    for place in places[:: max(1, len(places) // TRIED)]:
        expected = difference(gradient, case.operands, place)
        assert abs(expected - ours[place]) <= 1e-9 * (abs(expected) + size)


@pytest.mark.parametrize("gradient", SAVED, ids=str)
def test_a_gradient_from_the_result_is_what_differences_tend_to(gradient: Gradient) -> None:
    case = Case(
        gradient.of, "real", gradient.shapes[1:2], gradient.forward(gradient.attributes), 11
    )
    (x,) = case.operands
    grad = Case(gradient.layer, "real", gradient.shapes, gradient.attributes, 11).operands[0]
    assert x is not None
    assert grad is not None
    y = case.call(find_layer(gradient.of).forward)
    layer = find_layer(gradient.layer)
    attributes, _ = layer.resolve(gradient.shapes, gradient.attributes)
    read = y if attributes.get("is_result") else x.astype(np.float64)
    known = {"grad": grad.astype(np.float64), "input": read, "result": y}
    ours = layer.formula(*(known[one.name] for one in layer.operands), **attributes)
    for place in list(np.ndindex(x.shape))[::2]:
        expected = difference(gradient, (grad, x), place)
        assert abs(expected - ours[place]) <= 1e-9 * (abs(expected) + 1)
