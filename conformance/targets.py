"""What the commands on networks share: the network that is named, its inputs, the options."""

import contextlib
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.progress import Progress

from clgold.golden.photographs import load_image, photographs_for
from clgold.golden.weights import InputError
from clgold.networks import NETWORKS, Network
from clgold.reference.spec import Shape

from .compare import Tolerance
from .models import Target, is_image, model_target, seeded_inputs
from .output import PATH


def named_network(name: str | None) -> Target | None:
    """What a command's NETWORK argument means: ours, or a model.onnx; None where it is neither."""
    if name is not None and name.endswith(".onnx"):
        return model_target(Path(name))
    return next((Target(one) for one in NETWORKS if one.name == name), None)


def find_network(name: str) -> Target:
    """What a command's NETWORK argument means; InputError where there is no such network."""
    found = named_network(name)
    if found is None:
        known = ", ".join(one.name for one in NETWORKS)
        raise InputError(f"there is no network {name!r}, expected a model.onnx or one of {known}")
    return found


def network_images(network: Network, paths: Sequence[Path]) -> dict[str, np.ndarray]:
    """The images, or the photographs that come with clgold, in the shape of the network's input.

    Where that is not an image's, seeded values; InputError for images then.
    """
    shape = next(iter(network.inputs.values()))
    if is_image(shape):
        return load_images(paths or photographs_for(network), shape)
    if paths:
        raise InputError(f"--image: the input of {network.name} has shape {shape}, no image's")
    return seeded_inputs(network)


def load_images(paths: Sequence[Path], shape: Shape) -> dict[str, np.ndarray]:
    """The images by name, or by the path given where two files have the same name."""
    names = [path.name for path in paths]
    return {
        path.name if names.count(path.name) == 1 else str(path): load_image(path, shape)
        for path in paths
    }


def tracked(items: list[Any], description: str) -> Any:
    """The items, with a progress bar on a terminal."""
    with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
        yield from progress.track(items, description=description)


@contextlib.contextmanager
def counted(total: int, description: str) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, and what moves it on by one."""
    with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(description, total=total)
        yield lambda: progress.advance(task)


def finite_number(_context: Any, _option: Any, value: float | None) -> float | None:
    """The number; a tolerance of NaN or infinity would compare nothing."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number.")
    return value


def tolerance_option(name: str, help: str) -> Callable[..., Any]:
    number = click.FloatRange(min=0)
    return click.option(name, type=number, callback=finite_number, help=help)


OPTIONS = (
    click.option(
        "--device", metavar="NAME[:INDEX]", help="The OpenCL driver; default: first working."
    ),
    click.option("--image", "images", type=PATH, multiple=True, help="An image; may be repeated."),
    click.option(
        "--weights", type=PATH, help="A .npz or .safetensors file with the network's arrays."
    ),
    click.option(
        "--kernels",
        type=PATH,
        multiple=True,
        help="A Python file whose variants go first; may be repeated.",
    ),
    click.option(
        "--variant", "chosen", multiple=True, metavar="LAYER=NAME", help="Use this variant."
    ),
    click.option(
        "--fused/--primitive", default=True, help="A network's own kernels, or one a layer."
    ),
    click.option(
        "--in-process", is_flag=True, help="Run the kernels in this process, for debuggers."
    ),
    tolerance_option("--rtol", "With --atol, in place of the bounds."),
    tolerance_option("--atol", "With --rtol, in place of the bounds."),
)


def network_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that runs kernels."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def fixed_tolerance(rtol: float | None, atol: float | None) -> Tolerance | None:
    """What --rtol and --atol ask for, None for the bounds."""
    return None if rtol is None and atol is None else Tolerance(rtol or 0.0, atol or 0.0)
