"""`clgold diff A.json B.json`: two drivers, two versions, two days."""

import sys
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from ..reports.diff import Change, Difference, difference, difference_json
from ..reports.points import Point
from ..reports.read import Loaded, load
from .output import MISMATCH, PATH, json_option, show
from .report import budget_text

ROWS = 20  # of each kind, on the terminal
COLOURS = {"fixed": "green", "broken": "red", "missing": "yellow"}


@click.command()
@click.argument("before", type=PATH, metavar="A.json")
@click.argument("after", type=PATH, metavar="B.json")
@json_option
def diff(before: Path, after: Path, json_file: Path | None) -> None:
    """What two reports differ in: fixed, broken, changed, new, missing.

    Exit code 1 where something fails that did not, or is no longer looked at.

    \b
    Example: clgold diff monday.json tuesday.json
    """
    old, new = load(before), load(after)
    found = difference(old.points, new.points)
    heading = [f"A  {described(old)}", f"B  {described(new)}"]
    tables = [table(name, getattr(found, name)) for name in names(found)]
    show(json_file, difference_json(found), *heading, *tables, counts(found))
    if found.worse:
        sys.exit(MISMATCH)


def names(found: Difference) -> list[str]:
    """The kinds of changes that there are."""
    every = ("broken", "fixed", "changed", "new", "missing")
    return [name for name in every if getattr(found, name)]


def described(one: Loaded) -> str:
    """A report in a line: command, driver's version, clgold's, when."""
    drivers = ", ".join(dict.fromkeys(point.driver for point in one.points if point.driver))
    report = one.report
    return f"{one.path}: {drivers}, clgold {report.clgold}, {report.began}"


def table(name: str, changes: list[Change]) -> Table:
    """The changes of one kind, at most ROWS."""
    rest = len(changes) - ROWS
    found = Table(title=f"{name}: {len(changes)}", caption=f"and {rest} more" if rest > 0 else None)
    for heading in ("layer", "variant", "at", "A", "B"):
        found.add_column(heading, overflow="fold")
    for one in changes[:ROWS]:
        point = one.point
        sides = [Text(side(each)) for each in (one.before, one.after)]
        row = (Text(point.layer), Text(point.variant), Text(point.place, COLOURS.get(name, "")))
        found.add_row(*row, *sides)
    return found


def side(one: Point | None) -> str:
    """The verdict, with the share of the bound where there is one."""
    if one is None:
        return "–"
    return (
        one.verdict if one.budget_used is None else f"{one.verdict} {budget_text(one.budget_used)}"
    )


def counts(found: Difference) -> str:
    """How many of each kind."""
    told = [f"{len(getattr(found, name))} {name}" for name in names(found)]
    return ", ".join([*told, f"{found.same} the same"])
