"""A kernel cache of its own for every process, warm where an earlier process left one.

PoCL's cache breaks when several processes or several versions share it, and keeps the broken entry
of a compiler that crashed. So a process owns a slot for its lifetime, by a lock that the kernel
drops when the process dies; the slot of a process that did not exit properly loses whatever was
touched since a run last went well.
"""

import atexit
import contextlib
import fcntl
import hashlib
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

import platformdirs

from .drivers import Driver
from .guardian import SHARED_MEMORY, new_folder

ROOM = 2**22  # bytes that a build may need; less is a full disk
WENT_WELL = "went-well"  # in a slot; its time is that of the last run that did


class CacheFull(OSError):
    """There is no room for a driver's kernels; the message says where."""


# The process id is part of the key: a forked child must not believe that it owns the slot.
_held: dict[tuple[int, str], Path] = {}


def cache_folder(driver: Driver) -> Path:
    """Return the existing folder that this process alone uses for this driver's kernels.

    It is `slot-K` in the user's cache folder, under a name that changes with the driver's library
    and settings; a temporary folder, removed at exit, where the user's cache cannot be written or
    its disk is full. Raises CacheFull where those are full too.
    """
    identity = identity_of(driver)
    key = (os.getpid(), identity)
    if key not in _held:
        _held[key] = _new_folder(identity)
    return _held[key]


def trust(driver: Driver) -> None:
    """A run went well: what stands in the cache is kept even if this process crashes later."""
    with contextlib.suppress(OSError):
        (cache_folder(driver) / WENT_WELL).touch()


def has_room(folder: Path) -> bool:
    """Whether ROOM bytes can be written there: not where a disk is full, or a quota used up."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM))
            file.flush()
    except OSError:
        return False
    return True


def _new_folder(identity: str) -> Path:
    """A slot of the user's cache, else a temporary folder."""
    users = platformdirs.user_cache_path("clgold", appauthor=False)
    with contextlib.suppress(OSError):
        slot = _take_slot(users / identity)
        if has_room(slot):
            return slot
    for place in (_temporary_place(), SHARED_MEMORY):
        with contextlib.suppress(OSError):
            folder = new_folder(place)
            if has_room(folder.path):
                atexit.register(folder.close)
                # pyopencl keeps tables of its own in the user's cache, and fails where it cannot.
                os.environ["XDG_CACHE_HOME"] = str(folder.path)
                return folder.path
            folder.close()
    raise CacheFull(f"no room for compiled kernels in {users}, {_temporary_place()}, /dev/shm")


def _temporary_place() -> str:
    """Where temporary files go; Python looks for a place where it can write, which may fail."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return "/tmp"


def identity_of(driver: Driver) -> str:
    """Its name, and a hash that no other build of its library shares, and no other settings."""
    try:
        # The version string is not known before the driver is loaded, which is too late.
        status = Path(driver.library).stat()
        build = f"{status.st_mtime_ns} {status.st_size}"
    except OSError:
        build = ""
    settings = sorted(driver.environment.items())
    named = f"{os.path.realpath(driver.library)} {build} {settings}"
    digest = hashlib.sha256(named.encode()).hexdigest()
    return f"{driver.name}-{digest[:12]}"


def _take_slot(versions: Path) -> Path:
    """Return the first slot that this process can lock; raise OSError where none can be made."""
    versions.mkdir(parents=True, exist_ok=True)
    for k in itertools.count():
        lock = (versions / f"slot-{k}.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        slot = versions / f"slot-{k}"
        _mark_used(lock, slot)
        slot.mkdir(exist_ok=True)
        for pattern in ("tempfile_*", "oclgrind-*.log"):  # PoCL leaves an empty one at every start
            for leftover in slot.glob(pattern):
                leftover.unlink()
        return slot
    raise AssertionError("itertools.count ended")


def _mark_used(lock: IO[str], slot: Path) -> None:
    """Write the owner into its lock file, after cleaning a slot whose last owner crashed."""
    lock.seek(0)
    if lock.read():
        _remove_untried(slot)
    owner = os.getpid()
    lock.truncate(0)
    lock.write(f"{owner}\n")
    lock.flush()
    atexit.register(_mark_clean, lock, owner)


def _remove_untried(slot: Path) -> None:
    """Remove what holds anything as new as the last run that went well; all, if none did."""
    try:
        last = (slot / WENT_WELL).stat().st_mtime_ns
        for entry in list(slot.iterdir()):
            parts = [entry, *entry.rglob("*")]
            if entry.name != WENT_WELL and max(p.lstat().st_mtime_ns for p in parts) >= last:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    except OSError:
        shutil.rmtree(slot, ignore_errors=True)


def _mark_clean(lock: IO[str], owner: int) -> None:
    """Tell the slot's next owner that this one ended well, and that its kernels can be trusted."""
    if os.getpid() == owner:
        lock.truncate(0)
