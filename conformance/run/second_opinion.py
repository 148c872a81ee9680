"""Whose fault a crash is: the same case on every other driver here, simulators too."""

from contextlib import closing

from clgold.device.drivers import discover
from clgold.device.probe import NoDevice, UnknownDevice
from clgold.device.variants import Variant
from clgold.device.worker import open_worker
from clgold.golden.cases import Case

from .case import run_case


def second_opinion(driver: str, variant: Variant, case: Case) -> str:
    """What comes of the case on every other driver, as a sentence that says whose fault it is."""
    found: dict[str, str] = {}
    for other in discover():
        if other.name != driver:
            try:
                with closing(open_worker(other.name)) as worker:
                    found[other.name] = run_case(worker, variant, case).verdict
            except (NoDevice, UnknownDevice):
                continue
    passing = [name for name, verdict in found.items() if verdict in ("pass", "vacuous")]
    failing = [f"{verdict} on {name}" for name, verdict in found.items() if name not in passing]
    if not found:
        return "no other driver works here that could tell whether it is the driver's fault"
    if not passing:
        return f"{', '.join(failing)} too: the kernel's"
    whose = f", but {', '.join(failing)}: either's" if failing else f": {driver}'s fault"
    return f"passes on {' and '.join(passing)}{whose}"
