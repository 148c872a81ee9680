"""`clgold plan` and `clgold summary`: a network in numbers."""

from dataclasses import asdict
from pathlib import Path

import click

from clgold.networks.buffers import plan_rows
from clgold.networks.localnet import FULL, LOCALNET
from clgold.networks.summary import summary_csv, summary_json, summary_rows
from clgold.networks.training import Recipe
from clgold.reference.spec import InputError

from . import report
from .division import show_division
from .options import grid_of, grid_options, size_option, train_options, trained_target
from .output import STDOUT, csv_option, json_option, show, write_csv
from .targets import find_network


@click.command()
@click.argument("network")
@grid_options
@click.option("--rank", type=click.IntRange(min=0), help="Of that rank alone.")
@size_option
@train_options
@json_option
def plan(
    network: str,
    recipe: Recipe | None,
    batch: int | None,
    ranks: int | None,
    grid: tuple[int, int] | None,
    rank: int | None,
    size: str | None,
    json_file: Path | None,
) -> None:
    """Kernels, host arrays, device buffers and element counts of NETWORK.

    With --ranks or --grid: what each rank computes, reads and writes of it, and what is sent.

    \b
    Examples: clgold plan stn
              clgold plan localnet --grid 2x2
    """
    target = find_network(network, size or whole_size(network))
    target, shape = trained_target(target, recipe, batch, None), grid_of(ranks, grid)
    if shape is not None:
        show_division(target, shape, rank, json_file)
        return
    if rank is not None:
        raise InputError("--rank needs --ranks or --grid")
    found = target.network
    rows = plan_rows(found)
    show(json_file, [asdict(row) for row in rows], report.plan_table(found, rows))


@click.command()
@click.argument("network")
@size_option
@train_options
@csv_option
@json_option
def summary(
    network: str,
    recipe: Recipe | None,
    batch: int | None,
    size: str | None,
    csv_file: Path | None,
    json_file: Path | None,
) -> None:
    """Shapes, activations, parameters and multiply-adds of NETWORK.

    \b
    Example: clgold summary vgg16 --csv vgg16.csv
    """
    target = find_network(network, size or whole_size(network))
    found = trained_target(target, recipe, batch, None).network
    rows = summary_rows(found)
    if csv_file is not None:
        write_csv(csv_file, summary_csv(rows))
    if csv_file != STDOUT:
        show(json_file, summary_json(found, rows), report.summary_table(found, rows))


def whole_size(network: str) -> str | None:
    """Numbers are of the network as it is drawn; what runs is small where nothing is said."""
    return FULL if network == LOCALNET else None
