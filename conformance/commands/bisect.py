"""`clgold bisect`: where a network goes wrong first, in which elements, and why."""

import contextlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from clgold.device.ranking import pays
from clgold.device.session import open_session
from clgold.device.variants import Variant, load_files
from clgold.device.worker import Worker, open_worker
from clgold.diagnosis.bisect.faults import file_name
from clgold.golden.cases import Case
from clgold.networks import Network
from clgold.networks.summary import summary_rows
from clgold.networks.training import Recipe
from clgold.reference.spec import InputError

from ..run.choose import plan_network, preferred
from ..run.inputs import network_inputs
from . import output_folder as written
from .bisect_json import fault_json
from .bisect_layer import of_layer
from .bisect_report import fault_lines
from .bisect_runs import Found, of_trace, on_device
from .cases import Asked, case_options, is_layer, layer_variants
from .help import Sectioned
from .options import fixed_tolerance, network_options, train_options, trained_target
from .output import PATH, json_option, leave, show
from .ranked import Division, Wanted, ranked_only, ranked_options, verify_ranks
from .targets import find_network, named_network, target_weights

MISMATCH = 1
# What a kernel may take, cold, before it is taken for one that hangs; and what a slow device, on
# which this many products take a second, may take longer.
SECONDS, PRODUCTS = 20.0, 2e7


@click.command("bisect", cls=Sectioned)
@click.argument("target", metavar="NETWORK|LAYER")
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights and probes.")
@case_options
@click.option("--trace", "dump", type=PATH, help="A folder of buffers that another program dumped.")
@click.option("--output", type=PATH, help="Where faults are written; default: bisect-NETWORK.")
@network_options
@ranked_options
@train_options
@json_option
def bisect_command(
    target: str,
    device: str | None,
    images: tuple[Path, ...],
    inputs: tuple[str, ...],
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
    ranks: int | None,
    grid: tuple[int, int] | None,
    steps: int | None,
    size: str | None,
    timeout: float | None,
    whole: bool,
    recipe: Recipe | None,
    batch: int | None,
    **cases: Any,
) -> None:
    """Find the kernels of NETWORK, or the variants of LAYER, that are at fault, and say why.

    Of a network on ranks (--ranks) what `verify` says is that: it judges each kernel and transfer.

    \b
    Examples: clgold bisect stn --kernels mine.py
              clgold bisect stn --trace dump/
    """
    asked, named = Asked(**cases), named_network(target, size)
    fixed = fixed_tolerance(rtol, atol)
    if named is None and (is_layer(target) or asked.anything):
        if images or inputs or weights or fixed or dump:
            raise InputError("--image, --input, --weights, --rtol, --atol, --trace: for networks")
        theirs = load_files(kernels)
        variants = layer_variants(target, theirs, chosen)
        own = asked.cases(target, seed)
        own += asked.more(variants, own, seed)
        bisect_layer(target, own, variants, output, device, json_file)
        return
    if asked.anything:
        raise InputError("--case, --shape, --set, --probe, --like and --data are for layers")
    found = trained_target(named or find_network(target, size), recipe, batch, steps)
    network = found.network
    division = Division(ranks, grid, None if recipe else steps, timeout, whole)
    if dump is None and division.wanted(found):
        ranked_only(in_process, fixed)
        theirs = load_files(kernels)
        first = preferred(theirs, chosen)
        verify_ranks(Wanted(found, weights, seed, images, first, device), division, json_file)
        return
    arrays = target_weights(found, weights, seed)
    folder = output or Path(f"bisect-{file_name(network.name)}")
    written.refuse_foreign(folder)
    if dump is not None:
        if device or kernels or chosen or in_process or not fused:
            raise click.UsageError("--trace runs no kernels: no --device, --kernels, --variant, …")
        answer = of_trace(network, dump, images, arrays, fixed, folder)
    else:
        theirs = load_files(kernels)
        pictures, others = network_inputs(network, images, inputs)
        arrays |= others
        session = open_session(device) if in_process else open_patiently(device, network)
        with contextlib.closing(session):
            able = partial(pays, session.driver)
            plan = plan_network(network, fused, theirs, chosen, fixed, able)
            view = "fused" if fused else "primitive"
            answer = on_device(session, plan, view, arrays, pictures, seed, folder)
    say(answer, json_file)


def bisect_layer(
    layer: str,
    cases: list[Case],
    variants: Sequence[Variant],
    output: Path | None,
    device: str | None,
    json_file: Path | None,
) -> None:
    """Find what is wrong with the variants of a layer."""
    folder = output or Path(f"bisect-{file_name(layer)}")
    written.refuse_foreign(folder)
    with contextlib.closing(open_worker(device)) as session:
        answer = of_layer(session, variants, cases, folder)
    say(answer, json_file)


def say(answer: Found, json_file: Path | None) -> None:
    """Show what was found, and exit by it."""
    faults = [fault_json(fault) for fault in answer.faults]
    whole = {"verdict": answer.verdict, **answer.answer, "faults": faults}
    lines = fault_lines(answer.faults)
    show(json_file, whole, *answer.parts, *lines, f"verdict: {answer.verdict}")
    leave(answer.verdict, [fault.found for fault in answer.faults])


def open_patiently(device: str | None, network: Network) -> Worker:
    """A worker that waits for a kernel as long as the network's largest one may take."""
    worker = open_worker(device)
    if worker.driver.guards:
        most = max((row.multiply_adds for row in summary_rows(network)), default=0)
        worker.seconds = SECONDS + round(most / PRODUCTS)
    return worker
