"""`clgold campaign`: long lists of cases, judged while there is time, on one machine or many."""

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from clgold.device.catalogue import VARIANTS
from clgold.device.probe import select
from clgold.device.variants import load_files
from clgold.golden.probes import PROBES
from clgold.reference import find_chain
from clgold.reference.spec import InputError

from ..campaign.cluster import run_dask
from ..campaign.ledger import begin, open_ledger
from ..campaign.local import run_local
from ..campaign.plan import EFFORTS, planned, read_list, write_list
from ..run.choose import pick
from ..run.layer import FINE
from .output import MISMATCH, PATH, STDOUT, own_header

UNITS = {"h": 3600, "m": 60, "s": 1}
FOREVER = float("inf")


@click.group()
def campaign() -> None:
    """Plan and run long lists of cases: resumable, with a ledger, on one machine or many.

    \b
    Example: clgold campaign plan --output list.txt; clgold campaign run list.txt --ledger night
    """


def duration(_context: Any, _option: Any, text: str | None) -> float:
    """Seconds, of 8h or 1h30m."""
    if text is None:
        return FOREVER
    parts = re.fullmatch(r"(?:\d+[hms])+", text)
    if not parts:
        raise click.BadParameter(f"{text!r} is no time, expected 8h, 90m or 1h30m.")
    return float(sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([hms])", text)))


def seed_range(_context: Any, _option: Any, text: str) -> range:
    """The seeds of A or A:B, without B."""
    parts = re.fullmatch(r"(\d{1,9})(?::(\d{1,9}))?", text)
    found = range(int(parts[1]), int(parts[2] or int(parts[1]) + 1)) if parts else range(0)
    if not found:
        raise click.BadParameter(f"{text!r} are no seeds, expected 7 or 0:100.")
    return found


kernels_option = click.option(
    "--kernels",
    type=PATH,
    multiple=True,
    metavar="FILE.py",
    help="A file whose variants are meant, too.",
)


@campaign.command()
@click.argument("layers", nargs=-1, metavar="LAYER…")
@click.option("--device", "devices", multiple=True, metavar="NAME[:INDEX]", help="May be repeated.")
@kernels_option
@click.option("--variant", "chosen", multiple=True, metavar="LAYER=NAME", help="Only this one.")
@click.option("--probe", "probes", multiple=True, type=click.Choice(PROBES), help="Only this one.")
@click.option("--seeds", callback=seed_range, default="0", show_default=True, metavar="A[:B]")
@click.option("--effort", type=click.Choice(EFFORTS), default="standard", show_default=True)
@click.option("--output", type=PATH, default="-", metavar="FILE", help="Default: stdout.")
def plan(
    layers: tuple[str, ...],
    devices: tuple[str, ...],
    kernels: tuple[Path, ...],
    chosen: tuple[str, ...],
    probes: tuple[str, ...],
    seeds: range,
    effort: str,
    output: Path,
) -> None:
    """Write a list of cases, of all layers or of these; it is text, to be edited and shuffled.

    \b
    Example: clgold campaign plan conv2d --seeds 0:100 --output conv2d.txt
    """
    for layer in layers:
        find_chain(layer)
    theirs = load_files(kernels)
    every = pick(theirs + VARIANTS, chosen) or theirs or VARIANTS
    variants = [one for one in every if not layers or one.layer in layers]
    if not variants:
        raise InputError(f"campaign: no variant of {', '.join(layers)} is meant")
    drivers = list(devices) or [select()[0].name]
    items = list(planned(variants, drivers, seeds, probes, effort))
    if output == STDOUT:
        click.echo("".join(f"{one}\n" for one in items), nl=False)
    else:
        write_list(output, items)
        click.echo(f"{output}: {len(items)} cases")


@campaign.command()
@click.argument("file", type=PATH, metavar="LIST")
@click.option(
    "--ledger", "folder", type=PATH, required=True, metavar="DIR", help="Where results go."
)
@click.option("--for", "seconds", callback=duration, metavar="8h", help="No new case after that.")
@click.option(
    "--repeat", type=click.IntRange(1), default=1, metavar="N", help="Rounds; default: 1."
)
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", metavar="ADDRESS", help="Of dask; default: a cluster of our own.")
@click.option(
    "--workers", type=click.IntRange(1), default=2, metavar="N", help="Of that cluster; default: 2."
)
@kernels_option
def run(
    file: Path,
    folder: Path,
    seconds: float,
    repeat: int,
    engine: str,
    scheduler: str | None,
    workers: int,
    kernels: tuple[Path, ...],
) -> None:
    """Judge the cases of LIST that the ledger lacks. Killed, it goes on where it was.

    \b
    Example: clgold campaign run conv2d.txt --ledger night --for 8h; clgold report night
    """
    if scheduler and engine == "local":
        raise InputError("--scheduler is for --engine dask")
    end = time.monotonic() + seconds
    variants = (*load_files(kernels), *VARIANTS)
    items = read_list(file, variants)
    with closing(open_ledger(folder)) as ledger:
        every = [(number, item) for number in range(repeat) for item in items]
        keys = [key for key in every if key not in ledger.done]
        begin(ledger, own_header())
        begun = time.monotonic()
        with counting(len(keys)) as done:
            if engine == "dask":
                run_dask(ledger, keys, kernels, end, done, scheduler, workers)
            else:
                by_name = {(one.layer, one.name): one for one in reversed(variants)}
                run_local(ledger, keys, by_name, end, done)
        verdicts = [ledger.done.get(key) for key in every]
    left, failed = verdicts.count(None), sum(one not in (None, *FINE) for one in verdicts)
    now = len(keys) - left
    rate = f", {now / (time.monotonic() - begun):.3g} a second" if now else ""
    click.echo(
        f"{now} cases judged{rate}; {len(every) - left} in all, {failed} failed, {left} left"
    )
    if failed:
        sys.exit(MISMATCH)


@contextmanager
def counting(total: int) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """On a terminal a bar with the rate and the remaining time; what counts a case there."""
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.speed:.1f}/s, {task.fields[failed]} failed, left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, transient=True, disable=not sys.stderr.isatty()) as progress:
        task, failed = progress.add_task("", total=total, failed=0), 0

        def done(found: Mapping[str, Any]) -> None:
            nonlocal failed
            failed += found["verdict"] not in FINE
            progress.update(task, advance=1, failed=failed)

        yield done
