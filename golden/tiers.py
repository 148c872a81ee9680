"""The cases that `clgold verify LAYER` runs, tier by tier.

awkward    the fixtures' shapes and attributes with every probe
covering   settings in which any two things that a layer varies meet, each with exact data, where
           every difference shows, and with one other probe
plain      what most kernels in the world support, paired in the same way
large      more outputs than 16 bits count, sums longer than 16,384, an axis beyond 1024

The thorough suite has huge ones beside: more outputs than 24 bits count.
"""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from clgold.reference import Chain, Layer, find_chain
from clgold.reference.gradient import forward, setting
from clgold.reference.operands import ANY, AXES, Setting

from .cases import PLAIN_PROBE, Case, fixed_cases
from .covering import covering
from .levels import DIMS, LENGTHS, SUMMED, TAPS, Levels, axis_names, varied
from .probes import FIRST, PROBES
from .settings import Values, chain_setting
from .shapes import SHAPES

OTHERS = tuple(probe for probe in PROBES if probe != "exact")
LONG, MANY, DEEP = 1025, 66, 16_400  # LONG · MANY > 65,536
HUGE = 4099  # HUGE · HUGE > 2²⁴
MOST_WORK = 2**30  # of a huge case, counted in products: seconds


def judged_cases(layer: str, seed: int = 0) -> list[Case]:
    """The cases of every tier of a layer or chain; SpecError where there is no such chain."""
    find_chain(layer)
    late = [probe for probe in PROBES if probe not in FIRST]
    return [
        *fixed_cases(layer, seed),
        *(
            Case(layer, probe, *one, seed + number)
            for number, one in enumerate(SHAPES.get(layer, ()))
            for probe in late
        ),
        *paired(layer, covering(layer), seed),
        *plain_cases(layer, seed),
        *paired(layer, large(layer), seed),
    ]


def plain_cases(layer: str, seed: int = 0) -> list[Case]:
    """Those of the plain tier; SpecError where there is no such layer or chain."""
    find_chain(layer)
    return [*paired(layer, covering(layer, plain=True), seed)]


def paired(
    layer: str, settings: tuple[Setting, ...], seed: int, probes: Sequence[str] = ()
) -> Iterator[Case]:
    """Each setting with exact data and, in turn, one other probe; or with all of these probes."""
    for number, one in enumerate(settings):
        for probe in probes or ("exact", OTHERS[number % len(OTHERS)]):
            yield Case(layer, probe, *one, seed + number)


def large(name: str) -> tuple[Setting, ...]:
    """Two settings of a layer or chain: with many outputs and a long axis, and with long sums."""
    chain = find_chain(name)
    of = forward(chain)
    if of is not None:
        return tuple(setting(chain.layers[0], *one) for one in large(of.name))
    usual = {key: key.endswith(" given") or few(levels) for key, levels in varied(chain).items()}
    first = chain.layers[0]
    dims = {key: -1 for key in usual if varied(chain)[key] is DIMS}
    chosen = (wide(first, usual) | dims, deep(chain, usual))
    made = [chain_setting(chain, usual | values) for values in chosen if values]
    return tuple(one[0] for one in made if one is not None)


def huge(name: str) -> list[Case]:
    """A case with more than 2²⁴ outputs, of a layer that only moves or maps; none of others."""
    chain = find_chain(name)
    if len(chain.layers) > 1 or forward(chain) is not None or chain.layers[0].honest:
        return []
    levels = varied(chain)
    usual = {key: key.endswith(" given") or one[0][0] for key, one in levels.items()}
    made = chain_setting(chain, usual | wide(chain.layers[0], usual, HUGE, HUGE))
    if made is None or made[1] > MOST_WORK:
        return []
    outputs = prod(chain.layers[0].out_shape(*made[0][0], **made[0][1]))
    return [Case(name, PLAIN_PROBE, *made[0], seed=0)] if outputs > 2**24 else []


def few(levels: Levels) -> Any:
    """Three of what is counted, else the first value."""
    return 3 if levels in (LENGTHS, SUMMED, TAPS) else levels[0][0]


def wide(layer: Layer, usual: Values, many: int = MANY, long: int = LONG) -> dict[str, Any]:
    """`long` for the last axis that the layer leaves open, `many` for the one before."""
    head, layout = f"{layer.name}: ", layer.operands[0].layouts[-1]
    axes = [
        {"OH": "SY", "OW": "SX"}.get(n, n) if "SY" in axis_names(layer) else n
        for n in layer.output.split()
    ]
    known = sum(head + n in usual for n in axes)
    if any(head + n not in usual and not n.isdigit() for n in axes if n != ANY):
        known = 0
    if axes != [ANY] and known < 2:  # the output has no two axes that are the layer's own
        axes = list(layout)
    last = [f"{ANY}0", f"{ANY}1"] if axes == [ANY] else [n.replace(ANY, f"{ANY}0") for n in axes]
    before, behind = [name for name in last if head + name in usual][-2:]
    found = {before: many, behind: long, "rank": len(last)}
    found[f"{layer.operands[0].name} layout"] = len(layer.operands[0].layouts) - 1
    if "SY" in last or "SX" in last:  # each place has weights of its own
        found |= {name: 1 for name in axis_names(layer) if AXES.get(name, "").startswith("kernel")}
    return {head + name: value for name, value in found.items()}


def deep(chain: Chain, usual: Values) -> dict[str, Any]:
    """DEEP products to add up; nothing where no axis of the first layer's decides on that."""
    first, head = chain.layers[0], f"{chain.layers[0].name}: "
    summed = [n for n in first.sums.split() if AXES.get(n) and head + n in usual]
    if not summed and len(chain.layers) > 1 and head + f"{ANY}0" in usual:
        summed = [f"{ANY}0"]
    return {head + name: 1 if k else DEEP for k, name in enumerate(summed)}
