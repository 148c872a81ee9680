"""One more term into an array that holds a sum."""

from dataclasses import replace

from .add import ADD
from .evaluate import evaluate
from .layer import Array


def accumulate(a: Array, b: Array) -> Array:
    """y = a + b, element by element: a += b.

    a, b of the same shape, any, float32 → that shape, float64. Raises SpecError. As torch's
    Tensor.add_: a gradient that several layers have a part in is added up so.

    >>> accumulate(np.float32([1, 2]), np.float32([10, 20])).tolist()
    [11.0, 22.0]
    """
    return evaluate(ACCUMULATE, (a, b))


ACCUMULATE = replace(ADD, name="accumulate", forward=accumulate, in_place=True, onnx="", takes="b")
