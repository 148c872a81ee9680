"""Every cause, layer by layer: those with a good name first, then what else follows from axes."""

from collections.abc import Iterable
from dataclasses import replace

from clgold.reference import LAYERS, Layer

from . import byhand
from .axes import place
from .cause import OUTPUT, Cause, Row, table
from .formulas_batches import BATCHES
from .formulas_gradients import GRADIENTS
from .formulas_grids import GRID
from .formulas_losses import LOSSES
from .formulas_norm_gradients import NORM_GRADIENTS
from .formulas_normalisation import BATCH_NORM, RESPONSE
from .formulas_places import PLACES
from .formulas_pool_gradients import POOL_GRADIENTS
from .formulas_pools import AVG_POOL, LP_POOL, MAX_POOL
from .formulas_rows import ARGMAX, LOG_SOFTMAX, SOFTMAX
from .formulas_sampler_gradients import SAMPLER_GRADIENTS
from .formulas_samples import NEAREST, SAMPLING
from .formulas_steps import STEPS
from .formulas_values import VALUES
from .gradients import gradient_rows
from .operands import derived_rows
from .outputs import output_moves, tile_rows, written
from .usual import names
from .windows import window_causes

FORMULAS: tuple[Cause, ...] = (
    *(*MAX_POOL, *AVG_POOL, *LP_POOL, *VALUES, *GRADIENTS, *STEPS),
    *(*POOL_GRADIENTS, *NORM_GRADIENTS, *BATCHES),
    *(*BATCH_NORM, *RESPONSE, *GRID, *NEAREST, *PLACES, *SAMPLING),
    *SAMPLER_GRADIENTS,
    *(*ARGMAX, *SOFTMAX, *LOG_SOFTMAX, *LOSSES),
)
BY_HAND: dict[str, tuple[Row, ...]] = {
    "conv2d": (*byhand.GROUPS, *byhand.BIAS),
    "linear": byhand.BIAS[:-1],
    "local2d": (*tile_rows(),),
    "concat": byhand.JOINED,
    "softmax": byhand.FLATTENED,
    "log_softmax": byhand.FLATTENED,
}


def causes_of(layer: Layer) -> tuple[Cause, ...]:
    """Every cause of one layer; where two have the same name, the first."""
    of = layer.gradient[0].name if layer.gradient else ""
    tables = (layer.name, of, "pools" if "kernel_size" in layer.attributes else "", "any")
    derived = named(layer.name, derived_rows(layer), tables)
    narrowed = () if layer.honest or layer.choices else table(layer.name, *byhand.NARROWED)
    every = [
        *table(layer.name, *BY_HAND.get(layer.name, ()), *gradient_rows(layer)),
        *(one for one in derived if one.usual),
        *table(layer.name, *(byhand.STARTS if layer.honest else ())),
        *(one for one in FORMULAS if one.layer == layer.name),
        *(window_causes(layer) if "stride" in layer.attributes and not layer.gradient else ()),
        *(one for one in derived if not one.usual),
        *(replace(one, usual=False) for one in narrowed),
    ]
    unique: dict[str, Cause] = {}
    for one in every:
        unique.setdefault(one.name, one)
    return tuple(unique.values())


def named(layer: str, found: Iterable[Row], tables: Iterable[str]) -> list[Cause]:
    """Causes of moves: those with a good name first, in the order of these."""
    good = names(*tables)
    causes = {}
    for key, says, change, compute in found:
        usual = key in good or ":" not in key
        name, words = good.get(key, (key if usual else says, ""))
        causes[key] = Cause(name, layer, f"matches {words or says}", change, compute, usual)
    first = [causes[key] for key in good if key in causes]
    rest = [cause for key, cause in causes.items() if key not in good]
    return first + sorted(rest, key=lambda cause: not cause.usual)


def output_causes() -> tuple[Cause, ...]:
    """What may become of any layer's output."""
    change = f"index the output as {place(tuple('NCHW'))}"
    found = [
        (f"output: {move.key}", move.says, change, written(move.change)) for move in output_moves()
    ]
    derived = named(OUTPUT, found, ["output"])
    usual = [cause for cause in derived if cause.usual]
    others = table(OUTPUT, *byhand.RESULTS, *byhand.ROUNDED)
    return (*usual, *others, *derived[len(usual) :])


def gives_numbers(layer: Layer) -> bool:
    """A layer whose answer is a choice comes first: of two that explain a chain it is the one."""
    return layer.choices is None


def biased(layer: Layer) -> bool:
    """Whether sums of nothing leave a bias."""
    return bool(layer.honest) and layer.operands[-1].values == "offset"


def adds(layer: Layer) -> bool:
    """Whether it adds numbers of any sign: a ReLU may be its next step, taken too early. None comes
    after a gradient, a loss or a statistic.
    """
    first, *more = layer.operands
    others = first.name != "grad" and all(o.role not in ("coordinate", "label") for o in more)
    return others and any(one.role != "statistic" for one in more)


CAUSES: tuple[Cause, ...] = (
    *table(OUTPUT, byhand.ZEROS),
    *(cause for layer in LAYERS if biased(layer) for cause in table(layer.name, byhand.NOTHING)),
    *(cause for layer in sorted(LAYERS, key=gives_numbers) for cause in causes_of(layer)),
    *(cause for layer in LAYERS if adds(layer) for cause in table(layer.name, byhand.RECTIFIED)),
    *output_causes(),
)
