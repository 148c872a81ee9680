"""The fixtures on disk: a manifest beside a folder of archives, read with distrust."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clgold.reference.spec import InputError

from .archive import digest, read_bytes, read_npz
from .manifest import Manifest
from .parse import parse, read_text
from .seals import SEALS, read_seals

FOLDER = Path(__file__).parent
MANIFEST, ARCHIVES = "manifest.toml", "arrays"


@dataclass(frozen=True)
class Finding:
    """What is wrong, and with which fixture or file."""

    name: str
    problem: str


@dataclass(frozen=True)
class Store:
    """What a folder holds: the manifest, the outputs that are stored, and what is damaged.

    Where a wheel is installed it holds neither, but a seal for each fixture there is to be.
    """

    manifest: Manifest
    outputs: Mapping[str, np.ndarray]
    damage: tuple[Finding, ...] = ()
    seals: tuple[bytes, ...] = ()


def group_of(case: str) -> str:
    """The first word of a fixture's line: a layer, a chain or a network."""
    return case.partition(" ")[0]


def read(folder: Path) -> Store:
    """The fixtures of a folder. InputError, and nothing read beyond it, for what is hostile."""
    others = (folder / MANIFEST, folder / "arrays")  # where one is, the other is missed
    if (folder / SEALS).is_file() and not any(map(os.path.lexists, others)):
        return Store(Manifest(), {}, seals=read_seals(within(folder, SEALS)))
    manifest = parse(read_text(within(folder, MANIFEST)), folder / MANIFEST)
    outputs: dict[str, np.ndarray] = {}
    damage: list[Finding] = []
    for group, names in stored_names(manifest).items():
        for name, found in read_group(folder, manifest, group, names):
            if isinstance(found, str):
                damage.append(Finding(name, found))
            elif digest(found) != manifest.fixtures[name].output:
                problem = "its stored output is not that of the manifest's digest"
                damage.append(Finding(name, problem))
            else:
                outputs[name] = found
    return Store(manifest, outputs, tuple(damage))


def stored_names(manifest: Manifest) -> dict[str, list[str]]:
    """By group, the fixtures whose output is stored."""
    groups: dict[str, list[str]] = {}
    for name, fixture in manifest.fixtures.items():
        if fixture.stored:
            groups.setdefault(group_of(fixture.case), []).append(name)
    return groups


def read_group(
    folder: Path, manifest: Manifest, group: str, names: Iterable[str]
) -> Iterator[tuple[str, np.ndarray | str]]:
    """The stored outputs of a group, or what is wrong with each."""
    place = manifest.archives.get(group)
    path = None if place is None else within(folder, place)
    if path is None or not path.is_file():
        missing = f"its archive {place or group} is missing"
        yield from ((name, missing) for name in names)
        return
    expected = {name: manifest.fixtures[name].output for name in names}
    try:
        content = read_bytes(path, expected)
    except OSError as reason:
        yield from (
            (name, f"its archive {place} cannot be read: {reason.strerror}") for name in names
        )
        return
    if archive_name(group, content) != place:
        yield str(place), "its bytes are not those that its name was made from"
    yield from read_npz(path, content, expected)


def within(folder: Path, name: str) -> Path:
    """The path of a file in the folder; InputError if a link leads out of it."""
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle
        inside = False
    if not inside:
        raise InputError(f"{path}: is a link that leads out of {folder}")
    return path


def archive_name(group: str, content: bytes) -> str:
    return f"{ARCHIVES}/{group}-{hashlib.sha256(content).hexdigest()[:12]}.npz"


def strays(folder: Path, manifest: Manifest) -> list[Path]:
    """What stands among the fixtures, and is no part of them."""
    known = {folder / manifest.archives.get(group, "") for group in stored_names(manifest)}
    found = [*(folder / ARCHIVES).glob("*"), *folder.glob(f".{MANIFEST}.*")]
    return sorted(path for path in found if path not in known)
