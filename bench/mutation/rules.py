"""What the rules of other projects say of an output, beside the value of the exact formula.

Each is written after the project's sources, and without the faults of its data: where they draw
no NaN and no infinity, none is shown to them.
"""

from collections.abc import Callable

import numpy as np

from clgold.reference import FULL, Question

Array = np.ndarray
SUMMING = ("conv2d", "linear", "local2d")


def close(rtol: float, atol: float) -> Callable[[Array, Array, Question], bool]:
    """|got − expected| ≤ atol + rtol·|expected|, every element."""

    def admits(got: Array, expected: Array, question: Question) -> bool:
        return bool(np.all(np.abs(got - expected) <= atol + rtol * np.abs(expected)))

    return admits


def ggml(got: Array, expected: Array, question: Question) -> bool:
    """test-backend-ops: squared error over squared values, of the whole tensor."""
    sums = any(layer.name in SUMMING for layer in question.chain.layers)
    loss = np.sum((got - expected) ** 2) / np.sum(expected**2)
    return bool(np.isfinite(got).all() and not loss > (5e-4 if sums else 1e-7))


def clblast(got: Array, expected: Array, question: Question) -> bool:
    """TestSimilarityNear: within 1e-3, or within 2.5 % of the sum of both."""
    error, both = np.abs(got - expected), np.abs(got) + np.abs(expected)
    small = (got == 0) | (expected == 0) | (error < 1e-3)
    return bool(np.all(np.where(small, error < 1e-3, error < 0.025 * both)))


def polygraphy(got: Array, expected: Array, question: Question) -> bool:
    """CompareFunc.simple: an absolute or a relative error of 1e-5, every element."""
    error = np.abs(got - expected)
    return bool(np.all((error <= 1e-5) | (error <= 1e-5 * np.abs(expected))))


def tosa(got: Array, expected: Array, question: Question) -> bool:
    """Of sums of K products the error over 2⁻²⁴·Σ|a·b|: at most K, in the mean and in its square.

    Other layers have bounds of their own there; ours stand for them.
    """
    layer = question.chain.layers[-1]
    error = np.abs(got - expected)
    if len(question.chain.layers) > 1 or layer.honest is None:
        return bool(np.all(error <= question.answer(FULL).radius))
    sizes = (None if o is None else np.abs(o).astype(np.float64) for o in question.operands)
    attributes = question.attributes[layer.name]
    size = layer.formula(*sizes, **attributes) * 2.0**-24
    terms = layer.depth(question.shapes, attributes) + 1
    shares = np.divide(got - expected, size, out=np.zeros(size.shape), where=size > 0)
    each = np.all(np.where(size > 0, np.abs(shares) <= terms, error == 0))
    straight = abs(shares.sum()) <= 2 * np.sqrt(terms * shares.size)
    return bool(each and straight and np.sum(shares**2) <= 0.4 * terms * shares.size)


RULES: dict[str, Callable[[Array, Array, Question], bool]] = {
    "ggml": ggml,
    "ONNX": close(1e-3, 1e-7),
    "PyTorch": close(1.3e-6, 1e-5),
    "NumPy": close(1e-5, 1e-8),
    "CLBlast": clblast,
    "Polygraphy": polygraphy,
    "TOSA-like": tosa,
}


def rejecting(got: Array, question: Question) -> list[str] | None:
    """The rules that reject the output; None where they would not have seen such data."""
    expected = question.answer(FULL).value
    if not np.isfinite(expected).all() or got.shape != expected.shape:
        return None
    with np.errstate(all="ignore"):
        numbers = got.astype(np.float64)
        return [name for name, admits in RULES.items() if not admits(numbers, expected, question)]
