"""Where results go: tables on the terminal, JSON into a file or alone on standard output."""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from clgold.device.run import WRAPPER_ERROR
from clgold.device.variants import VariantError
from clgold.golden.distrust import printable
from clgold.golden.whole import writable, write_whole
from clgold.reference.spec import InputError

from ..judge.compare import Comparison
from ..reports.header import header
from . import report
from .cli import BEGAN

PATH = click.Path(path_type=Path)
STDOUT = Path("-")
MISMATCH = 1


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
        with writable(f"--csv {target}:"):
            write_whole(target, text.encode())


def leave(verdict: str, found: Iterable[Comparison]) -> None:
    """Exit 1 unless the verdict is pass; 2, with a sentence, where it is the user's Python."""
    for one in found:
        if one.verdict == WRAPPER_ERROR:
            raise VariantError(f"kernels {one.message}")
    if verdict != "pass":
        sys.exit(MISMATCH)


def own_header() -> dict[str, Any]:
    """What a report says of the command that is running."""
    context = click.get_current_context()
    began: datetime = context.meta[BEGAN]
    return header(context.find_root().obj, began, context.params.get("seed"))


def show(target: Path | None, answer: Any, *parts: Any) -> None:
    """The parts on the terminal, and the answer as JSON in the file, or alone on `-`."""
    if isinstance(answer, dict) and "kind" in answer:
        answer = answer | own_header()
    text = json.dumps(report.finite(answer), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if target == STDOUT:
        click.echo(text, nl=False)
        return
    console = report.wide_console()
    for part in parts:
        if not isinstance(part, str):  # a line is a line: what it replays can be copied
            with console.capture() as drawn:
                console.print(part)
            part = drawn.get().removesuffix("\n")
        click.echo(printable(part))
    if target is not None:
        with writable(f"--json {target}:"):
            write_whole(target, text.encode())
