"""What the commands on networks share: the network that is named, its inputs, the options."""

import contextlib
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from clgold.networks.localnet import SIZES
from clgold.networks.training import Recipe
from clgold.reference.spec import InputError

from ..judge.compare import Tolerance
from .help import section
from .output import PATH
from .targets import Target, training_target

if TYPE_CHECKING:
    from rich.progress import Progress

MOST_RANKS = 1024


def progress_bar() -> "Progress":
    """One that shows itself on a terminal, and leaves nothing behind."""
    from rich.progress import Progress

    return Progress(transient=True, disable=not sys.stderr.isatty())


def tracked(items: list[Any], description: str) -> Any:
    """The items, with a progress bar on a terminal."""
    with progress_bar() as progress:
        yield from progress.track(items, description=description)


@contextlib.contextmanager
def counted(total: int, description: str) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, and what moves it on by one."""
    with progress_bar() as progress:
        task = progress.add_task(description, total=total)
        yield lambda: progress.advance(task)


def finite_number(_context: Any, _option: Any, value: float | None) -> float | None:
    """The number; a tolerance of NaN or infinity would compare nothing."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number.")
    return value


def tolerance_option(name: str, help: str) -> Callable[..., Any]:
    number = click.FloatRange(min=0)
    return click.option(name, type=number, callback=finite_number, metavar="NUMBER", help=help)


KERNELS = (
    click.option(
        "--device", metavar="NAME[:INDEX]", help="The OpenCL driver; default: first working."
    ),
    click.option(
        "--kernels",
        type=PATH,
        multiple=True,
        metavar="FILE.py",
        help="A Python file whose variants go first; may be repeated.",
    ),
    click.option(
        "--variant", "chosen", multiple=True, metavar="LAYER=NAME", help="Use this variant."
    ),
    click.option(
        "--fused/--primitive", default=True, help="A network's own kernels, or one a layer."
    ),
)
IN_PROCESS = click.option(
    "--in-process", is_flag=True, help="Run the kernels in this process, for debuggers."
)
INPUTS = (
    click.option(
        "--image",
        "images",
        type=PATH,
        multiple=True,
        metavar="FILE",
        help="An image; may be repeated.",
    ),
    click.option(
        "--input",
        "inputs",
        multiple=True,
        metavar="[NAME=]FILE.npy",
        help="Values for an input; may be repeated.",
    ),
    click.option(
        "--weights",
        type=PATH,
        metavar="FILE",
        help="A .npz or .safetensors file with the network's arrays.",
    ),
    tolerance_option("--rtol", "With --atol, in place of the bounds."),
    tolerance_option("--atol", "With --rtol, in place of the bounds."),
)


def network_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that runs kernels."""
    inputs = section("A network's inputs", *INPUTS)
    return section("Kernels and device", *KERNELS, IN_PROCESS)(inputs(command))


def recipe_of(_context: Any, _option: Any, train: bool) -> Recipe | None:
    """How --train trains; None without it."""
    return Recipe() if train else None


train_option = click.option(
    "--train",
    "recipe",
    is_flag=True,
    callback=recipe_of,
    help="A step of training, forward and back.",
)
batch_option = click.option(
    "--batch",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --train: so many images; default: 4.",
)


def train_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that shows or runs a step of training."""
    return section("Training", train_option, batch_option)(command)


def trained_target(
    found: Target, recipe: Recipe | None, batch: int | None, steps: int | None
) -> Target:
    """The target, or its steps of training; InputError for what only these have."""
    if recipe is None:
        if batch is not None:
            raise InputError("--batch needs --train")
        return found
    return training_target(found, replace(recipe, batch=batch or recipe.batch, steps=steps or 1))


def fixed_tolerance(rtol: float | None, atol: float | None) -> Tolerance | None:
    """What --rtol and --atol ask for, None for the bounds."""
    return None if rtol is None and atol is None else Tolerance(rtol or 0.0, atol or 0.0)


def read_grid(_context: Any, _option: Any, text: str | None) -> tuple[int, int] | None:
    """P×Q, as it is typed."""
    if text is None:
        return None
    rows, _, columns = text.replace("×", "x").partition("x")
    if not (rows.isdecimal() and columns.isdecimal() and int(rows) and int(columns)):
        raise click.BadParameter(f"{text!r} is no grid, expected rows and columns as 2x2.")
    return int(rows), int(columns)


size_option = click.option(
    "--size", type=click.Choice(list(SIZES)), help="Of localnet; default: full in plan and summary."
)


def grid_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that divide a network among ranks."""
    ranks = click.option(
        "--ranks", type=click.IntRange(1, MOST_RANKS), metavar="N", help="Divide among so many."
    )
    grid = click.option("--grid", metavar="PxQ", callback=read_grid, help="The ranks in rows.")
    return ranks(grid(command))


def grid_of(ranks: int | None, grid: tuple[int, int] | None) -> tuple[int, int] | None:
    """The grid that --ranks and --grid ask for; None where neither is given."""
    if grid is None:
        from clgold.ranks import default_grid

        return None if ranks is None else default_grid(ranks)
    if grid[0] * grid[1] > MOST_RANKS:
        raise InputError(f"--grid {grid[0]}x{grid[1]}: expected at most {MOST_RANKS} ranks")
    if ranks is not None and ranks != grid[0] * grid[1]:
        raise InputError(
            f"--grid {grid[0]}x{grid[1]} has {grid[0] * grid[1]} ranks, --ranks says {ranks}"
        )
    return grid
