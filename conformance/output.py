"""Where results go: tables on the terminal, JSON into a file or alone on standard output."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from clgold.golden.weights import InputError

from . import report

PATH = click.Path(path_type=Path)
STDOUT = Path("-")


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    return file_option("json", "Write JSON too; - for stdout alone.")(command)


def csv_option(command: Callable[..., None]) -> Callable[..., None]:
    return file_option("csv", "Write CSV too; - for stdout alone.")(command)


def file_option(form: str, help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option --FORM, and the parameter FORM_file."""
    return click.option(
        f"--{form}", f"{form}_file", type=PATH, metavar="FILE", callback=target, help=help
    )


def target(_context: Any, option: click.Parameter, path: Path | None) -> Path | None:
    """The path, refused before any work where no file can be written."""
    if path is None or path == STDOUT:
        return path
    if not path.parent.is_dir():
        raise InputError(f"{option.opts[0]} {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise InputError(f"{option.opts[0]} {path}: is a folder, expected a file")
    return path


def write_csv(target: Path, text: str) -> None:
    """The table into the file, or to standard output for `-`."""
    if target == STDOUT:
        click.echo(text, nl=False)
    else:
        write_whole(target, text, "--csv")


def show(target: Path | None, answer: Any, *parts: Any) -> None:
    """The parts on the terminal, and the answer as JSON in the file, or alone on `-`."""
    text = json.dumps(report.finite(answer), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if target == STDOUT:
        click.echo(text, nl=False)
        return
    console = report.wide_console()
    for part in parts:
        if isinstance(part, str):
            click.echo(part)  # a line is a line: what it replays can be copied
        else:
            console.print(part)
    if target is not None:
        write_whole(target, text)


def write_whole(target: Path, text: str, option: str = "--json") -> None:
    """The file with all of the text, or as it was before."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as reason:
        raise InputError(f"{option} {target}: cannot be written: {reason.strerror}") from None
