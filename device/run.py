"""One run of a variant: twice, with every array inspected afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference import Chain
from clgold.reference.chain import resolve

from . import memory
from .caches import CacheFull, has_room
from .launcher import RELAXED_MATH, Launcher
from .memory import DeviceArray, bits
from .programs import BuildError
from .record import Record, Recorder
from .simulator import CHECKED_ELEMENTS, UNCHECKED, with_source
from .variants import Variant, blame

if TYPE_CHECKING:
    from .session import Session

Operands = tuple[DeviceArray | None, ...]

CACHE_FULL = "cache-full"  # no fault of the kernel's: a worker starts again elsewhere


@dataclass(frozen=True)
class Run:
    """What came of it. `verdict` is empty when there is an output worth comparing."""

    verdict: str = ""
    message: str = ""
    output: DeviceArray | None = None
    kept: Mapping[str, np.ndarray] = field(default_factory=dict)
    profile: str = "full"
    sources: tuple[Path, ...] = ()
    record: Record | None = None  # of a rehearsal


def run_variant(
    session: "Session",
    variant: Variant,
    chain: Chain,
    operands: Operands,
    attributes: Mapping[str, Any],
    local_size: tuple[int, ...] | None = None,
    rehearse: bool = False,
) -> Run:
    """Run the variant twice on operands that stand on the device.

    Verdicts given here: unsupported, build-error, crash (an exception in the variant), overrun,
    input-modified, nondeterministic. The rest is for the comparer. A rehearsal builds and starts
    no kernel: it gives the record of what would be launched.
    """
    shapes = tuple(None if o is None else o.shape for o in operands)
    complete, outputs = resolve(chain, shapes, attributes)
    refusal = variant.refusal(shapes, complete)
    if refusal:
        return Run("unsupported", refusal)
    if rehearse:
        cl = Launcher(session, variant.source, outputs[-1], chain.dtype, local_size_hint=local_size)
        return rehearsal(variant, cl, operands, complete)
    sizes = [prod(shape) for shape in (*shapes, outputs[-1]) if shape is not None]
    if session.checks and sum(sizes) > CHECKED_ELEMENTS:
        return run_unchecked(session, variant, chain, operands, attributes, local_size)
    session.finding()  # what an earlier run left unread is no fault of this one
    results = []
    # A simulator is slow, and its own check for races finds what a second run would.
    for _ in range(2 if session.driver.guards else 1):
        cl = Launcher(session, variant.source, outputs[-1], chain.dtype, local_size_hint=local_size)
        failed = attempt(variant, cl, operands, complete)
        if failed is not None:
            return failed
        results.append(finish(session, cl, operands))
        if results[-1].verdict == UNCHECKED:
            return run_unchecked(session, variant, chain, operands, attributes, local_size)
        if results[-1].verdict:
            return results[-1]
    return same_bits(results[0], results[-1])


def rehearsal(
    variant: Variant, cl: Launcher, operands: Operands, attributes: Mapping[str, Any]
) -> Run:
    """The record of what would be launched; nothing is built or started."""
    cl.recorder = Recorder([operand for operand in operands if operand is not None])
    failed = attempt(variant, cl, operands, attributes)
    return failed or Run(record=cl.recorder.record(operands, cl.kept))


def run_unchecked(
    session: "Session",
    variant: Variant,
    chain: Chain,
    operands: Operands,
    attributes: Mapping[str, Any],
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
    run = run_variant(other, variant, chain, tuple(copies), attributes, local_size)
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
        return Run("crash", f"{variant.source.name}, {blame(error, variant.source)}")
    if not isinstance(output, DeviceArray):
        kind = type(output).__name__
        return Run("crash", f"{variant.source.name}: returned a {kind}, expected cl.output()")
    cl.kept[""] = output
    return None


def finish(session: "Session", cl: Launcher, operands: Operands) -> Run:
    """Bring back the results, and look for damage around and inside the arrays."""
    profile = "relaxed" if RELAXED_MATH in cl.options else session.profile
    sources = tuple(sorted(cl.sources))
    inputs = [operand for operand in operands if operand is not None]
    verdict, words = session.finding()
    if verdict:
        return Run(verdict, with_source(words, sources), sources=sources)
    if session.log is not None and not has_room(session.log.parent):
        return Run(CACHE_FULL, f"the disk of the simulator's log {session.log} is full")
    for array in (*inputs, *cl.arrays):
        wrote = memory.damage(session.queue, array)
        if wrote:
            return Run("overrun", wrote, sources=sources)
    for array in inputs:
        changed = memory.changed(session.queue, array)
        if changed:
            message = f"changed {changed} elements of {array.name} {list(array.shape)}"
            return Run("input-modified", message, sources=sources)
    kept = {name: memory.download(session.queue, array) for name, array in cl.kept.items()}
    output = cl.kept[""]
    known = replace(output, host=kept.pop(""))
    return Run("", "", known, kept, profile, sources)


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
