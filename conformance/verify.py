"""`clgold verify`: a network, a layer or one case on a device, against the reference."""

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.session import Session, open_session
from clgold.device.variants import Variant, load_variants
from clgold.device.worker import Worker, open_worker
from clgold.golden.cases import Case, fixed_cases, parse_case
from clgold.golden.shapes import SHAPES
from clgold.golden.weights import InputError
from clgold.networks import NETWORKS
from clgold.reference import LAYERS

from . import layer_report, network_report, report
from .explain_case import explain_first
from .layer_run import verdict_of_cases, verify_layer
from .models import target_weights
from .network_run import verdict_of, verify_image
from .output import json_option, show
from .plan import Plan, pick, plan_network, upload_weights
from .targets import (
    counted,
    fixed_tolerance,
    named_network,
    network_images,
    network_options,
    tracked,
)

MISMATCH = 1


@click.command()
@click.argument("target", metavar="NETWORK|LAYER", required=False)
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights or cases.")
@click.option("--case", "line", help="Replay one case, a line that a failure printed.")
@network_options
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
    fixed = fixed_tolerance(rtol, atol)
    theirs = tuple(variant for path in kernels for variant in load_variants(path))
    found = named_network(target)
    if found is not None:
        arrays = target_weights(found, weights, seed)
        pictures = network_images(found.network, images)
        plan = plan_network(found.network, fused, theirs, chosen, fixed)
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
        total = len(pictures) * len(plan.kernels)
        with counted(total, f"verify {plan.network.name}") as done:
            reports = [
                verify_image(session, plan, arrays, uploaded, name, image, done=done)
                for name, image in pictures.items()
            ]
        why = network_report.explained(reports)
        answer = network_report.verify_json(plan.network, view_name, about, reports, why)
        heading = f"{plan.network.name} ({view_name}) on {report.device_text(about)}"
        parts = [
            heading,
            *network_report.verify_tables(reports),
            *network_report.failure_lines(reports, why),
        ]
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
        why = explain_first(session, reports)
        answer = layer_report.layer_json(cases[0].layer, about, reports)
        heading = f"{cases[0].layer} on {report.device_text(about)}"
        parts = [
            heading,
            layer_report.layer_table(reports),
            *layer_report.case_lines(reports, about["driver"], why),
        ]
        return verdict_of_cases(reports), answer, parts

    return work


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
