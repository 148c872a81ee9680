"""The folder that a bisection writes: only over one that it wrote itself."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from clgold.golden.whole import MARKER, writable
from clgold.reference.spec import InputError


def refuse_foreign(folder: Path) -> None:
    """InputError, before any work, where the folder cannot be made or holds others' files."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise InputError(f"--output {folder}: is there already and is no folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise InputError(
            f"--output {folder}: holds files that clgold bisect did not write; "
            "name another folder with --output"
        )
    above = folder if folder.is_dir() else folder.absolute().parent
    if not above.is_dir():
        raise InputError(f"--output {folder}: there is no folder {above}")
    if not os.access(above, os.W_OK):
        raise InputError(f"--output {folder}: cannot be written: permission denied")


def begin(folder: Path) -> None:
    """The folder without what an earlier bisection left there."""
    with writable(f"--output {folder}:"):
        folder.mkdir(exist_ok=True)
        marker = folder / MARKER
        for name in marker.read_text(encoding="utf-8").splitlines() if marker.is_file() else []:
            if Path(name).name == name:
                (folder / name).unlink(missing_ok=True)
        for old in folder.glob("repro-*"):
            if (old / MARKER).is_file() and not old.is_symlink():
                shutil.rmtree(old)
        marker.write_text("", encoding="utf-8")


def remember(folder: Path, files: Sequence[Path]) -> None:
    """List in the marker the files that were written: the next bisection may replace them."""
    names = "".join(f"{path.name}\n" for path in files)
    (folder / MARKER).write_text(names, encoding="utf-8")
