"""`clgold verify`: a network, a layer or one case on a device, against the reference."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from clgold.device.catalogue import VARIANTS, Bears
from clgold.device.protocol import Device
from clgold.device.ranking import pays
from clgold.device.session import open_session
from clgold.device.variants import Variant, VariantError, load_files
from clgold.device.worker import open_worker
from clgold.golden.cases import Case
from clgold.networks.training import Recipe
from clgold.reference.spec import InputError

from ..judge.compare import Comparison
from ..run.choose import Plan, plan_network, preferred, upload_weights
from ..run.groups import failing, grouped
from ..run.inputs import network_inputs
from ..run.layer import CaseReport, verdict_of_cases, verify_layer
from ..run.network import verdict_of, verify_image
from ..run.races import watch
from ..run.rate import Race, race, raced_kernels
from . import layer_report, network_report, report
from .cases import Asked, case_options, layer_variants
from .expected_outputs import judged_outputs, output_lines, outputs_json
from .help import Sectioned
from .options import (
    counted,
    fixed_tolerance,
    network_options,
    train_options,
    trained_target,
)
from .output import json_option, leave, show
from .ranked import (
    Division,
    Wanted,
    ranked_only,
    ranked_options,
    refuse_elsewhere,
    verify_ranks,
)
from .targets import coming_weights, named_network
from .watch import rounds

if TYPE_CHECKING:
    from clgold.diagnosis.explain.diagnose import Diagnosis


@click.command(cls=Sectioned)
@click.argument("target", metavar="NETWORK|LAYER", required=False)
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights or cases.")
@click.option("--time", "timed", is_flag=True, help="Time variants or kernels beside ours.")
@click.option("--watch", is_flag=True, help="Run again whenever a source changes.")
@case_options
@network_options
@ranked_options
@train_options
@json_option
def verify(
    target: str | None,
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
    ranks: int | None,
    grid: tuple[int, int] | None,
    steps: int | None,
    size: str | None,
    timeout: float | None,
    timed: bool,
    watch: bool,
    whole: bool,
    recipe: Recipe | None,
    batch: int | None,
    **cases: Any,
) -> None:
    """Compare a network's kernels, or every variant of a layer, with the reference.

    \b
    Examples: clgold verify stn --device pocl
              clgold verify conv2d --kernels mine.py --json report.json
    """
    fixed = fixed_tolerance(rtol, atol)
    theirs = load_files(kernels)
    asked, found = Asked(**cases), named_network(target, size)
    if found is not None:
        found = trained_target(found, recipe, batch, steps)
    elif recipe or batch:
        raise InputError("--train and --batch are for networks")
    division = Division(ranks, grid, None if recipe else steps, timeout, whole)
    if found is not None and asked.anything:
        raise InputError("--case, --shape, --set, --probe, --like and --data are for layers")
    if found is not None and division.wanted(found):
        ranked_only(in_process, fixed)
        first = preferred(theirs, chosen)
        verify_ranks(Wanted(found, weights, seed, images, first, device), division, json_file)
        return
    if found is not None:
        pictures, others = network_inputs(found.network, images, inputs)
        coming = coming_weights(found, weights, seed)
        planned = partial(plan_network, found.network, fused, theirs, chosen, fixed)
        view = "fused" if fused else "primitive"
        drawn = json_file is not None
        work = network_work(planned, lambda: coming() | others, pictures, view, drawn, timed)
    else:
        refuse_elsewhere(division, size)
        if images or inputs or weights or fixed:
            raise InputError("--image, --input, --weights, --rtol and --atol are for networks")
        wanted = asked.cases(target, seed)
        variants = layer_variants(wanted[0].layer, theirs, chosen)
        wanted += asked.more(variants, wanted, seed)
        work = layer_work(variants, wanted, timed, json_file is not None)
    if watch and (found is not None or not kernels):
        raise InputError("--watch is for a layer's variants in files: give --kernels")
    session = open_session(device) if in_process else open_worker(device)
    with contextlib.closing(session):
        for number, _ in enumerate(rounds(kernels, watch)):
            try:
                if number:
                    theirs = load_files(kernels)
                    variants = layer_variants(wanted[0].layer, theirs, chosen)
                    work = layer_work(variants, wanted, timed, json_file is not None)
                verdict, answer, parts, found_all = work(session)
            except VariantError as error:
                if not watch:
                    raise
                click.echo(f"clgold: {error}", err=True)
                continue
            show(json_file, answer, *parts, f"verdict: {verdict}")
    leave(verdict, found_all)


Answer = tuple[str, dict[str, Any], list[Any], list[Comparison]]
Work = Callable[[Device], Answer]


def network_work(
    planned: Callable[[Bears], Plan],
    given: Callable[[], dict[str, np.ndarray]],
    pictures: dict[str, np.ndarray],
    view_name: str,
    drawn: bool,
    timed: bool = False,
) -> Work:
    """Every image through every kernel; the verdict, the JSON and what the terminal shows.

    `drawn`: the JSON has pictures of what is wrong.
    """

    def work(session: Device) -> Answer:
        about = session.describe()
        plan, arrays = planned(partial(pays, session.driver)), given()
        uploaded = upload_weights(session, plan.network, arrays)
        total = len(pictures) * len(plan.kernels)
        with counted(total, f"verify {plan.network.name}") as done:
            reports = [
                verify_image(session, plan, arrays, uploaded, name, image, done=done)
                for name, image in pictures.items()
            ]
        why = network_report.explained(reports)
        answer = network_report.verify_json(plan.network, view_name, about, reports, why, drawn)
        heading = f"{plan.network.name} ({view_name}) on {report.device_text(about)}"
        parts = [
            heading,
            *network_report.verify_tables(reports),
            *network_report.failure_lines(reports, why),
        ]
        if timed and (races := raced_kernels(session, plan)):
            parts.insert(2, layer_report.race_table(races))
            answer["times"] = layer_report.races_json(races)
        found = [kernel.comparison for one in reports for kernel in one.kernels]
        return verdict_of(reports), answer, parts, found

    return work


def layer_work(
    variants: Sequence[Variant], cases: Sequence[Case], timed: bool = False, drawn: bool = False
) -> Work:
    """Every case with every variant; the verdict, the JSON and what the terminal shows."""

    def work(session: Device) -> Answer:
        about = session.describe()
        with counted(len(variants) * len(cases), f"verify {cases[0].layer}") as done:
            reports = list(verify_layer(session, variants, cases, done))
        why = explained(session, reports)
        known = {name for (name, _), one in why.items() if one.explanation is not None}
        between = watch(session, variants, reports, known)
        caught = {one.variant.name for one in between.found}
        every = [*reports, *between.reports]
        seen = pictured(session, reports, why) if drawn else {}
        answer = layer_report.layer_json(cases[0].layer, about, every, why, seen)
        answer["races"] = between.sentence
        heading = f"{cases[0].layer} on {report.device_text(about)}"
        parts = [
            heading,
            layer_report.layer_table(reports),
            *layer_report.case_lines(between.found, between.simulator, {}),
            *layer_report.case_lines(reports, about["driver"], why, caught),
            *filter(None, [between.sentence]),
        ]
        if timed and (races := raced(session, reports)):
            parts.insert(2, layer_report.race_table(races))
            answer["times"] = layer_report.races_json(races)
        verdict = verdict_of_cases(every)
        if expected := judged_outputs(cases):
            parts += output_lines(expected)
            answer["expected"] = outputs_json(expected)
            verdict = verdict if all(expected.values()) else "fail"
        return verdict, answer, parts, [one.comparison for one in every]

    return work


def pictured(
    session: Device, reports: Sequence[CaseReport], why: Mapping[tuple[str, str], "Diagnosis"]
) -> dict[tuple[str, str], str | None]:
    """A picture beside each diagnosis: of the largest case of the same fault."""
    if not why:
        return {}
    from clgold.diagnosis.explain.case import largest_result
    from clgold.diagnosis.explain.picture import embedded

    found = {}
    for group in grouped(reports, why):
        variant, case = group.shown.variant, group.shown.case
        if (variant.name, str(case)) in why:
            seen = largest_result(session, variant, [one.case for one in group.cases])
            title = f"{variant.layer} {variant.name!r}"
            found[variant.name, str(case)] = embedded(seen, title)
    return found


def explained(session: Device, reports: Sequence[CaseReport]) -> dict[tuple[str, str], "Diagnosis"]:
    """By variant and case what is known of failures; where there is none, nothing is loaded."""
    if not (found := failing(reports)):
        return {}
    from clgold.diagnosis.explain.case import explain_first

    return explain_first(session, found)


def raced(session: Device, reports: Sequence[CaseReport]) -> list[Race]:
    """Each variant that passes somewhere, on the passing case with most work, beside ours."""
    passing = [one for one in reports if one.comparison.verdict == "pass" and one.pace]
    races = []
    for variant in dict.fromkeys(one.variant for one in passing):
        own = [one for one in passing if one.variant == variant]
        most = max(own, key=lambda one: (one.pace.operations, one.pace.nbytes) if one.pace else ())
        races.append(race(session, variant, most.case, VARIANTS))
    return [one for one in races if one is not None]
