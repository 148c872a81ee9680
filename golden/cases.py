"""A case: a layer, attributes, shapes, a probe and a seed. One line of text, anywhere the same.

The operands may be a user's own arrays in place of a probe's.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clgold.reference import Chain, Question, SpecError, ask, find_chain
from clgold.reference.question import resolve
from clgold.reference.spec import Shape

from .case_line import WORDS, read_setting, split, words
from .case_values import lengths_text, whole
from .own_data import EXPECTED, file_stem, read_arrays
from .probes import FIRST, PROBES, probed
from .shapes import SHAPES

Array = np.ndarray

SEEDS = 2
PLAIN_PROBE = "real"  # where a line names none
OWN_DATA = "data"  # in place of a probe's name


@dataclass(frozen=True)
class Case:
    """Operands in the order of the layer or chain, None for those absent.

    data: where a user's own arrays stand; the probe is OWN_DATA then. str() is the line that
    replays it; parse_case reads it back.
    """

    layer: str
    probe: str
    shapes: tuple[Shape | None, ...]
    attributes: Mapping[str, Any]
    seed: int
    data: Path | None = None

    @property
    def chain(self) -> Chain:
        return find_chain(self.layer)

    @property
    def names(self) -> tuple[str, ...]:
        """The operands' names, of a chain those left open."""
        return self.chain.names(len(self.shapes))

    @property
    def operands(self) -> tuple[Array | None, ...]:
        """The float32 arrays, the same bits on every machine."""
        declared = self.chain.declared(len(self.shapes))
        if self.data is not None:
            arrays = read_arrays(self.data)
            return tuple(arrays.get(file_stem(name)) for name, _ in declared)
        return probed(self.probe, declared, self.seed, self.shapes)

    @property
    def expected(self) -> Array | None:
        """The output that a user expects of his own arrays, where it stands beside them."""
        found = None if self.data is None else read_arrays(self.data).get(EXPECTED)
        return found if found is None else found.astype(self.chain.dtype)

    @property
    def question(self) -> Question:
        """What the case asks, resolved; SpecError where that is nothing."""
        return ask(self.chain, self.operands, self.attributes)

    def call(self, function: Callable[..., Any], *before: Any) -> Any:
        """function(*before, *operands, **attributes)"""
        return function(*before, *self.operands, **self.attributes)

    def __str__(self) -> str:
        said = list(words(self.chain, self.shapes, self.attributes))
        if self.data is not None:
            operands = sum(shape is not None for shape in self.shapes)
            said = [*said[operands:], f"data={shlex.quote(str(self.data))}"]
        elif self.probe != PLAIN_PROBE:
            said.append(f"probe={self.probe}")
        return " ".join([self.layer, *said, *([f"seed={self.seed}"] if self.seed else [])])


def parse_case(line: str) -> Case:
    """The case that str() wrote, or a user; SpecError, as a sentence, for any other text."""
    layer, pairs = split(line)
    chain = find_chain(layer)
    given = {name: text for name, text in pairs if name in WORDS}
    pairs = [pair for pair in pairs if pair[0] not in given]
    data = Path(given["data"]) if "data" in given else None
    probe = given.get("probe", PLAIN_PROBE if data is None else OWN_DATA)
    if probe not in PROBES and (probe != OWN_DATA or data is None):
        raise SpecError(f"case {line!r}: probe {probe!r}, expected one of {', '.join(PROBES)}")
    if data is not None:
        pairs = [*shapes_in(chain, data), *pairs]
    shapes, attributes = read_setting(chain, pairs)
    resolve(chain, shapes, attributes)
    return Case(chain.name, probe, shapes, attributes, whole("seed", given.get("seed", "0")), data)


def shapes_in(chain: Chain, data: Path) -> list[tuple[str, str]]:
    """The operands that stand there, as words of a line."""
    arrays = read_arrays(data)
    if len(chain.layers) == 1 and chain.layers[0].variadic:
        numbered = chain.names(sum(name.startswith(chain.operands[0]) for name in arrays))
        found = [(chain.operands[0], file_stem(name)) for name in numbered]
    else:
        found = [(name, file_stem(name)) for name in chain.operands]
    expected = [*(name for _, name in found), EXPECTED]
    for name in arrays:
        if name not in expected:
            raise SpecError(f"data {data}: holds {name!r}, expected one of {', '.join(expected)}")
    return [(word, lengths_text(arrays[name].shape)) for word, name in found if name in arrays]


def fixed_cases(layer: str, seed: int = 0) -> list[Case]:
    """The fixtures: every awkward shape of a layer or chain with the first probes, SEEDS times."""
    return [
        Case(layer, probe, shapes, attributes, seed + number)
        for shapes, attributes in SHAPES.get(layer, ())
        for probe in FIRST
        for number in range(SEEDS)
    ]
