"""`clgold verify NETWORK --ranks N`: a network divided among ranks, every kernel and transfer."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clgold.device.run import WRAPPER_ERROR
from clgold.device.variants import Variant
from clgold.reference.spec import InputError

from ..run.inputs import network_images
from .help import section
from .options import grid_of, grid_options, size_option
from .output import MISMATCH, show
from .targets import Target, target_weights, training_arrays

if TYPE_CHECKING:
    from clgold.distributed.rank_main import Job
    from clgold.ranks import Plan

BAD_INPUT = 2
STEPS = 2  # what comes late and what is lost are the same in the first one


@dataclass(frozen=True)
class Division:
    """What the options say of ranks."""

    ranks: int | None
    grid: tuple[int, int] | None
    steps: int | None
    timeout: float | None
    whole: bool = False

    @property
    def anything(self) -> bool:
        given = (self.ranks, self.grid, self.steps, self.timeout, self.whole or None)
        return any(one is not None for one in given)

    def wanted(self, target: Target) -> bool:
        """Whether the network is to be divided; that of many sites always is, if by one."""
        from clgold.distributed.comm import under_mpi

        return target.local is not None or self.anything or under_mpi()


def ranked_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of commands that run a network on ranks."""
    steps = click.option(
        "--steps", type=click.IntRange(1), metavar="N", help="Of localnet; default: 2."
    )
    timeout = click.option(
        "--timeout",
        type=click.FloatRange(min=0.1),
        metavar="SECONDS",
        help="Seconds for a rank; default: 60.",
    )
    full = click.option(
        "--full", "whole", is_flag=True, help="Large products element by element, not by sums."
    )
    options = (grid_options, size_option, steps, timeout, full)
    return section("Ranks, under MPI", *options)(command)


def ranked_only(in_process: bool, fixed: object) -> None:
    """InputError for options that ranks do not take."""
    if in_process or fixed is not None:
        raise InputError("--in-process, --rtol and --atol are not for ranks")


@dataclass(frozen=True)
class Wanted:
    """A network to run on ranks: its weights' file and seed, images, variants, device."""

    target: Target
    weights: Path | None
    seed: int
    images: tuple[Path, ...]
    variants: tuple[Variant, ...]
    device: str | None


def verify_ranks(wanted: Wanted, division: Division, json_file: Path | None) -> None:
    """Run the ranks and report; exits with 1 on a mismatch, or where a rank is lost."""
    from clgold.distributed.comm import under_mpi
    from clgold.distributed.launch import launch, leave_code
    from clgold.distributed.rank_main import run_job

    grid = the_grid(division)
    divided = divide(wanted.target, grid)
    if divided.ranks > 1 and not under_mpi():
        ended = launch(click.get_current_context().find_root().obj, divided)
        if ended.sentence:
            click.echo(f"clgold: {ended.sentence}", err=True)
        sys.exit(ended.code)
    done = run_job(job_of(wanted, division, divided))
    code = 0 if done.outcome.verdict == "pass" else MISMATCH
    found = [one.comparison for one in done.outcome.nodes]
    theirs = next((one for one in found if one.verdict == WRAPPER_ERROR), None)
    if theirs is not None:
        code = BAD_INPUT
    if done.first:
        from .ranked_report import cost_lines, outcome_json, outcome_parts

        answer = outcome_json(divided, done.outcome, done.about)
        answer |= {"losses": done.losses, "costs": [asdict(one) for one in done.costs]}
        losses = [f"loss: {', '.join(f'{one:.7g}' for one in done.losses)}"] if done.losses else []
        *parts, verdict = outcome_parts(divided, done.outcome, done.about)
        show(json_file, answer, *parts, *losses, *cost_lines(divided, done.costs), verdict)
        if theirs is not None:
            click.echo(f"clgold: kernels {theirs.message}", err=True)
        if leave_code(code):
            code = 0
    elif leave_code_waits():
        code = 0
    if code:
        sys.exit(code)


def leave_code_waits() -> bool:
    """Whether a command of ours waits for the ranks, and knows the code from the first one."""
    import os

    from clgold.distributed.status import FOLDER

    return FOLDER in os.environ


def the_grid(division: Division) -> tuple[int, int]:
    """As --ranks and --grid say; else of as many ranks as mpiexec has started, or one."""
    from clgold.distributed.comm import started

    return grid_of(division.ranks, division.grid) or grid_of(started(), None) or (1, 1)


def divide(target: Target, grid: tuple[int, int]) -> "Plan":
    """What runs: of the locally-connected network the training step, of others what they are."""
    from clgold.ranks import plan, step_plan

    return plan(target.network, grid) if target.local is None else step_plan(target.local, grid)


def job_of(wanted: Wanted, division: Division, divided: "Plan") -> "Job":
    """The ranks' job: seeded steps for the locally-connected network, else an image a step."""
    from clgold.distributed.arrays import constants, own_weights, own_weights_of, step_data
    from clgold.distributed.rank_main import SECONDS, Job

    target, network = wanted.target, wanted.target.network

    def weights(rank: int) -> dict[str, Any]:
        return own(rank) | ({} if target.local is None else constants(target.local))

    def own(rank: int) -> dict[str, Any]:
        seeded = target.forward or network
        if wanted.weights is not None or target.arrays is not None:
            given = target_weights(target, wanted.weights, wanted.seed)
            return own_weights_of(given, divided, rank)
        others = {} if target.forward is None else training_arrays(network, wanted.seed)
        return own_weights(seeded, divided, rank, wanted.seed) | own_weights_of(
            others, divided, rank
        )

    steps: Sequence[Any]
    if target.local is not None:
        if wanted.images:
            raise InputError(f"--image: the inputs of {network.name} are no photographs")
        count = division.steps or STEPS
        steps = [step_data(target.local, wanted.seed, number) for number in range(count)]
    else:
        if division.steps is not None:
            raise InputError(
                "--steps is for localnet and --train; other networks take a step for each image"
            )
        source = next(iter(network.inputs))
        pictures = network_images(network, wanted.images).values()
        steps = [{source: picture} for picture in pictures]
    seconds = division.timeout or SECONDS
    return Job(divided, weights, steps, wanted.device, wanted.variants, seconds, division.whole)


def refuse_elsewhere(division: Division, size: str | None) -> None:
    """InputError where options for ranks are given with what is no network."""
    if division.anything or size is not None:
        raise InputError("--ranks, --grid, --steps, --size, --timeout and --full are for networks")
