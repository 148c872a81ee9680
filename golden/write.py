"""Writes fixtures whole, or not at all.

An archive's name holds the digest of its bytes. So a new one never replaces an old one that the
manifest still names: archives are written first, then the seals, the manifest last, and whatever
interrupts that leaves the old fixtures as they were.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from .archive import npz
from .manifest import Manifest, to_text
from .seals import SEALS, seals
from .store import ARCHIVES, MANIFEST, archive_name, stored_names, strays, within
from .whole import writable, write_whole


def left_behind(path: Path) -> bool:
    """Whether a stray is an older archive, or what an interruption left: it may be removed."""
    ours = re.fullmatch(r"[a-z0-9_+]+-[0-9a-f]{12}\.npz|\..+\.(npz|toml)\.[\w-]+", path.name)
    return ours is not None and path.is_file()


def tidy(folder: Path, manifest: Manifest) -> None:
    """Remove what earlier fixtures left behind."""
    for path in filter(left_behind, strays(folder, manifest)):
        path.unlink()


def write(folder: Path, manifest: Manifest, outputs: Mapping[str, np.ndarray]) -> None:
    """These fixtures in place of the folder's, archives first, the manifest last.

    The names of the archives follow from the outputs. InputError where nothing can be written.
    """
    contents = {
        group: npz({name: outputs[name] for name in names})
        for group, names in stored_names(manifest).items()
    }
    archives = {group: archive_name(group, content) for group, content in contents.items()}
    whole = replace(manifest, archives=archives)
    with writable(f"{folder}:"):
        (folder / ARCHIVES).mkdir(exist_ok=True)
        for group, content in contents.items():
            write_whole(within(folder, archives[group]), content)
        write_whole(within(folder, SEALS), seals(whole))
        write_whole(within(folder, MANIFEST), to_text(whole).encode())
        tidy(folder, whole)
