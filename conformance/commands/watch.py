"""`--watch`: again whenever a source changes, with the device's process still warm."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

SECONDS = 0.2  # between two looks: a tenth of what a person takes for at once
SOURCES = (".py", ".cl", ".h", ".hpp", ".clh")


def stamps(files: Sequence[Path]) -> dict[Path, int]:
    """When each source in the folders of these files was last written."""
    found = {}
    for folder in {file.resolve().parent for file in files}:
        for path in (path for path in folder.iterdir() if path.suffix in SOURCES):
            try:
                found[path] = path.stat().st_mtime_ns
            except OSError:  # an editor puts a new file in an old one's place
                continue
    return found


def rounds(files: Sequence[Path], watch: bool) -> Iterator[None]:
    """One round; with `watch` another after every change, without end."""
    while True:
        before = stamps(files)
        yield
        if not watch:
            return
        click.echo("watching; Ctrl-C ends", err=True)
        while stamps(files) == before:
            time.sleep(SECONDS)
