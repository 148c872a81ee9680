"""batch_norm under other conventions."""

from collections.abc import Callable

import numpy as np

from clgold.reference import Enclosure
from clgold.reference.layer import Array

from .cause import Cause, Link, Recompute, table
from .wrongly import again

# x, mean, variance, γ, β, eps → the five operands that give the wrong result with eps 0
Change = Callable[..., tuple[Array, ...]]


def statistics(change: Change) -> Recompute:
    """The layer with other statistics, and an eps that is already in the variance."""

    def recompute(link: Link) -> Enclosure:
        x, mean, variance, gamma, beta = link.operands
        assert x is not None
        assert mean is not None
        assert variance is not None
        g, b = (
            np.full_like(mean.value, absent) if one is None else one.value
            for one, absent in ((gamma, 1.0), (beta, 0.0))
        )
        given = x.value, mean.value, variance.value, g, b, link.attributes["eps"]
        values, *others = change(*given)
        return again(link, Enclosure(values, x.bound), *map(Enclosure, others), eps=0.0)

    return recompute


def gamma_and_beta(link: Link) -> Enclosure:
    """γ and β exchanged; an absent one is 1 as a factor, 0 as a shift."""
    *others, gamma, beta = link.operands
    return again(link, *others, beta, gamma)


def with_eps(eps: float) -> Recompute:
    """Another library's eps."""
    return lambda link: again(link, eps=eps)


def variance(change: Callable[[Array, float], Array]) -> Recompute:
    """Something else than σ² + eps under the root."""
    return statistics(lambda x, m, v, g, b, e: (x, m, change(v, e), g, b))


def of_the_batch(x: Array, m: Array, v: Array, g: Array, b: Array, e: float) -> tuple[Array, ...]:
    """The statistics of the input itself, as in training."""
    axes = (0, *range(2, x.ndim))
    return x, x.mean(axis=axes), x.var(axis=axes) + e, g, b


def unbiased(link: Link) -> Enclosure | None:
    """σ² multiplied by n/(n − 1), n the values of a channel."""
    assert link.operands[0] is not None
    x = link.operands[0].value
    count = x.size // x.shape[1]
    if count < 2:
        return None
    return variance(lambda v, e: v * count / (count - 1) + e)(link)


GIVEN = "use the eps that is given"
ROOT = "divide by sqrt(variance + eps)"
PLACES = "gamma * (x - mean) / sqrt(variance + eps) + beta"
BATCH_NORM: tuple[Cause, ...] = table(
    "batch_norm",
    (
        "eps outside the root",
        "eps added to the root in place of the variance",
        "divide by sqrt(variance + eps), not by sqrt(variance) + eps",
        variance(lambda v, e: (np.sqrt(v) + e) ** 2),
    ),
    ("eps 1e-3", "eps 1e-3, another library's default", GIVEN, with_eps(1e-3)),
    ("eps 1e-5", "eps 1e-5, a library's default", GIVEN, with_eps(1e-5)),
    ("eps left out", "eps left out", ROOT, with_eps(0.0)),
    ("eps 1e-4", "eps 1e-4", GIVEN, with_eps(1e-4)),
    ("eps 1e-6", "eps 1e-6", GIVEN, with_eps(1e-6)),
    ("eps 1e-2", "eps 1e-2", GIVEN, with_eps(1e-2)),
    ("eps 2e-5", "eps 2e-5", GIVEN, with_eps(2e-5)),
    ("eps 1e-7", "eps 1e-7", GIVEN, with_eps(1e-7)),
    ("eps 1e-8", "eps 1e-8", GIVEN, with_eps(1e-8)),
    ("eps 1e-12", "eps 1e-12", GIVEN, with_eps(1e-12)),
    ("eps twice", "eps added twice", GIVEN, variance(lambda v, e: v + 2 * e)),
    ("eps squared", "the square of eps", GIVEN, variance(lambda v, e: v + e * e)),
    ("eps subtracted", "eps subtracted", GIVEN, variance(lambda v, e: v - e)),
    (
        "eps as a floor",
        "the larger of variance and eps",
        ROOT,
        variance(lambda v, e: np.maximum(v, e)),
    ),
    (
        "gamma and beta exchanged",
        "gamma and beta exchanged",
        PLACES,
        gamma_and_beta,
    ),
    (
        "mean and variance exchanged",
        "mean and variance exchanged",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, v, m + e, g, b)),
    ),
    (
        "mean and beta exchanged",
        "mean and beta exchanged",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, b, v + e, g, m)),
    ),
    (
        "variance and gamma exchanged",
        "variance and gamma exchanged",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, g + e, v, b)),
    ),
    (
        "root forgotten",
        "a division by the variance, without the root",
        ROOT,
        variance(lambda v, e: (v + e) ** 2),
    ),
    (
        "variance taken for the inverse",
        "the variance as a factor",
        ROOT,
        variance(lambda v, e: 1 / v**2),
    ),
    (
        "root for its reciprocal",
        "a factor sqrt(variance + eps) in place of a division by it",
        ROOT,
        variance(lambda v, e: 1 / (v + e)),
    ),
    (
        "variance squared",
        "a standard deviation squared: the variance's square plus eps",
        ROOT,
        variance(lambda v, e: v * v + e),
    ),
    ("root twice", "the root taken twice", ROOT, variance(lambda v, e: np.sqrt(v + e))),
    ("not divided", "x - mean that is not divided", ROOT, variance(lambda v, e: np.ones_like(v))),
    (
        "unbiased variance",
        "a variance multiplied by n/(n - 1)",
        "use the running variance as it is",
        unbiased,
    ),
    (
        "statistics of the batch",
        "mean and variance of the input itself, as in training",
        "use the running statistics",
        statistics(of_the_batch),
    ),
    (
        "gamma left out",
        "gamma left out",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, v + e, np.ones_like(g), b)),
    ),
    (
        "beta left out",
        "beta left out",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, v + e, g, np.zeros_like(b))),
    ),
    (
        "gamma and beta left out",
        "gamma and beta left out",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, v + e, np.ones_like(g), np.zeros_like(b))),
    ),
    (
        "mean left out",
        "a mean that is not subtracted",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, np.zeros_like(m), v + e, g, b)),
    ),
    (
        "mean added",
        "a mean that is added",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, -m, v + e, g, b)),
    ),
    (
        "beta subtracted",
        "a beta that is subtracted",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, v + e, g, -b)),
    ),
    (
        "gamma divides",
        "a division by gamma",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, v + e, 1 / g, b)),
    ),
    (
        "beta scaled too",
        "beta added before the scaling",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, v + e, g, b * g / np.sqrt(v + e))),
    ),
    (
        "beta times gamma",
        "gamma applied to beta too",
        PLACES,
        statistics(lambda x, m, v, g, b, e: (x, m, v + e, g, b * g)),
    ),
    (
        "mean not scaled",
        "a mean subtracted after the scaling",
        "fold the mean into the shift as beta - mean * scale",
        statistics(lambda x, m, v, g, b, e: (x, np.zeros_like(m), v + e, g, b - m)),
    ),
)
