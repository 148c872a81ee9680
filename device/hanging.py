"""Drivers that hung when they were last asked: nobody waits for them a second time.

Each is a file in the user's cache, under a name that changes with the driver's library, so that a
new library is asked again; and so does `clgold devices`, or whoever asks for the driver by name.
"""

import contextlib
from pathlib import Path

import platformdirs

from .caches import identity_of
from .drivers import Driver


def hung(driver: Driver) -> str:
    """Why the driver is not worth waiting for; empty where nothing is known against it."""
    try:
        return place(driver).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def remember(driver: Driver, reason: str) -> None:
    """That it hung; where the cache cannot be written, the next command waits again."""
    path = place(driver)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{reason}\n", encoding="utf-8")


def forget(driver: Driver) -> None:
    """That it has answered."""
    with contextlib.suppress(OSError):
        place(driver).unlink()


def place(driver: Driver) -> Path:
    users = platformdirs.user_cache_path("clgold", appauthor=False)
    return users / f"{identity_of(driver)}.hung"
