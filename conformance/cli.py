"""The command line. Exit codes: 0 passed, 1 a mismatch, 2 bad usage or input, 3 no device."""

import contextlib
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.drivers import discover
from clgold.device.loader import DriverError
from clgold.device.probe import NoDevice, UnknownDevice, probe
from clgold.device.session import open_session
from clgold.device.variants import Variant, VariantError, load_variants
from clgold.device.worker import open_worker
from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import InputError, load_weights, seeded_weights
from clgold.networks import NETWORKS, Network
from clgold.networks.network import view
from clgold.reference import SpecError
from clgold.reference.spec import Shape
from rich.progress import Progress

from . import report
from .compare import Tolerance
from .network_run import ImageReport, NoVariant, plan_run, upload_weights, verdict_of, verify_image
from .summary import plan_rows, summary_rows

MISMATCH, BAD_INPUT, NO_DEVICE = 1, 2, 3

PATH = click.Path(path_type=Path)
STDOUT = Path("-")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clgold")
def app() -> None:
    """Assay OpenCL neural-network kernels against a golden NumPy model."""


def find_network(name: str) -> Network:
    for network in NETWORKS:
        if network.name == name:
            return network
    known = ", ".join(network.name for network in NETWORKS)
    raise InputError(f"there is no network {name!r}, expected one of {known}")


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--json",
        "json_file",
        type=PATH,
        metavar="FILE",
        callback=json_target,
        help="Write JSON too; - for stdout alone.",
    )(command)


def json_target(_context: Any, _option: Any, path: Path | None) -> Path | None:
    """The path, refused before any work where no file can be written."""
    if path is None or path == STDOUT:
        return path
    if not path.parent.is_dir():
        raise InputError(f"--json {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise InputError(f"--json {path}: is a folder, expected a file")
    return path


def finite_number(_context: Any, _option: Any, value: float | None) -> float | None:
    """The number; a tolerance of NaN or infinity would compare nothing."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number.")
    return value


def tolerance_option(name: str, help: str) -> Callable[..., Any]:
    number = click.FloatRange(min=0)
    return click.option(name, type=number, callback=finite_number, help=help)


@app.command()
@json_option
def devices(json_file: Path | None) -> None:
    """What OpenCL is here, what works, what does not and why."""
    probes = [probe(driver) for driver in discover()]
    answer = [
        {
            "name": one.driver.name,
            "works": one.alive,
            "reason": one.reason,
            "library": one.driver.library,
            "source": one.driver.source,
            "platform": one.platform,
            "version": one.version,
            "devices": [vars(device) for device in one.devices],
        }
        for one in probes
    ]
    show(json_file, answer, report.devices_table(probes))
    if not any(one.alive for one in probes):
        raise NoDevice(
            "no OpenCL driver works here" if probes else "there is no OpenCL driver here"
        )


@app.command()
@click.argument("network")
@json_option
def plan(network: str, json_file: Path | None) -> None:
    """Kernels, host arrays, device buffers and element counts of NETWORK."""
    found = find_network(network)
    rows = plan_rows(found)
    show(json_file, [plain(row) for row in rows], report.plan_table(found, rows))


@app.command()
@click.argument("network")
@json_option
def summary(network: str, json_file: Path | None) -> None:
    """Shapes, activations, parameters and multiply-adds of NETWORK."""
    found = find_network(network)
    rows = summary_rows(found)
    layers = [plain(row) | {"parameters": row.parameters} for row in rows]
    counts = ("activations", "weights", "biases", "parameters", "multiply_adds", "bytes")
    totals = {key: sum(layer[key] for layer in layers) for key in counts}
    answer = {"network": found.name, "layers": layers, "total": totals}
    show(json_file, answer, report.summary_table(found, rows))


def plain(record: Any) -> dict[str, Any]:
    """A record of records as dictionaries."""
    return asdict(record)


@app.command()
@click.argument("network")
@click.option("--device", metavar="NAME[:INDEX]", help="The OpenCL driver; default: first working.")
@click.option("--image", "images", type=PATH, multiple=True, help="An image; may be repeated.")
@click.option("--weights", type=PATH, help="A .npz or .safetensors file with the network's arrays.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the weights, if no file.")
@click.option("--kernels", type=PATH, multiple=True, help="A Python file whose variants go first.")
@click.option("--variant", "chosen", multiple=True, metavar="LAYER=NAME", help="Use this variant.")
@click.option(
    "--fused/--primitive", default=True, help="The network's own kernels, or one a layer."
)
@click.option("--in-process", is_flag=True, help="Run the kernels in this process, for debuggers.")
@tolerance_option("--rtol", "With --atol, in place of the bounds.")
@tolerance_option("--atol", "With --rtol, in place of the bounds.")
@json_option
def verify(
    network: str,
    device: str | None,
    images: tuple[Path, ...],
    weights: Path | None,
    seed: int,
    kernels: tuple[Path, ...],
    chosen: tuple[str, ...],
    fused: bool,
    in_process: bool,
    rtol: float | None,
    atol: float | None,
    json_file: Path | None,
) -> None:
    """Compare every kernel of NETWORK on a device with the reference, then all of them in a row."""
    found = find_network(network)
    arrays = load_weights(weights, found) if weights else seeded_weights(found, seed)
    shape = next(iter(found.inputs.values()))
    pictures = load_images(images or photographs(), shape)
    variants = assemble(found, fused, kernels, chosen)
    fixed = None if rtol is None and atol is None else Tolerance(rtol or 0.0, atol or 0.0)
    planned = plan_run(found, fused, variants, fixed)
    session = open_session(device) if in_process else open_worker(device)
    about = session.describe()
    uploaded = upload_weights(session, found, arrays)
    reports = []
    with (
        contextlib.closing(session),
        Progress(transient=True, disable=not sys.stderr.isatty()) as progress,
    ):
        for name, image in progress.track(pictures.items(), description=f"verify {found.name}"):
            reports.append(verify_image(session, planned, arrays, uploaded, name, image))
    finish(found, "fused" if fused else "primitive", about, reports, json_file)


def load_images(paths: Sequence[Path], shape: Shape) -> dict[str, np.ndarray]:
    """The images by name, or by the path given where two files have the same name."""
    names = [path.name for path in paths]
    return {
        path.name if names.count(path.name) == 1 else str(path): load_image(path, shape)
        for path in paths
    }


def assemble(
    network: Network, fused: bool, files: Sequence[Path], chosen: Sequence[str]
) -> tuple[Variant, ...]:
    """All variants, in the order of preference: --variant, then --kernels, then our own."""
    theirs = tuple(variant for path in files for variant in load_variants(path))
    used = {kernel.layer for kernel in view(network, fused)}
    for variant in theirs:
        if not any(one.layer in used for one in theirs if one.source == variant.source):
            way = "--primitive" if fused else "--fused"
            raise InputError(
                f"kernels {variant.source.name}: {variant.layer} {variant.name!r} is no kernel of "
                f"this view of {network.name}, which has {', '.join(sorted(used))} (try {way})"
            )
    every = theirs + VARIANTS
    first = []
    for choice in chosen:
        layer, _, name = choice.partition("=")
        matching = [one for one in candidates(every, layer) if one.name == name]
        if not matching:
            known = ", ".join(one.name for one in candidates(every, layer)) or "none"
            raise InputError(f"--variant {choice}: {layer} has no variant {name!r}, it has {known}")
        first.append(matching[0])
    return (*first, *every)


def finish(
    network: Network,
    view: str,
    about: dict[str, Any],
    reports: list[ImageReport],
    target: Path | None,
) -> None:
    """Print the tables, write the JSON, and exit with the verdict."""
    answer = report.verify_json(network, view, about, reports)
    verdict = verdict_of(reports)
    device = f"{about['driver']}: {about['name']}, {about['platform_version']}"
    heading = f"{network.name} ({view}) on {device}"
    lines = report.failure_lines(reports)
    show(target, answer, heading, *report.verify_tables(reports), *lines, f"verdict: {verdict}")
    if verdict != "pass":
        sys.exit(MISMATCH)


def show(target: Path | None, answer: Any, *parts: Any) -> None:
    """The parts on the terminal, and the answer as JSON in the file, or alone on `-`."""
    text = json.dumps(report.finite(answer), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if target == STDOUT:
        click.echo(text, nl=False)
        return
    console = report.wide_console()
    for part in parts:
        console.print(part)
    if target is not None:
        write_whole(target, text)


def write_whole(target: Path, text: str) -> None:
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
        raise InputError(f"--json {target}: cannot be written: {reason.strerror}") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every expected failure is one sentence on standard error."""
    np.seterr(all="ignore")
    try:
        app.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except (click.exceptions.Exit, click.exceptions.NoArgsIsHelpError) as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        fail(error.format_message(), BAD_INPUT)
    except (InputError, SpecError, VariantError, NoVariant, UnknownDevice) as error:
        fail(str(error), BAD_INPUT)
    except (NoDevice, DriverError) as error:
        fail(str(error), NO_DEVICE)
    except (click.Abort, KeyboardInterrupt):
        fail("interrupted", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(MISMATCH)


def fail(message: str, code: int) -> None:
    """The message as one line on standard error, and the exit code."""
    click.echo("clgold: " + " ".join(message.split()), err=True)
    sys.exit(code)
