"""New fixtures in place of old ones, with a reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from clgold.reference.spec import InputError

from .check import selected
from .fixtures import specs
from .manifest import Change, Fixture, Manifest
from .produce import Made, computed_by
from .seals import SEALS
from .store import MANIFEST, Store, read
from .write import write


def read_or_none(folder: Path) -> Store:
    """The fixtures of a folder, none where it has no manifest."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    manifest = folder / MANIFEST
    if manifest.is_symlink() or manifest.exists():
        return read(folder)
    if (folder / SEALS).exists():
        said = "holds seals alone, as a wheel does; fixtures are regenerated in a checkout"
        raise InputError(f"{folder}: {said}, or in another folder with --fixtures")
    return Store(Manifest(), {})


def usable_reason(reason: str | None) -> str:
    """The reason as one line; InputError where there is none, or it cannot be printed."""
    line = " ".join((reason or "").split())
    if not line:
        raise InputError("regenerate: fixtures differ; say why with --reason, or undo the cause")
    if not line.isprintable():
        raise InputError("regenerate: --reason holds what cannot be printed")
    return line


def put(folder: Path, old: Store, made: Sequence[Made], only: str | None, change: Change) -> None:
    """Write the fixtures made, beside those old ones that the pattern does not select."""
    fixtures, outputs = kept(old, only)
    for one in made:
        fixtures[one.spec.identity] = one.fixture
        if one.fixture.stored:
            outputs[one.spec.identity] = one.output
    damaged = [name for name, one in fixtures.items() if one.stored and name not in outputs]
    if damaged:
        raise InputError(f"regenerate: {damaged[0]} is damaged too; leave out --only")
    order = [spec.identity for spec in specs()]
    manifest = Manifest(
        changes=(*old.manifest.changes, change),
        fixtures={name: fixtures[name] for name in order if name in fixtures},
    )
    write(folder, manifest, outputs)


def kept(old: Store, only: str | None) -> tuple[dict[str, Fixture], dict[str, np.ndarray]]:
    """The fixtures, and those of their outputs that are whole, that stay as they are."""
    if only is None:
        return {}, {}

    def others(values: Mapping[str, object]) -> list[str]:
        return [name for name in values if not selected(name, only)]

    return (
        {name: old.manifest.fixtures[name] for name in others(old.manifest.fixtures)},
        {name: old.outputs[name] for name in others(old.outputs)},
    )


def change_for(reason: str | None, count: int) -> Change:
    return Change(usable_reason(reason), count, computed_by())
