"""`clgold devices`: the OpenCL drivers of this machine."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from clgold.device.drivers import discover
from clgold.device.measure import measured
from clgold.device.probe import NoDevice, Probe, probe

from . import report
from .output import json_option, show


@click.command()
@json_option
def devices(json_file: Path | None) -> None:
    """What OpenCL is here, what works, what does not and why.

    \b
    Example: clgold devices --json devices.json
    """
    with ThreadPoolExecutor() as pool:  # each driver waits in a process of its own
        probes = list(pool.map(probe, discover()))
        accuracy = list(pool.map(first_measured, probes))
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
