"""Writes files and folders whole, or not at all.

A link stays a link and a file keeps its mode; a device or a pipe is written into, not replaced.
What a writer leaves that is killed, a hidden file or folder beside, goes when the next is done.
"""

import contextlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clgold.reference.spec import InputError

MARKER = ".written-by-clgold"  # in a folder of ours, which may be written again


@contextmanager
def writable(what: str) -> Iterator[None]:
    """InputError, as a sentence, where what is written within cannot be."""
    try:
        yield
    except (OSError, RuntimeError) as reason:  # RuntimeError: links in a circle
        words = getattr(reason, "strerror", None) or reason
        raise InputError(f"{what} cannot be written: {words}") from None


def write_whole(path: Path, content: bytes) -> None:
    """The file with all of the content, or as it was before; not touched if it is the same."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    path = path.resolve()
    clear(path)
    if path.is_file() and path.read_bytes() == content:
        return
    new = beside(path)
    try:
        with new.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            new.chmod(stat.S_IMODE(path.stat().st_mode))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder, which takes the target's place at the end; what is raised leaves that be."""
    target = target.resolve()
    new, old = beside(target), beside(target)
    new.mkdir()
    try:
        yield new
        if target.exists():
            target.rename(old)
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    clear(target)


def beside(path: Path) -> Path:
    """A name in the same folder for what is not whole yet, or no longer wanted; it says whose."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")


def clear(path: Path) -> None:
    """Remove what processes that are no more have left beside it."""
    mine = re.compile(rf"\.{re.escape(path.name)}\.(\d+)-[0-9a-f]{{8}}")
    with contextlib.suppress(OSError):
        for entry in path.parent.iterdir():
            if (found := mine.fullmatch(entry.name)) and gone(int(found[1])):
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # another user's
        pass
    return False
