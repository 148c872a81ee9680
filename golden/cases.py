"""A case: a layer, attributes, shapes, a probe and a seed. One line of text, anywhere the same."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.reference import Chain, SpecError, find_chain
from clgold.reference.spec import Shape

from .probes import PROBES, fill
from .shapes import SHAPES

Array = np.ndarray

SEEDS = 2


@dataclass(frozen=True)
class Case:
    """Operands in the order of the layer or chain, None for those absent.

    str() is the line that replays it; parse_case reads it back.
    """

    layer: str
    probe: str
    shapes: tuple[Shape | None, ...]
    attributes: Mapping[str, Any]
    seed: int

    @property
    def chain(self) -> Chain:
        return find_chain(self.layer)

    @property
    def names(self) -> tuple[str, ...]:
        """The operands' names, of a chain those left open."""
        first, *others = self.chain.layers
        return self.chain.operands if others else first.names(len(self.shapes))

    @property
    def operands(self) -> tuple[Array | None, ...]:
        """The float32 arrays, the same bits on every machine."""
        return tuple(
            None if shape is None else fill(self.probe, name, self.seed, shape)
            for name, shape in zip(self.names, self.shapes, strict=True)
        )

    def call(self, function: Callable[..., Any], *before: Any) -> Any:
        """function(*before, *operands, **attributes)"""
        return function(*before, *self.operands, **self.attributes)

    def __str__(self) -> str:
        return f"{self.layer} {self.probe} {self.seed} {self.shapes!r} {dict(self.attributes)!r}"


def parse_case(line: str) -> Case:
    """The case that str() wrote; SpecError, as a sentence, for any other text."""
    try:
        layer, probe, seed, rest = line.strip().split(" ", 3)
        cut = rest.index("{")
        shapes, attributes = ast.literal_eval(rest[:cut].strip()), ast.literal_eval(rest[cut:])
        case = Case(layer, probe, tuple(shapes), dict(attributes), int(seed))
    except (ValueError, SyntaxError, TypeError):
        raise SpecError(
            f"case {line!r}: expected 'LAYER PROBE SEED (SHAPES) {{ATTRIBUTES}}'"
        ) from None
    if case.probe not in PROBES:
        raise SpecError(f"case {line!r}: probe {probe!r}, expected one of {', '.join(PROBES)}")
    find_chain(case.layer)
    return case


def fixed_cases(layer: str, seed: int = 0) -> list[Case]:
    """Every awkward shape of the layer or chain with every probe, SEEDS times."""
    return [
        Case(layer, probe, shapes, attributes, seed + number)
        for shapes, attributes in SHAPES[layer]
        for probe in PROBES
        for number in range(SEEDS)
    ]
