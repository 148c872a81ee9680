"""Which of the many mutants are tried: the same ones on every machine."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clgold.device.programs import KERNELS
from clgold.reference.generator import raw_bits

from .edit import Edit
from .edits import edits
from .tokens import Function, functions

# What no layer runs: what drivers are tried and measured with.
OTHERS = ("gate_float16.cl", "measure.cl", "peak.cl", "relayout.cl")
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
SURVIVORS = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Mutant:
    """A file of kernels/ with another text. `name` says which edit it is, in the file's words."""

    file: str
    function: str
    kind: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def files() -> list[Path]:
    """The kernel files, in order."""
    found = sorted([*KERNELS.glob("*.cl"), *KERNELS.glob("*.h")])
    return [path for path in found if path.name not in OTHERS]


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of a file, none twice and none that is our own text."""
    text, found = path.read_text(encoding="utf-8"), {}
    for function in functions(text):
        for edit in edits(text, function):
            changed = apply(text, function, edit)
            words = "".join(changed.split())
            name = f"{function.name}: {lines(text, edit)}"
            found.setdefault(words, Mutant(path.name, function.name, edit.kind, name, changed))
    found.pop("".join(text.split()), None)
    return numbered(list(found.values()))


def apply(text: str, function: Function, edit: Edit) -> str:
    changed = text[: edit.start] + edit.new + text[edit.end :]
    place = function.tokens[0].start
    return changed[:place] + edit.before + changed[place:]


def lines(text: str, edit: Edit) -> str:
    """The edited lines, before and after."""
    begin = text.rfind("\n", 0, edit.start) + 1
    stop = text.find("\n", edit.end)
    before, after = text[begin:stop], text[begin : edit.start] + edit.new + text[edit.end : stop]
    one, two = (re.sub(r"\s+", " ", part).strip() for part in (before, after))
    return f"{one} → {two or '(nothing)'}"


def numbered(mutants: Sequence[Mutant]) -> list[Mutant]:
    """The same, where edits of several lines that look alike are told apart by a number."""
    seen: dict[str, int] = {}
    result = []
    for one in mutants:
        seen[one.name] = seen.get(one.name, 0) + 1
        name = one.name if seen[one.name] == 1 else f"{one.name} #{seen[one.name]}"
        result.append(Mutant(one.file, one.function, one.kind, name, one.text))
    return result


def choose(mutants: Sequence[Mutant], most: int, seed: int) -> list[Mutant]:
    """At most that many, of every kind in turn, in an order that the seed decides."""
    words = {one: int(raw_bits(seed, str(one), 1)[0]) for one in mutants}
    kinds: dict[str, list[Mutant]] = {}
    for one in sorted(mutants, key=words.__getitem__):
        kinds.setdefault(one.kind.split()[0], []).append(one)
    turns = [
        one for turn in range(most) for kind in sorted(kinds) for one in kinds[kind][turn:][:1]
    ]
    return turns[:most]


def listed(file: Path) -> dict[str, str]:
    """The reason of each mutant in a list, by its str()."""
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return {f"{name}: {one}": why for name, group in found.items() for one, why in group.items()}
