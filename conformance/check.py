"""One run of a variant, judged: what the device gave against what the reference allows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clgold.device.gates import passes
from clgold.device.run import Run
from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.device.worker import Worker
from clgold.reference import Chain, Enclosure, find_profile
from clgold.reference.chain import enclose_chain, given_exactly, resolve

from .compare import Comparison, Tolerance, compare
from .precision import assess, fast_math


@dataclass(frozen=True)
class Checked:
    """A variant's run, what the reference gives by layer for the same inputs, and the verdict."""

    run: Run
    expected: Mapping[str, Enclosure]
    comparison: Comparison


def check(
    session: Session | Worker,
    variant: Variant,
    chain: Chain,
    operands: tuple[Any, ...],
    attributes: Mapping[str, Any],
    tolerance: Tolerance | None = None,
    precise: bool = True,
    local_size: tuple[int, ...] | None = None,
) -> Checked:
    """Run the variant on operands that stand on the device, and the reference on the same ones.

    `precise` adds the second gate (precision.py). A fixed tolerance replaces both gates.
    `local_size` is a wish to variants that allow several.
    """
    closed = passes(session.driver, variant.gate) if variant.gate else ""
    if closed:
        run = Run("unsupported", closed)
    else:
        run = session.run(variant, chain, operands, attributes, local_size)
    exact = given_exactly(chain, tuple(None if o is None else o.host for o in operands))
    expected = enclose_chain(chain, exact, attributes, find_profile(run.profile))
    if variant.bound is not None and not run.verdict:
        last, shapes = chain.layers[-1].name, tuple(o and o.shape for o in operands)
        complete, _ = resolve(chain, shapes, attributes)
        declared = variant.bound(find_profile(run.profile), exact, complete)
        expected[last] = replace(expected[last], bound=declared)
    comparison = judge(chain, run, expected, tolerance)
    if precise and tolerance is None and run.output is not None and run.output.host is not None:
        arrays = tuple(None if o is None else o.host for o in operands)
        comparison = refine(chain, arrays, attributes, run, expected, comparison)
    return Checked(run, expected, comparison)


def refine(
    chain: Chain,
    operands: tuple[np.ndarray | None, ...],
    attributes: Mapping[str, Any],
    run: Run,
    expected: Mapping[str, Enclosure],
    found: Comparison,
) -> Comparison:
    """The second gate, for a result that passed the first; for one that did not, a guess why."""
    assert run.output is not None
    assert run.output.host is not None
    got, last = run.output.host, expected[chain.layers[-1].name]
    if got.shape != last.value.shape or got.dtype != chain.dtype:
        return found
    if found.verdict == "wrong" and fast_math(
        chain, operands, attributes, got, find_profile(run.profile)
    ):
        return replace(
            found, message=f"{found.message}; all are within that of fast-math functions"
        )
    precision = assess(chain, operands, attributes, got, expected)
    looks = f"; it looks like {precision.cause}" if precision.cause else ""
    if found.verdict == "pass" and precision.imprecise:
        message = (
            f"within the bound, but {precision.ratio:.3g} times the error of honest float32 sums"
        )
        return replace(
            found, verdict="imprecise", message=message + looks, precision=precision.ratio
        )
    return replace(found, message=found.message + looks, precision=precision.ratio)


def judge(
    chain: Chain, run: Run, expected: Mapping[str, Enclosure], tolerance: Tolerance | None
) -> Comparison:
    """The run's own verdict, or the worst of the comparisons of everything it handed over."""
    if run.verdict:
        return Comparison(run.verdict, run.message)
    assert run.output is not None
    assert run.output.host is not None
    dtypes = {layer.name: layer.dtype for layer in chain.layers}
    last = chain.layers[-1].name
    found = []
    for layer, values in {**run.kept, last: run.output.host}.items():
        if layer not in expected:
            return Comparison("crash", f"kept {layer!r}, which is no layer of {chain.name}")
        one = compare(values, expected[layer], dtypes[layer], tolerance)
        if layer != last and one.verdict != "pass":
            one = replace(one, message=f"in its {layer}: {one.message}")
        found.append(one)
    return max(found, key=lambda one: (one.verdict != "pass", one.budget_used))
