"""`clgold report`: reports as pages for people."""

from collections.abc import Callable
from pathlib import Path

import click

from clgold.golden.whole import writable, write_whole
from clgold.reference.spec import InputError

from ..reports.annotations import annotations
from ..reports.markdown import markdown
from ..reports.matrix import failures
from ..reports.page import overall, page
from ..reports.read import Loaded, load_all
from ..reports.vendor import vendor_archive
from .output import PATH, STDOUT, file_option


@click.command("report")
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE…")
@file_option("html", "A page of its own, with no need of a network.")
@file_option("markdown", "For a CI's summary, below 1 MiB; - for stdout.")
@file_option("vendor", "A .zip for a driver's makers: one fault, and the folder that shows it.")
@click.option(
    "--annotations", "noted", is_flag=True, help="Each failure at its kernel, for GitHub."
)
@click.option("--fault", type=int, default=1, show_default=True, help="Which, for --vendor.")
def report_command(
    files: tuple[Path, ...],
    html_file: Path | None,
    markdown_file: Path | None,
    vendor_file: Path | None,
    noted: bool,
    fault: int,
) -> None:
    """Make pages of the JSON that verify, bisect, suite and golden have written.

    \b
    Example: clgold suite --suite-json suite.json; clgold report suite.json --html suite.html
    """
    found = load_all(files)
    wanted: list[tuple[Path | None, Callable[[], bytes]]] = [
        (html_file, lambda: page(found).encode()),
        (markdown_file, lambda: markdown(found).encode()),
        (vendor_file, lambda: vendor_archive(only(found), fault)),
    ]
    made = [(target, make()) for target, make in wanted if target is not None]
    for target, content in made:
        if target == STDOUT:
            click.echo(content, nl=False)
            continue
        with writable(f"report: {target}"):
            write_whole(target, content)
    for line in annotations(found) if noted else ():
        click.echo(line)
    if STDOUT not in [target for target, _ in made]:
        points = [point for one in found for point in one.points]
        click.echo(f"{len(points)} judged, {len(failures(points))} failures, {overall(points)}")


def only(found: list[Loaded]) -> Loaded:
    """The one report that a letter is about."""
    if len(found) != 1:
        raise InputError(f"--vendor is about one report, got {len(found)}")
    return found[0]
