"""One run of a variant: twice, with every array inspected afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference import Question
from clgold.reference.poison import bits

from . import memory
from .caches import CacheFull, has_room
from .given import brought_back, dressed, from_padding, lacking, layouts, stand, unfit
from .launcher import RELAXED_MATH, KernelLost, Launcher
from .memory import DeviceArray, Held
from .programs import BuildError
from .record import Record, Recorder
from .simulator import CHECKED_ELEMENTS, UNCHECKED, with_source
from .variants import Variant, VariantError, accusation, defined_at

if TYPE_CHECKING:
    from .session import Session

Operands = tuple[DeviceArray | None, ...]

WRAPPER_ERROR = "wrapper-error"  # a mistake in the user's Python
AGAIN = "again/"  # before the names of what a second run handed over
CACHE_FULL = "cache-full"  # no fault of the kernel's: a worker starts again elsewhere


@dataclass(frozen=True)
class Run:
    """What came of it. `verdict` is empty when there is an output worth comparing."""

    verdict: str = ""
    message: str = ""
    output: Held | None = None
    kept: Mapping[str, np.ndarray] = field(default_factory=dict)
    profile: str = "full"
    sources: tuple[Path, ...] = ()
    record: Record | None = None  # of a rehearsal
    seconds: tuple[float, ...] = ()  # that the kernels of each run took
    again: "Run | None" = None  # the second run, where it may differ, and does


def run_variant(
    session: "Session",
    variant: Variant,
    question: Question,
    operands: Operands,
    local_size: tuple[int, ...] | None = None,
    rehearse: bool = False,
    times: int = 0,
) -> Run:
    """Run the variant twice on the question's operands, which stand on the device.

    Verdicts given here: unsupported, build-error, wrapper-error (an exception in the variant),
    overrun, input-modified, nondeterministic. The rest is for the comparer. A rehearsal builds and
    starts no kernel: it gives the record of what would be launched.
    """
    complete = question.flat
    try:
        refusal = (
            variant.refusal(question.shapes, complete)
            or lacking(session.device, variant.requires)
            or unfit(variant, question)
        )
    except VariantError as error:
        return Run(WRAPPER_ERROR, str(error).removeprefix("kernels "))
    if refusal:
        return Run("unsupported", refusal)
    if rehearse:
        given = dressed(session, variant, question, operands)
        return rehearsal(variant, launcher(session, variant, question, local_size), given, complete)
    shape = question.shape
    sizes = [prod(one) for one in (*question.shapes, shape) if one is not None]
    if session.checks and sum(sizes) > CHECKED_ELEMENTS:
        return run_unchecked(session, variant, question, operands, local_size)
    session.finding()  # what an earlier run left unread is no fault of this one
    results: list[Run] = []
    seconds: list[float] = []
    # A simulator is slow, and its own check for races finds what a second run would.
    for _ in range(2 if session.driver.guards else 1):
        cl = launcher(session, variant, question, local_size)
        cl.far = variant not in session.guarded
        session.guarded.add(variant)
        given = dressed(session, variant, question, operands)
        failed = attempt(variant, cl, given, complete)
        if failed is not None and session.checks:
            # Not optimised for the check's sake, what LLVM notes where it inlines a function
            # (noalias.scope.decl) stays in a kernel, which is then not made: INVALID_KERNEL_NAME.
            return run_unchecked(session, variant, question, operands, local_size)
        if failed is not None:
            return failed
        fixed = given[1:] if variant.in_place else given
        seconds.append(cl.seconds)
        results.append(finish(session, cl, (*operands, *fixed), given))
        if results[-1].verdict == UNCHECKED:
            return run_unchecked(session, variant, question, operands, local_size)
        if results[-1].verdict:
            return results[-1]
    for _ in range(times):
        cl = launcher(session, variant, question, local_size)
        if attempt(variant, cl, dressed(session, variant, question, operands), complete) is None:
            seconds.append(cl.seconds)
    alike = same_bits(results[0], results[-1])
    if alike.verdict and variant.order == "any" and alike is not results[0]:
        alike = replace(results[0], again=results[-1])
    used = [one.output for one in (alike, alike.again) if one is not None]
    session.drop(*(one.output for one in results if one.output not in used))
    return replace(alike, seconds=tuple(seconds))


def launcher(
    session: "Session",
    variant: Variant,
    question: Question,
    local_size: tuple[int, ...] | None,
) -> Launcher:
    """What one run of the variant works with."""
    return Launcher(
        session,
        variant.source,
        question.shape,
        question.chain.dtype,
        local_size_hint=local_size,
        layout=layouts(variant, question).get("output"),
        adds=variant.accumulate,
    )


def rehearsal(
    variant: Variant, cl: Launcher, operands: Operands, attributes: Mapping[str, Any]
) -> Run:
    """The record of what would be launched; nothing is built or started."""
    cl.recorder = Recorder([operand for operand in operands if operand is not None])
    failed = attempt(variant, cl, operands, attributes)
    return failed or Run(record=cl.recorder.record(operands, cl.kept, variant.in_place))


def run_unchecked(
    session: "Session",
    variant: Variant,
    question: Question,
    operands: Operands,
    local_size: tuple[int, ...] | None,
) -> Run:
    """The run on a simulator that does not look for uninitialised values."""
    other = session.unchecked()
    copies: list[DeviceArray | None] = []
    for operand in operands:
        if operand is None:
            copies.append(None)
        else:
            assert operand.host is not None
            copies.append(other.upload(operand.name, operand.host))
    run = run_variant(other, variant, question, tuple(copies), local_size)
    other.drop(*copies)
    if run.output is None or run.output.host is None:
        return run
    return replace(run, output=session.upload(run.output.name, run.output.host))


def attempt(
    variant: Variant, cl: Launcher, operands: Operands, attributes: Mapping[str, Any]
) -> Run | None:
    """Launch; None when an output came back, and stands in cl.kept under the empty name."""
    try:
        output = variant.launch(cl, *operands, **attributes)
    except BuildError as error:
        return Run("build-error", str(error), sources=tuple(cl.sources))
    except CacheFull as error:
        return Run(CACHE_FULL, str(error))
    except (Exception, SystemExit) as error:  # a stranger's code: what it raises is a verdict
        verdict = "crash" if is_the_drivers(error) else WRAPPER_ERROR
        return Run(verdict, accusation(variant, error))
    if not isinstance(output, DeviceArray):
        returned = f"returned a {type(output).__name__}, expected cl.output()"
        return Run(WRAPPER_ERROR, f"{defined_at(variant.launch, variant.source)}: {returned}")
    cl.kept[""] = output
    return None


def is_the_drivers(error: BaseException) -> bool:
    """Whether it was raised because the driver could not go on, and not for wrong arguments."""
    import pyopencl as cl

    return isinstance(error, (KernelLost, MemoryError, cl.MemoryError, cl.RuntimeError))


def finish(session: "Session", cl: Launcher, fixed: Operands, given: Operands) -> Run:
    """Bring back the results, and look for damage around and inside the arrays.

    `given` are the operands that the variant got; `fixed` must be as they were.
    """
    profile = "relaxed" if RELAXED_MATH in cl.options else session.profile
    sources = tuple(sorted(cl.sources))
    inputs = list({id(one): one for one in fixed if one is not None}.values())
    present = [one for one in given if one is not None and id(one) not in map(id, inputs)]
    verdict, words = session.finding()
    if verdict:
        return Run(verdict, with_source(words, sources), sources=sources)
    if session.log is not None and not has_room(session.log.parent):
        return Run(CACHE_FULL, f"the disk of the simulator's log {session.log} is full")
    mine = (*inputs, *present, *cl.arrays)
    others = [one for one in session.arrays.values() if one not in mine]
    for array in (*mine, *others):
        wrote = memory.damage(session.queue, array)
        if not wrote and array in others and array in session.fixed:
            wrote = strayed(session, array)
        if wrote:
            return Run("overrun", wrote, sources=sources)
    for array in inputs:
        changed = memory.changed(session.queue, array)
        if changed:
            message = f"changed {changed} elements of {array.name} {list(array.shape)}"
            return Run("input-modified", message, sources=sources)
    stored = {name: memory.download(session.queue, array) for name, array in cl.kept.items()}
    kept = {
        name: brought_back(array, stored[name], cl.out_dtype) for name, array in cl.kept.items()
    }
    relied = from_padding(kept[""])
    if relied:
        return Run("wrong", relied, sources=sources)
    output = cl.kept[""]
    if output.stored is not None or output.dtype != kept[""].dtype:
        known = session.upload(output.name, kept.pop(""))  # as the next kernel expects it
        if output.stored is not None and output.dtype == known.dtype:
            stand(session, known, output, stored[""])
    else:
        known = replace(output, host=kept.pop(""), filled=False)
    return Run("", "", known, kept, profile, sources)


def strayed(session: "Session", array: DeviceArray) -> str:
    """How much of an array that is none of the run's was changed, as words; it is mended."""
    changed = memory.changed(session.queue, array)
    if not changed:
        return ""
    memory.mend(session.queue, array)
    return f"changed {changed} elements of {array.name} {list(array.shape)}, which it was not given"


def same_bits(first: Run, second: Run) -> Run:
    """The first run, unless the second differs from it."""
    assert first.output is not None
    assert second.output is not None
    pairs = [("output", first.output.host, second.output.host)]
    pairs += [(name, first.kept[name], second.kept.get(name)) for name in first.kept]
    for name, one, two in pairs:
        if one is None or two is None or one.shape != two.shape:
            return Run("nondeterministic", f"{name} is of another shape in the second run")
        differing = int(np.count_nonzero(bits(one) != bits(two)))
        if differing:
            message = f"{differing} of {one.size} elements of {name} differ between two runs"
            return Run("nondeterministic", message, sources=first.sources)
    return first
