"""`clgold verify`: a network, a layer or one case on a device, against the reference."""

import contextlib
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.progress import Progress

from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.session import Session, open_session
from clgold.device.variants import Variant, load_variants
from clgold.device.worker import Worker, open_worker
from clgold.golden.cases import Case, fixed_cases, parse_case
from clgold.golden.photographs import load_image, photographs
from clgold.golden.shapes import SHAPES
from clgold.golden.weights import InputError, load_weights, seeded_weights
from clgold.networks import NETWORKS, Network
from clgold.networks.network import view
from clgold.reference import LAYERS
from clgold.reference.spec import Shape

from . import layer_report, report
from .compare import Tolerance
from .layer_run import verdict_of_cases, verify_layer
from .network_run import Plan, plan_run, upload_weights, verdict_of, verify_image
from .output import PATH, json_option, show

MISMATCH = 1


def finite_number(_context: Any, _option: Any, value: float | None) -> float | None:
    """The number; a tolerance of NaN or infinity would compare nothing."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number.")
    return value


def tolerance_option(name: str, help: str) -> Callable[..., Any]:
    number = click.FloatRange(min=0)
    return click.option(name, type=number, callback=finite_number, help=help)


@click.command()
@click.argument("target", metavar="NETWORK|LAYER", required=False)
@click.option("--device", metavar="NAME[:INDEX]", help="The OpenCL driver; default: first working.")
@click.option("--image", "images", type=PATH, multiple=True, help="An image; may be repeated.")
@click.option("--weights", type=PATH, help="A .npz or .safetensors file with the network's arrays.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights or cases.")
@click.option("--kernels", type=PATH, multiple=True, help="A Python file whose variants go first.")
@click.option("--variant", "chosen", multiple=True, metavar="LAYER=NAME", help="Use this variant.")
@click.option("--case", "line", help="Replay one case, a line that a failure printed.")
@click.option("--fused/--primitive", default=True, help="A network's own kernels, or one a layer.")
@click.option("--in-process", is_flag=True, help="Run the kernels in this process, for debuggers.")
@tolerance_option("--rtol", "With --atol, in place of the bounds.")
@tolerance_option("--atol", "With --rtol, in place of the bounds.")
@json_option
def verify(
    target: str | None,
    device: str | None,
    images: tuple[Path, ...],
    weights: Path | None,
    seed: int,
    kernels: tuple[Path, ...],
    chosen: tuple[str, ...],
    line: str | None,
    fused: bool,
    in_process: bool,
    rtol: float | None,
    atol: float | None,
    json_file: Path | None,
) -> None:
    """Compare a network's kernels, or every variant of a layer, with the reference."""
    fixed = None if rtol is None and atol is None else Tolerance(rtol or 0.0, atol or 0.0)
    theirs = tuple(variant for path in kernels for variant in load_variants(path))
    network = next((one for one in NETWORKS if one.name == target), None)
    if network is not None:
        arrays = load_weights(weights, network) if weights else seeded_weights(network, seed)
        shape = next(iter(network.inputs.values()))
        pictures = load_images(images or photographs(), shape)
        plan = plan_network(network, fused, theirs, chosen, fixed)
        work = network_work(plan, arrays, pictures, "fused" if fused else "primitive")
    else:
        if images or weights or fixed:
            raise InputError("--image, --weights, --rtol and --atol are for networks")
        cases = [parse_case(line)] if line else cases_of(target, seed)
        work = layer_work(layer_variants(cases[0].layer, theirs, chosen), cases)
    session = open_session(device) if in_process else open_worker(device)
    with contextlib.closing(session):
        verdict, answer, parts = work(session)
    show(json_file, answer, *parts, f"verdict: {verdict}")
    if verdict != "pass":
        sys.exit(MISMATCH)


Work = Callable[[Session | Worker], tuple[str, dict[str, Any], list[Any]]]


def network_work(
    plan: Plan, arrays: dict[str, np.ndarray], pictures: dict[str, np.ndarray], view_name: str
) -> Work:
    """Every image through every kernel; the verdict, the JSON and what the terminal shows."""

    def work(session: Session | Worker) -> tuple[str, dict[str, Any], list[Any]]:
        about = session.describe()
        uploaded = upload_weights(session, plan.network, arrays)
        reports = [
            verify_image(session, plan, arrays, uploaded, name, image)
            for name, image in tracked(list(pictures.items()), f"verify {plan.network.name}")
        ]
        answer = report.verify_json(plan.network, view_name, about, reports)
        heading = f"{plan.network.name} ({view_name}) on {report.device_text(about)}"
        parts = [heading, *report.verify_tables(reports), *report.failure_lines(reports)]
        return verdict_of(reports), answer, parts

    return work


def layer_work(variants: Sequence[Variant], cases: Sequence[Case]) -> Work:
    """Every case with every variant; the verdict, the JSON and what the terminal shows."""

    def work(session: Session | Worker) -> tuple[str, dict[str, Any], list[Any]]:
        about = session.describe()
        runs = [(variant, case) for variant in variants for case in cases]
        reports = [
            one
            for variant, case in tracked(runs, f"verify {cases[0].layer}")
            for one in verify_layer(session, [variant], [case])
        ]
        answer = layer_report.layer_json(cases[0].layer, about, reports)
        heading = f"{cases[0].layer} on {report.device_text(about)}"
        parts = [
            heading,
            layer_report.layer_table(reports),
            *layer_report.case_lines(reports, about["driver"]),
        ]
        return verdict_of_cases(reports), answer, parts

    return work


def tracked(items: list[Any], description: str) -> Any:
    """The items, with a progress bar on a terminal."""
    with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
        yield from progress.track(items, description=description)


def load_images(paths: Sequence[Path], shape: Shape) -> dict[str, np.ndarray]:
    """The images by name, or by the path given where two files have the same name."""
    names = [path.name for path in paths]
    return {
        path.name if names.count(path.name) == 1 else str(path): load_image(path, shape)
        for path in paths
    }


def cases_of(target: str | None, seed: int) -> list[Case]:
    """The fixed cases of a layer or chain; InputError for any other name."""
    if target is None:
        raise InputError("verify: give a network, a layer, or a case with --case")
    if target not in SHAPES:
        known = ", ".join([*(n.name for n in NETWORKS), *(layer.name for layer in LAYERS)])
        raise InputError(f"there is no network or layer {target!r}, expected one of {known}")
    return fixed_cases(target, seed)


def layer_variants(
    layer: str, theirs: tuple[Variant, ...], chosen: Sequence[str]
) -> tuple[Variant, ...]:
    """The variants to assay: those of --variant, else the user's, else ours."""
    named = pick(theirs + VARIANTS, chosen)
    for variants in (named, theirs):
        if variants:
            fitting = candidates(variants, layer)
            if not fitting:
                others = ", ".join(f"{one.layer} {one.name!r}" for one in variants)
                raise InputError(f"no variant of {layer} is given, only {others}")
            return fitting
    return candidates(VARIANTS, layer)


def pick(every: Sequence[Variant], chosen: Sequence[str]) -> tuple[Variant, ...]:
    """The variants that --variant names; InputError where there is none of that name."""
    first = []
    for choice in chosen:
        layer, _, name = choice.partition("=")
        matching = [one for one in candidates(every, layer) if one.name == name]
        if not matching:
            known = ", ".join(one.name for one in candidates(every, layer)) or "none"
            raise InputError(f"--variant {choice}: {layer} has no variant {name!r}, it has {known}")
        first.append(matching[0])
    return tuple(first)


def plan_network(
    network: Network,
    fused: bool,
    theirs: tuple[Variant, ...],
    chosen: Sequence[str],
    fixed: Tolerance | None,
) -> Plan:
    """The network's kernels with their variants: --variant goes first, then the user's, then ours.

    InputError if the user's files declare variants of which none would run.
    """
    plan = plan_run(network, fused, (*pick(theirs + VARIANTS, chosen), *theirs, *VARIANTS), fixed)
    if theirs and not any(one in theirs for one in plan.variants.values()):
        used = ", ".join(sorted({kernel.layer for kernel in view(network, fused)}))
        given = ", ".join(f"{one.layer} {one.name!r}" for one in theirs)
        way = "--primitive" if fused else "--fused"
        raise InputError(
            f"kernels {theirs[0].source.name}: no kernel of this view of {network.name} runs "
            f"{given}; it has {used} (try {way})"
        )
    return plan
