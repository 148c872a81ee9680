"""The gradients of softmax and log_softmax, and cross entropy, by other formulas."""

from collections.abc import Callable
from types import CodeType

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Link, Recompute
from .formulas import Names, lines, value
from .wrongly import ROUNDINGS

Build = Callable[..., Names]


def over(names: Build) -> Callable[[CodeType], Recompute]:
    """Expressions over names(*operands, **attributes).

    The bound: as many roundings of the right result's magnitude, of the other's and of the
    operands' as there are terms, and ROUNDINGS more; and how far the operands' bounds reach.
    """

    def computing(code: CodeType) -> Recompute:
        def recompute(link: Link) -> Enclosure:
            values = [None if o is None else o.value for o in link.operands]
            found = np.asarray(value(code, names(*values, **link.attributes)))
            if link.rough:
                return Enclosure(found)
            terms = max(
                v.size if found.shape == () else max(v.shape, default=1)
                for v in values
                if v is not None
            )
            relative = (terms + ROUNDINGS) * link.profile.u
            size = np.abs(found) + link.right.magnitude
            bound = relative * size + 8 * np.nan_to_num(link.right.radius)
            return Enclosure(found, bound + 4 * link.profile.smallest_normal)

        return recompute

    return computing


def rows(g: Array, y: Array, *, dim: int) -> Names:
    """g (grad), y (result); total(a) is the sum along the axis, n how long that is."""

    def total(values: Array) -> Array:
        return values.sum(axis=dim, keepdims=True)

    return {"g": g, "y": y, "n": g.shape[dim], "total": total}


SOFTMAX_GRAD = lines(
    "softmax_grad",
    """
multiply by y * (g - sum of g * y)
sum left out | y*g | y g: the sum left out
diagonal alone | g*y*(1 - y) | y (1 - y) g: the diagonal of the Jacobian alone
sum of g | y*(g - total(g)) | y (g - sum of g)
log_softmax's | g - y*total(g) | g - y * sum of g: that of log_softmax
not multiplied by y | g - total(g*y) | g - sum of g y
sum added | y*(g + total(g*y)) | y (g + sum of g y)
mean in place of the sum | y*(g - total(g*y)/n) | y (g - mean of g y)
sign reversed within | y*(total(g*y) - g) | y (sum of g y - g)
y twice | y*y*(g - total(g*y)) | y² (g - sum of g y)
g twice | y*(g - total(g*g*y)) | y (g - sum of g² y)
derivative left out | 1*g | the gradient itself: the derivative left out
read grad and result in their order
operands exchanged | g*(y - total(g*y)) | grad read as result, and result as grad
use the saved result: softmax is applied already
powers of the result | exp(y)*(g - total(g*exp(y))) | e^y for y: the result read as log_softmax's
""",
    over(rows),
)
LOG_SOFTMAX_GRAD = lines(
    "log_softmax_grad",
    """
subtract exp(y) * sum of g from g
sum left out | g - exp(y) | g - exp(y): the sum left out
softmax's | exp(y)*(g - total(g*exp(y))) | p (g - sum of g p): that of softmax
times g | g - exp(y)*g | g - exp(y) g: the element's own gradient for the sum
power left out | g - total(g) | g - sum of g
not powers | g - y*total(g) | y for exp(y): the result read as softmax's
sum added | g + exp(y)*total(g) | g + exp(y) * sum of g
mean in place of the sum | g - exp(y)*total(g)/n | g - exp(y) * mean of g
sign reversed within | exp(y)*total(g) - g | exp(y) * sum of g - g
g left out | -exp(y)*total(g) | -exp(y) * sum of g
powers of 2 | g - 2**y*total(g) | 2^y for exp(y)
derivative left out | 1*g | the gradient itself: the derivative left out
""",
    over(rows),
)


def loss_names(x: Array, t: Array, *, reduction: str) -> Names:
    """x, t; l is log_softmax(x), p its power; m classes, d what the sum is divided by;
    loss(a) adds the classes' terms up as is asked."""
    z = x - x.max(axis=1, keepdims=True)
    logarithm = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    known = {"x": x, "t": t, "z": z, "l": logarithm, "p": np.exp(logarithm)}
    d = len(x) if reduction == "mean" else 1

    def loss(terms: Array) -> Array:
        found = terms.sum(axis=1)
        return found if reduction == "none" else np.asarray(found.sum() / d)

    return known | {"m": x.shape[1], "d": d, "loss": loss}


def gradient_names(g: Array, x: Array, t: Array, *, reduction: str) -> Names:
    """The same, and g (grad)."""
    return {"g": g, **loss_names(x, t, reduction=reduction)}


CROSS_ENTROPY = lines(
    "cross_entropy",
    """
add -t * log_softmax(x)
logits for logarithms | loss(-t*x) | -t x: softmax and its logarithm left out
logarithm left out | loss(-t*p) | -t softmax(x): the logarithm left out
all classes | loss(-l) | every class's logarithm, not the label's alone
other classes too | loss(-t*l - (1 - t)*log(1 - p)) | binary cross entropy of every class
sum not subtracted | loss(-t*z) | x - max without the logarithm of the sum
logarithm to base 2 | loss(-t*l)/log(2) | logarithms to base 2
logarithm to base 10 | loss(-t*l)/log(10) | logarithms to base 10
softmax twice | loss(-t*(p - log(exp(p).sum(axis=1, keepdims=True)))) | softmax applied before \
log_softmax
squares | loss((p - t)**2) | squares of softmax(x) - t
entropy | loss(-p*l) | the entropy of softmax(x): the target left out
mean over the classes | loss(-t*l)/m | the mean over the classes too
""",
    over(loss_names),
)
CROSS_ENTROPY_GRAD = lines(
    "cross_entropy_grad",
    """
compute (softmax(x) - t) * grad / n
sign reversed within | (t - p)*g/d | t - softmax(x)
target left out | p*g/d | softmax(x) alone
softmax left out | -t*g/d | -t alone
logits for probabilities | (x - t)*g/d | x - t: the softmax left out
logarithms for probabilities | (l - t)*g/d | log_softmax(x) - t
times the softmax's derivative | (p - t)*p*(1 - p)*g/d | (p - t) p (1 - p), as of squares
the label's alone | (p - t)*t*g/d | the label's element alone
multiply by grad
grad left out | (p - t)/d | the gradient of the loss left out
grad added | (p - t)/d + g | the gradient of the loss added
divide by the number of images where the mean is asked for, and by nothing else
divided by the classes | (p - t)*g/d/m | divided by the number of classes
divided twice | (p - t)*g/d/d | divided by the number of images twice
""",
    over(gradient_names),
)
LOSSES = (*SOFTMAX_GRAD, *LOG_SOFTMAX_GRAD, *CROSS_ENTROPY, *CROSS_ENTROPY_GRAD)
