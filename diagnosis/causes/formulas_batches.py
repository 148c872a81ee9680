"""Batch normalisation in training, its running statistics and gradients, by other formulas."""

from typing import Any

import numpy as np

from clgold.reference.layer import Array

from .formulas import Names, lines
from .formulas_losses import over
from .formulas_norm_gradients import by_channel


def moments(x: Array, eps: float) -> dict[str, Any]:
    """x, m (mean), v (biased variance), s = 1/√(v + eps), all broadcast with x; e is eps.

    n is how many values a channel has, images how many the batch; less(n) is n − 1, or 1. mean_ and
    var_ with i: of each image's channel, l: of each image, b: of each place, a: of everything.
    """
    places = tuple(range(2, x.ndim))
    channel = (0, *places)
    known: dict[str, Any] = {"x": x, "e": eps, "n": x.size // x.shape[1], "images": len(x)}
    several = {
        "": channel,
        "_i": places,
        "_l": (1, *places),
        "_b": (0,),
        "_a": (0, *channel[1:], 1),
    }
    for name, axes in several.items():
        known[f"mean{name}"] = x.mean(axis=axes, keepdims=True)
        known[f"var{name}"] = x.var(axis=axes, keepdims=True)
    known |= {"m": known["mean"], "v": known["var"], "less": lambda n: max(n - 1, 1)}
    known["s"] = 1 / np.sqrt(known["v"] + eps)
    known["total"] = lambda a: a.sum(axis=channel, keepdims=True)
    known["flat"] = lambda a: np.broadcast_to(a, (1, x.shape[1], *(1,) * len(places))).reshape(-1)
    return known


def train_names(x: Array, g: Array | None, b: Array | None, *, eps: float) -> Names:
    """Those of `moments`; g (weight), b (bias) by channel."""
    shift = by_channel(np.zeros(x.shape[1]) if b is None else b, x)
    return moments(x, eps) | {"g": by_channel(g, x), "b": shift}


BATCH_NORM_TRAIN = lines(
    "batch_norm_train",
    """
divide the squares by how many values there are, not by one less
unbiased variance | (x - m)*g/sqrt(v*n/less(n) + e) + b | a variance over n - 1
divide by sqrt(variance + eps), not by sqrt(variance) + eps
eps outside the root | (x - m)*g/(sqrt(v) + e) + b | eps added to the root
take mean and variance over all images and places of a channel
each image by itself | (x - mean_i)*g/sqrt(var_i + e) + b | each image's own mean and variance
all channels of an image | (x - mean_l)*g/sqrt(var_l + e) + b | the mean and variance of all \
channels of an image
each place by itself | (x - mean_b)*g/sqrt(var_b + e) + b | a mean and variance for each place
all channels | (x - mean_a)*g/sqrt(var_a + e) + b | the mean and variance of all channels
subtract the mean before squaring
mean not subtracted from squares | (x - m)*g/sqrt(v + m*m + e) + b | E[x^2] as the variance
gamma * (x - mean) / sqrt(variance + eps) + beta
mean left out | x*g*s + b | a mean that is not subtracted
mean added | (x + m)*g*s + b | a mean that is added
mean not divided | (x - m*n)*g*s + b | the sum in place of the mean
squares not divided | (x - m)*g/sqrt(v*n + e) + b | the sum of squares in place of their mean
root forgotten | (x - m)*g/(v + e) + b | a division by the variance, without the root
not divided | (x - m)*g + b | x - mean that is not divided
root for its reciprocal | (x - m)*g/s + b | a product with sqrt(variance + eps)
gamma left out | (x - m)*s + b | gamma left out
beta left out | (x - m)*g*s | beta left out
beta subtracted | (x - m)*g*s - b | a beta that is subtracted
gamma divides | (x - m)/g*s + b | a division by gamma
beta scaled too | (x - m + b)*g*s | beta added before the scaling
beta times gamma | (x - m)*g*s + b*g | gamma applied to beta too
left out | 1*x | the input itself
""",
    over(train_names),
)


def running_names(x: Array, r: Array | None, *, momentum: float, unbiased: bool = False) -> Names:
    """m (mean), v (variance as asked), n; r the old value, 0 where there is none; k is momentum.

    step(new) takes a new value in as is right; fold is what makes v of the biased variance.
    """
    known = moments(x, 0.0)
    flat, n = known["flat"], known["n"]
    old = np.zeros(x.shape[1]) if r is None else r
    v = flat(known["v"]) * (n / max(n - 1, 1) if unbiased else 1.0)

    def step(new: Array, k: float = momentum) -> Array:
        return new if r is None else (1 - k) * old + k * new

    some = {"m": flat(known["m"]), "v": v, "n": n, "r": old, "k": momentum, "step": step}
    return some | {"fold": n / max(n - 1, 1) if unbiased else 1.0}


TAKEN_IN = """
momentum is the weight of the new value
momentum of the old value | step({0}, 1 - k) | momentum as the weight of the old value, as Keras'
old value left out | 1*{0} | the new value alone
not updated | 1*r | the old value: not updated
old value not weighted | r + k*{0} | the old value not multiplied by 1 - momentum
new value not weighted | (1 - k)*r + {0} | the new value not multiplied by momentum
momentum twice | step({0}, k*k) | momentum applied twice
new value subtracted | (1 - k)*r - k*{0} | the new value subtracted
"""
RUNNING_MEAN = lines(
    "batch_norm_running_mean",
    TAKEN_IN.format("m")
    + """
divide the sum by how many values a channel has
sum for mean | step(m*n) | a sum in place of the mean
""",
    over(running_names),
)
RUNNING_VAR = lines(
    "batch_norm_running_var",
    TAKEN_IN.format("v")
    + """
divide the squares by how many values a channel has, or one less
squares not divided | step(v*(n - 1 if fold > 1 else n)) | a sum of squares in place of the variance
root taken | step(sqrt(v)) | a standard deviation in place of the variance
subtract the mean before squaring
mean not subtracted | step(v + m*m*fold) | squares from which no mean is subtracted
""",
    over(running_names),
)


def weight_names(g: Array, x: Array, *, eps: float) -> Names:
    """Those of `moments`; g (grad); sums(a) adds a up by channel, flat(a) lays a channel's out."""
    known = moments(x, eps)
    return known | {"g": g, "sums": lambda a: known["flat"](known["total"](a))}


WEIGHT_GRAD = lines(
    "batch_norm_train_weight_grad",
    """
add up g * (x - mean) / sqrt(variance + eps)
mean not subtracted | sums(g*x*s) | sums of g x: the mean not subtracted
mean added | sums(g*(x + m)*s) | the mean added
not divided | sums(g*(x - m)) | sums that are not divided by the root
root forgotten | sums(g*(x - m)/(v + e)) | sums over (variance + eps), without the root
multiplied by the root | sums(g*(x - m)/s) | sums times the root
sums of g | sums(g) | sums of g alone: the bias's gradient
x left out | sums(g*s) | sums of g over the root
mean for sum | sums(g*(x - m)*s)/n | a mean in place of the sum
divided by the images | sums(g*(x - m)*s)/images | sums divided by the number of images
divide the squares by how many values there are, not by one less
unbiased variance | sums(g*(x - m)/sqrt(v*n/less(n) + e)) | a variance over n - 1
divide by sqrt(variance + eps), not by sqrt(variance) + eps
eps outside the root | sums(g*(x - m)/(sqrt(v) + e)) | eps added to the root
take mean and variance over all images and places of a channel
each image by itself | sums(g*(x - mean_i)/sqrt(var_i + e)) | each image's own mean and variance
""",
    over(weight_names),
)


def input_names(g: Array, x: Array, w: Array | None, *, eps: float) -> Names:
    """Those of `moments`; g (grad), w (weight) by channel, h = (x − m)·s; av(a) is a's mean."""
    known = moments(x, eps)
    known |= {"g": g, "w": by_channel(w, x), "h": (x - known["m"]) * known["s"]}
    known["each"] = lambda a: a.mean(axis=tuple(range(2, x.ndim)), keepdims=True)
    return known | {"av": lambda a: known["total"](a) / known["n"]}


INPUT_GRAD = lines(
    "batch_norm_train_input_grad",
    """
subtract mean(g) and xh * mean(g * xh): mean and variance depend on x
statistics constant | w*s*g + 0*x | g * weight * s: the statistics taken for constants
mean of g left out | w*s*(g - h*av(g*h)) | the mean of g left out
product left out | w*s*(g - av(g)) | the term with xh left out
sums for means | w*s*(g - total(g) - h*total(g*h)) | sums in place of the means
sum of g for its mean | w*s*(g - total(g) - h*av(g*h)) | a sum of g in place of its mean
sum of products for their mean | w*s*(g - av(g) - h*total(g*h)) | a sum of products in place of \
their mean
means of the images | w*s*(g - (total(g) + h*total(g*h))/images) | sums divided by the images alone
means of each image | w*s*(g - each(g) - h*each(g*h)) | each image's own means
product added | w*s*(g - av(g) + h*av(g*h)) | the term with xh added
mean of g added | w*s*(g + av(g) - h*av(g*h)) | the mean of g added
x not normalised | w*s*(g - av(g) - (x - m)*av(g*(x - m))) | x - mean in place of xh
x not normalised once | w*s*(g - av(g) - (x - m)*av(g*h)) | x - mean in place of xh, before the mean
x not centred | w*s*(g - av(g) - x*s*av(g*x*s)) | x in place of x - mean
multiply by weight * s
weight left out | s*(g - av(g) - h*av(g*h)) | the weight left out
weight twice | w*w*s*(g - av(g) - h*av(g*h)) | the weight applied twice
scale left out | w*(g - av(g) - h*av(g*h)) | s left out
root forgotten | w*s*s*(g - av(g) - h*av(g*h)) | a division by (variance + eps), without the root
divided by s | w/s*(g - av(g) - h*av(g*h)) | a product with sqrt(variance + eps)
divided by the weight | s/w*(g - av(g) - h*av(g*h)) | a division by the weight
divided by the values | w*s*(g - av(g) - h*av(g*h))/n | the gradient divided by the channel's values
not divided by the values | w*s*(g - av(g) - h*av(g*h))*n | the gradient times the channel's values
derivative left out | 1*g + 0*x | the gradient itself: the derivative left out
""",
    over(input_names),
)
BATCHES = (*BATCH_NORM_TRAIN, *RUNNING_MEAN, *RUNNING_VAR, *WEIGHT_GRAD, *INPUT_GRAD)
