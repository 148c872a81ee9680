"""The command line. Exit codes: 0 passed, 1 a mismatch, 2 bad usage or input, 3 no device."""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np

from clgold.device.drivers import discover
from clgold.device.loader import DriverError
from clgold.device.measure import measured
from clgold.device.probe import NoDevice, Probe, UnknownDevice, probe
from clgold.device.variants import VariantError
from clgold.golden.weights import InputError
from clgold.networks.onnx import ModelError
from clgold.reference import SpecError

from . import report
from .bisection.command import bisect_command
from .buffers import plan_rows
from .export_command import export
from .golden_commands import golden
from .output import STDOUT, csv_option, json_option, show, write_csv
from .plan import NoVariant
from .summary import summary_csv, summary_json, summary_rows
from .targets import find_network
from .verify import MISMATCH, verify

BAD_INPUT, NO_DEVICE = 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clgold")
def app() -> None:
    """Assay OpenCL neural-network kernels against a golden NumPy model."""


app.add_command(verify)
app.add_command(bisect_command)
app.add_command(export)
app.add_command(golden)


@app.command()
@json_option
def devices(json_file: Path | None) -> None:
    """What OpenCL is here, what works, what does not and why."""
    probes = [probe(driver) for driver in discover()]
    accuracy = [first_measured(one) for one in probes]
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
            "accuracy": found,
        }
        for one, found in zip(probes, accuracy, strict=True)
    ]
    tables = [report.devices_table(probes)]
    if any(accuracy):
        tables.append(report.accuracy_table(probes, accuracy))
    show(json_file, answer, *tables)
    if not any(one.alive for one in probes):
        raise NoDevice(
            "no OpenCL driver works here" if probes else "there is no OpenCL driver here"
        )


def first_measured(probe: Probe) -> dict[str, Any] | None:
    """The measurements of a driver's first device that works; None where there is none."""
    working = [k for k, device in enumerate(probe.devices) if not device.reason]
    return measured(probe.driver, working[0]) if probe.alive and working else None


@app.command()
@click.argument("network")
@json_option
def plan(network: str, json_file: Path | None) -> None:
    """Kernels, host arrays, device buffers and element counts of NETWORK."""
    found = find_network(network).network
    rows = plan_rows(found)
    show(json_file, [asdict(row) for row in rows], report.plan_table(found, rows))


@app.command()
@click.argument("network")
@csv_option
@json_option
def summary(network: str, csv_file: Path | None, json_file: Path | None) -> None:
    """Shapes, activations, parameters and multiply-adds of NETWORK."""
    found = find_network(network).network
    rows = summary_rows(found)
    if csv_file is not None:
        write_csv(csv_file, summary_csv(rows))
    if csv_file != STDOUT:
        show(json_file, summary_json(found, rows), report.summary_table(found, rows))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every expected failure is one sentence on standard error."""
    np.seterr(all="ignore")
    try:
        app.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except (click.exceptions.Exit, click.exceptions.NoArgsIsHelpError) as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        fail(error.format_message(), BAD_INPUT)
    except (InputError, ModelError, SpecError, VariantError, NoVariant, UnknownDevice) as error:
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
