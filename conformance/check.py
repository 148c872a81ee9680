"""One run of a variant, judged: what the device gave against what the reference allows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from clgold.device.memory import DeviceArray
from clgold.device.run import Run, run_variant
from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.reference import Chain, Enclosure, find_profile
from clgold.reference.chain import enclose_chain, given_exactly

from .compare import Comparison, Tolerance, compare


@dataclass(frozen=True)
class Checked:
    """A variant's run, what the reference gives by layer for the same inputs, and the verdict."""

    run: Run
    expected: Mapping[str, Enclosure]
    comparison: Comparison


def check(
    session: Session,
    variant: Variant,
    chain: Chain,
    operands: tuple[DeviceArray | None, ...],
    attributes: Mapping[str, Any],
    tolerance: Tolerance | None = None,
) -> Checked:
    """Run the variant on operands that stand on the device, and the reference on the same ones."""
    run = run_variant(session, variant, chain, operands, attributes)
    exact = given_exactly(chain, tuple(None if o is None else o.host for o in operands))
    expected = enclose_chain(chain, exact, attributes, find_profile(run.profile))
    return Checked(run, expected, judge(chain, run, expected, tolerance))


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
