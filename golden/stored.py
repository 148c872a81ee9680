"""The stored fixtures as cases for tests: inputs made here, outputs as they were recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from clgold.reference.spec import InputError

from .cases import Case, parse_case
from .check import unsealed
from .fixtures import TRACED, specs
from .produce import make
from .store import FOLDER, Store, group_of, read


@dataclass(frozen=True)
class StoredCase:
    """A case with its layer or chain, operands and attributes, and the output on disk.

    expected is float32, int64 of a class index; to a kernel, as to the reference, it is a promise.
    """

    name: str
    case: Case
    expected: np.ndarray


def stored_cases(layer: str | None = None, folder: Path = FOLDER) -> Iterator[StoredCase]:
    """Those of a layer or chain, or all; InputError if the fixtures are damaged.

    Where there are seals alone the outputs are computed, and are what was sealed.
    """
    store = whole(folder)
    if store.seals:
        yield from made_anew(store.seals, layer)
        return
    networks = {network.name for network in TRACED}
    for name, fixture in store.manifest.fixtures.items():
        group = group_of(fixture.case)
        if fixture.stored and group not in networks and layer in (None, group):
            yield StoredCase(name, parse_case(fixture.case), store.outputs[name])


def made_anew(seals: Sequence[bytes], layer: str | None) -> Iterator[StoredCase]:
    sources = ((spec, spec.source) for spec in specs())
    cases = {
        spec.identity: (spec, source)
        for spec, source in sources
        if isinstance(source, Case) and layer in (None, source.layer)
    }
    made = make([spec for spec, _ in cases.values()])
    for wrong in unsealed(seals, made):
        raise InputError(f"{FOLDER}: {wrong.name} {wrong.problem}")
    for one, (_, case) in zip(made, cases.values(), strict=True):
        if one.fixture.stored:
            yield StoredCase(one.spec.identity, case, one.output)


@lru_cache(maxsize=2)
def whole(folder: Path) -> Store:
    store = read(folder)
    if store.damage:
        first = store.damage[0]
        raise InputError(f"{folder}: {first.name}: {first.problem}")
    return store
