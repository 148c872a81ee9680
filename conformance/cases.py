"""A case: a layer, attributes, shapes, a probe and a seed. One line of text, anywhere the same."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.reference import Chain, SpecError, find_chain
from clgold.reference.spec import Shape

from .check import check
from .compare import Comparison
from .probes import PROBES, fill
from .vacuous import why_vacuous

Array = np.ndarray


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
    def operands(self) -> tuple[Array | None, ...]:
        """The float32 arrays, the same bits on every machine."""
        chain = self.chain
        names = chain.operands
        if len(chain.layers) == 1:
            names = chain.layers[0].names(len(self.shapes))
        return tuple(
            None if shape is None else fill(self.probe, name, self.seed, shape)
            for name, shape in zip(names, self.shapes, strict=True)
        )

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


def run_case(session: Session | Worker, variant: Variant, case: Case) -> Comparison:
    """The verdict on a variant; vacuous where it passes a case that could not have failed it."""
    arrays = case.operands
    names = case.chain.operands or ()
    operands = tuple(
        None if values is None else session.upload(f"operand {place}", values)
        for place, values in enumerate(arrays)
    )
    checked = check(session, variant, case.chain, operands, case.attributes)
    found = checked.comparison
    if found.verdict != "pass":
        return found
    last = checked.expected[case.chain.layers[-1].name]
    why = why_vacuous(dict(zip(names, arrays, strict=False)), last)
    return replace(found, verdict="vacuous", message=why) if why else found
