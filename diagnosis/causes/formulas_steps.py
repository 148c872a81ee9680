"""Training steps by other formulas."""

import numpy as np

from clgold.reference.layer import Array

from .formulas import Names, formula, lines
from .formulas_values import both


def names(
    w: Array,
    g: Array,
    v: Array | None,
    *,
    lr: float = 1.0,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool = False,
) -> Names:
    """w, g, v (0 at the first step), m (momentum), c (1 - dampening), wd (weight_decay).

    d is the decayed gradient, b(d, c, m, v) the new velocity, s(d, b) the direction.
    """
    old, first = (np.zeros_like(w), True) if v is None else (v, False)
    share = 1.0 if first else 1 - dampening

    def ahead(d: Array, c: float = share, m: float = momentum, before: Array = old) -> Array:
        return m * before + c * d

    def direction(d: Array, b: Array) -> Array:
        return d if not momentum else d + momentum * b if nesterov else b

    known = {"w": w, "g": g, "v": old, "lr": lr, "m": momentum, "c": share, "wd": weight_decay}
    return known | {"d": g + weight_decay * w, "b": ahead, "s": direction, "n": nesterov}


SHARED = """
new velocity = momentum * velocity + (1 - dampening) * d
momentum left out | {0}b(d, m=0){1} | the old velocity left out
momentum twice | {0}b(d, m=m*m){1} | a momentum that is applied twice
momentum for dampening | {0}b(d, c=1-m){1} | (1 - momentum) * d: an average
dampening left out | {0}b(d, c=1){1} | a dampening that is left out
dampening, not 1 less it | {0}b(d, c=1-c){1} | dampening in place of 1 - dampening
momentum of the sum | {0}m*(v + c*d){1} | momentum * (velocity + d)
sign of the velocity | {0}b(d, m=-m){1} | a velocity of the other sign
d = grad + weight_decay * weight
weight decay left out | {0}b(g){1} | weight decay left out
weight decay of the other sign | {0}b(g - wd*w){1} | a weight decay of the other sign
weight decay twice | {0}b(g + 2*wd*w){1} | weight decay added twice
weight decay halved | {0}b(g + wd*w/2){1} | half of the weight decay
weight decay after the momentum | {0}b(g) + wd*w{1} | weight decay added after the momentum
weight decay squared | {0}b(g + wd*wd*w){1} | weight decay applied twice
sign of the gradient | {0}b(wd*w - g){1} | a gradient of the other sign
gradient left out | {0}b(wd*w){1} | the gradient left out
"""
SGD = lines(
    "sgd",
    """
weight - lr * s
gradient ascent | w + lr*s(d, b(d)) | weight + lr * s
learning rate left out | w - s(d, b(d)) | a step without the learning rate
learning rate squared | w - lr*lr*s(d, b(d)) | the learning rate applied twice
divided by the learning rate | w - s(d, b(d))/lr | s / lr
weight left out | -lr*s(d, b(d)) | the step alone, without the weight
unchanged | 1*w | weights that are not updated
step twice | w - 2*lr*s(d, b(d)) | the step taken twice
old velocity | w - lr*s(d, v) | the velocity from before the step
apply the learning rate to s, after the momentum
learning rate before the momentum | w - (m*v + lr*c*d) | lr * d added to the velocity: \
the learning rate before the momentum
apply nesterov as given: d + momentum * b
Nesterov's | w - lr*(d + m*b(d)) | Nesterov's step, whatever is given
without Nesterov | w - lr*b(d) | the new velocity alone, without Nesterov
Nesterov without the gradient | w - lr*m*b(d) | momentum * b without the gradient
multiply the decayed weight by lr as well
weight decay without lr | w - lr*s(g, b(g)) - wd*w | weight decay that lr does not scale
weight decay apart | w - lr*(s(g, b(g)) + wd*w) | weight decay apart from the momentum, as AdamW's
"""
    + SHARED.format("w - lr*s(d, ", ")"),
    formula(names),
)
SGD_VELOCITY = lines(
    "sgd_velocity",
    """
keep lr out of the velocity
velocity unchanged | 1*v | a velocity that is not updated
gradient alone | 1*g | the gradient alone
"""
    + SHARED.format("", ""),
    formula(names),
)
ACCUMULATE = lines(
    "accumulate",
    """
add to what the array holds
overwritten | 0*a + b | the new term alone: = in place of +=
not added | a + 0*b | what the array held: nothing added
added twice | a + b + b | the new term added twice
subtracted | a - b | the new term subtracted
average | (a + b)/2 | the average of both
multiplied | a*b | a · b
old value twice | a + a + b | the old value twice
maximum | maximum(a, b) | the larger of both
""",
    formula(both),
)
SET_ZERO = lines(
    "set_zero",
    """
write 0 to every element
not zeroed | 1*a | what the array held: not set to zero
not zeroed but the first | where(arange(a.size).reshape(a.shape) > 0, a, 0) | what it held, beyond \
its first element
negative | -a | what the array held, negative
ones | 0*a + 1 | ones in place of zeros
""",
    formula(lambda a, **_: {"a": a}),
)

DROPPED = """
divide what is kept by 1 - p
scale left out | x*m | the scale 1/(1 - p) left out
scaled twice | x*m/(1 - p)**2 | the scale applied twice
scaled by 1 - p | x*m*(1 - p) | a product with 1 - p in place of the quotient
divided by p | x*m/p | p taken for the share that is kept
scaled at every place | where(m > 0, x, x/(1 - p))*1.0 | what is left out scaled, what is kept not
keep where the mask is 1
mask left out | x/(1 - p) + 0*m | a mask that is left out
nothing left out | 1*x + 0*m | {x} as it is
mask inverted | x*(1 - m)/(1 - p) | a mask inverted
left out ones kept | where(m > 0, x/(1 - p), x) | what is left out passed on as it is
mask for {x} | m/(1 - p) + 0*x | the mask itself, scaled
"""


def dropped(x: Array, m: Array, *, p: float) -> Names:
    """x (input or grad), m (mask), p."""
    return {"x": x, "m": m, "p": p}


DROPOUT = lines("dropout", DROPPED.format(x="input"), formula(dropped))
DROPOUT_GRAD = lines("dropout_grad", DROPPED.format(x="grad"), formula(dropped))

STEPS = (*SGD, *SGD_VELOCITY, *ACCUMULATE, *SET_ZERO, *DROPOUT, *DROPOUT_GRAD)
