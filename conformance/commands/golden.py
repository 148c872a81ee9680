"""`clgold golden`: check the stored fixtures, make them anew, hand them to others."""

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from rich.progress import Progress

from clgold.golden import check as checks
from clgold.golden.cases import parse_case
from clgold.golden.check import selected
from clgold.golden.export import FORMATS, export_fixtures
from clgold.golden.fixtures import Spec, spec_of
from clgold.golden.produce import Made, chunks, produce
from clgold.golden.regenerate import change_for, put, read_or_none, usable_reason
from clgold.golden.store import FOLDER, Finding, read
from clgold.golden.tiers import plain_cases
from clgold.golden.write import tidy
from clgold.reference.spec import InputError

from .output import PATH, json_option, show
from .outside_outputs import against, present

MISMATCH = 1


@click.group()
def golden() -> None:
    """The golden fixtures: outputs that have the same bits on every machine.

    \b
    Example: clgold golden check --only 'conv2d-*'
    """


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Those that all of the commands take."""
    only = click.option(
        "--only", metavar="PATTERN", help="Fixtures of this name; * for any letters."
    )
    where = click.option(
        "--fixtures", "folder", type=PATH, default=FOLDER, help="A folder; default: clgold's own."
    )
    return only(where(command))


def own_options(command: Callable[..., None]) -> Callable[..., None]:
    """Those that name cases which are no fixtures."""
    lines = click.option(
        "--case", "lines", multiple=True, metavar="LINE", help="A case in place of fixtures."
    )
    plain = click.option(
        "--plain",
        "layers",
        multiple=True,
        metavar="LAYER",
        help="What most kernels support, square images too, in place of fixtures.",
    )
    return lines(plain(command))


def own_specs(only: str | None, lines: Sequence[str], layers: Sequence[str]) -> list[Spec]:
    """The cases of --case and --plain, each once; none where neither is given. SpecError."""
    cases = [parse_case(line) for line in lines]
    cases += [case for layer in layers for case in plain_cases(layer)]
    found = {one.identity: one for one in map(spec_of, cases) if selected(one.identity, only)}
    if cases and not found:
        raise InputError(f"--only {only}: no case has such a name")
    return list(found.values())


@golden.command()
@options
@own_options
@click.option(
    "--against", "outputs", type=PATH, metavar="DIR", help="Compare outputs made by others."
)
@json_option
def check(
    only: str | None,
    folder: Path,
    lines: tuple[str, ...],
    layers: tuple[str, ...],
    outputs: Path | None,
    json_file: Path | None,
) -> None:
    """Compute every fixture and compare it bit for bit; or others' outputs, within the bounds.

    \b
    Example: clgold golden check --against outputs/
    """
    if outputs is None and (lines or layers):
        raise InputError("--case and --plain are for outputs of others: give --against too")
    wanted = own_specs(only, lines, layers) or checks.select(only)
    if outputs is not None and not outputs.is_dir():
        raise InputError(f"--against {outputs}: there is no such folder")
    if outputs is not None:
        check_outside(wanted, outputs, json_file)
        return
    store = read(folder)
    made = computed(wanted, "golden check")
    found = checks.differences(store, made, only) + checks.stray_files(folder, store)
    report(json_file, found, f"{len(wanted)} fixtures")


def check_outside(wanted: list[Spec], outputs: Path, json_file: Path | None) -> None:
    """Judge the outputs of others, of which only those fixtures are computed that have a folder."""
    made = computed(present(outputs, wanted), "golden check")
    seen = against(outputs, made)
    checked = f"{seen.count} of {len(wanted)} fixtures against {outputs}"
    refused = Counter(seen.unsupported.values())
    if refused:
        reasons = "; ".join(f"{count} because of: {why}" for why, count in refused.items())
        checked += f", of which the host does not support {refused.total()} ({reasons})"
    if refused.total() == seen.count:
        seen.found.append(Finding(str(outputs), "every case is marked unsupported: none was run"))
    report(json_file, seen.found, checked, seen.unsupported)


def report(
    json_file: Path | None,
    found: Sequence[Finding],
    checked: str,
    unsupported: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Show what was found; exit 1 where that is anything."""
    verdict = "fail" if found else "pass"
    answer = {
        "kind": "golden-check",
        "verdict": verdict,
        "checked": checked,
        "unsupported": dict(unsupported),
        "findings": [asdict(one) for one in found],
    }
    show(
        json_file,
        answer,
        *lines(found),
        checked,
        f"verdict: {verdict}",
    )
    if found:
        sys.exit(MISMATCH)


def lines(found: Sequence[Finding]) -> list[str]:
    return [f"{one.name}: {one.problem}" for one in found]


def made_names(made: Sequence[Made]) -> set[str]:
    return {one.spec.identity for one in made}


def computed(wanted: list[Spec], title: str) -> list[Made]:
    """The fixtures in the order wanted, with a progress bar on a terminal."""
    made: dict[str, Made] = {}
    with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
        for part in progress.track(produce(wanted), total=len(chunks(wanted)), description=title):
            made |= {one.spec.identity: one for one in part}
    return [made[spec.identity] for spec in wanted]


@golden.command()
@options
@click.option("--reason", help="Why fixtures change; kept in the manifest.")
@json_option
def regenerate(only: str | None, folder: Path, reason: str | None, json_file: Path | None) -> None:
    """Write the fixtures that differ, once it is shown what moves in each and said why.

    \b
    Example: clgold golden regenerate --reason "the layer swish"
    """
    wanted = checks.select(only)
    if reason is not None:
        usable_reason(reason)  # before any work
    store = read_or_none(folder)
    made = computed(wanted, "golden regenerate")
    found = checks.differences(store, made, only)
    changed = {one.name for one in found} & {*store.manifest.fixtures, *made_names(made)}
    answer: dict[str, Any] = {
        "kind": "golden-regenerate",
        "changed": len(changed),
        "findings": [asdict(one) for one in found],
    }
    show(json_file, answer, *lines(found), f"{len(wanted)} fixtures, {len(changed)} differ")
    if found:
        put(folder, store, made, only, change_for(reason, len(changed)))
    else:
        tidy(folder, store.manifest)


@golden.command()
@options
@own_options
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
@click.argument("target", type=PATH, metavar="DIR")
def export(
    only: str | None,
    folder: Path,
    lines: tuple[str, ...],
    layers: tuple[str, ...],
    form: str,
    target: Path,
) -> None:
    """Write inputs and outputs into DIR, a folder for each fixture, as others read them.

    \b
    Example: clgold golden export --format npy fixtures/
    """
    own = own_specs(only, lines, layers)
    wanted = own or checks.select(only)
    store = read(folder)
    made = computed(wanted, "golden export")
    found = [] if own else checks.differences(store, made, only)
    if found:
        report(None, found, f"{len(wanted)} fixtures, nothing exported")
    without = export_fixtures(target, form, made)
    show(None, {}, *(f"{name}: {why}" for name, why in without.items()))
    click.echo(f"{len(made) - len(without)} fixtures in {target}, {len(without)} left out")
