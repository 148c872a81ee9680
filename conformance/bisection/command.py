"""`clgold bisect`: where a network goes wrong first, in which elements, and why."""

import contextlib
import sys
from pathlib import Path

import click

from clgold.device.session import open_session
from clgold.device.variants import load_variants
from clgold.device.worker import Worker, open_worker
from clgold.networks import Network

from ..models import target_weights
from ..output import PATH, json_option, show
from ..plan import plan_network
from ..summary import summary_rows
from ..targets import find_network, fixed_tolerance, network_images, network_options
from . import written
from .answer import fault_json
from .faults import file_name
from .report import fault_lines
from .runs import of_trace, on_device

MISMATCH = 1
# What a kernel may take, cold, before it is taken for one that hangs; and what a slow device, on
# which this many products take a second, may take longer.
SECONDS, PRODUCTS = 20.0, 2e7


@click.command("bisect")
@click.argument("target", metavar="NETWORK")
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights and probes.")
@click.option("--trace", "dump", type=PATH, help="A folder of buffers that another program dumped.")
@click.option("--output", type=PATH, help="Where faults are written; default: bisect-NETWORK.")
@network_options
@json_option
def bisect_command(
    target: str,
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
    dump: Path | None,
    output: Path | None,
) -> None:
    """Find the kernels of NETWORK that are at fault, and say what is wrong with them."""
    found = find_network(target)
    network = found.network
    fixed = fixed_tolerance(rtol, atol)
    arrays = target_weights(found, weights, seed)
    folder = output or Path(f"bisect-{file_name(network.name)}")
    written.refuse_foreign(folder)
    if dump is not None:
        if device or kernels or chosen or in_process or not fused:
            raise click.UsageError("--trace runs no kernels: no --device, --kernels, --variant, …")
        answer = of_trace(network, dump, images, arrays, fixed, folder)
    else:
        theirs = tuple(variant for path in kernels for variant in load_variants(path))
        plan = plan_network(network, fused, theirs, chosen, fixed)
        pictures = network_images(network, images)
        session = open_session(device) if in_process else open_patiently(device, network)
        with contextlib.closing(session):
            view = "fused" if fused else "primitive"
            answer = on_device(session, plan, view, arrays, pictures, seed, folder)
    faults = [fault_json(fault) for fault in answer.faults]
    whole = {"verdict": answer.verdict, **answer.answer, "faults": faults}
    lines = fault_lines(answer.faults)
    show(json_file, whole, *answer.parts, *lines, f"verdict: {answer.verdict}")
    if answer.verdict != "pass":
        sys.exit(MISMATCH)


def open_patiently(device: str | None, network: Network) -> Worker:
    """A worker that waits for a kernel as long as the network's largest one may take."""
    worker = open_worker(device)
    if worker.driver.guards:
        most = max((row.multiply_adds for row in summary_rows(network)), default=0)
        worker.seconds = SECONDS + round(most / PRODUCTS)
    return worker
