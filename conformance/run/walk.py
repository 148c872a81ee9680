"""A network's kernels in a row, each run on the reference's inputs and on the device's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clgold.device.protocol import Device
from clgold.networks import Kernel
from clgold.reference import Enclosure, find_profile
from clgold.reference.poison import bits

from ..judge.assess import Checked, check
from .choose import Plan

Arrays = Mapping[str, np.ndarray]
Uploaded = Mapping[str, Any]  # what a session's or a worker's `upload` returned
Operands = tuple[Any, ...]


@dataclass(frozen=True)
class Step:
    """One kernel on one image, run twice; what it read and what came of it.

    given, born    the reference's inputs, and the error born in the kernel on them
    live, own      the device's own inputs, and the kernel's error on those; the first run again
                   where both are the same bits
    reference      what the reference hands to the next kernel
    usable         whether the next kernel works on the device's output; else on the reference's
    """

    kernel: Kernel
    given: Operands
    born: Checked
    live: Operands
    own: Checked
    reference: np.ndarray
    usable: bool

    @property
    def output(self) -> np.ndarray | None:
        """What the device hands on; None where that is nothing that can be used."""
        output = self.own.run.output
        return output.host if self.usable and output is not None else None


def walk(
    session: Device,
    plan: Plan,
    weights: Arrays,
    uploaded: Uploaded,
    image: np.ndarray,
    lost: Mapping[str, Checked] | None = None,
) -> Iterator[Step]:
    """Every kernel in order, on the reference's inputs and on the device's own.

    Behind a kernel that leaves nothing to work on, the next one gets the reference's output.
    Kernels in `lost` are not run again: that is what came of them. An array is dropped, here and
    on the device, behind the last kernel that reads it.
    """
    source = next(iter(plan.network.inputs))
    trace = dict(weights) | {source: image}
    live = {**uploaded, source: session.upload(source, image)}
    leaving = last_reads(plan)
    for kernel in plan.kernels:
        own = tuple(None if o is None else live[o] for o in kernel.operands)
        given = tuple(
            one
            if o is None or one is None or same_bits(one.host, trace[o])
            else session.upload(o, trace[o])
            for o, one in zip(kernel.operands, own, strict=True)
        )
        born, again = check_twice(session, plan, kernel, given, own, (lost or {}).get(kernel.name))
        value: np.ndarray = born.expected[kernel.nodes[-1].layer].value.astype(kernel.chain.dtype)
        output = again.run.output
        usable = output is not None and output.host is not None and not unlike(output, value)
        trace[kernel.output] = value
        live[kernel.output] = output if usable else session.upload(kernel.output, value)
        yield Step(kernel, given, born, own, again, value, usable)
        session.drop(*(one for one, old in zip(given, own, strict=True) if one is not old))
        if born is not again:
            session.drop(born.run.output)
        if not usable:
            session.drop(output)
        for name in leaving[kernel.name]:
            session.drop(live.pop(name))
            trace.pop(name)


def last_reads(plan: Plan) -> dict[str, tuple[str, ...]]:
    """By kernel the inputs and results that no later kernel reads."""
    last = {k.output: k.name for k in plan.kernels}
    last |= {o: k.name for k in plan.kernels for o in k.operands if o is not None}
    return {
        kernel.name: tuple(
            o for o, name in last.items() if name == kernel.name and o not in plan.network.weights
        )
        for kernel in plan.kernels
    }


def same_bits(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays of a shape are the same bit for bit."""
    return one is other or bool(np.array_equal(bits(one), bits(other)))


def check_twice(
    device: Device,
    plan: Plan,
    kernel: Kernel,
    given: Operands,
    own: Operands,
    lost: Checked | None,
) -> tuple[Checked, Checked]:
    """The kernel against the reference on either inputs, which may be the same."""
    question = kernel.question(hosts(given))
    if lost is not None:
        expected = question.enclose(find_profile(lost.run.profile))
        known = replace(lost, question=question, expected=expected)
        return known, known
    variant, fixed = plan.variants[kernel.name], plan.tolerance
    born = lighter(check(device, variant, question, given, fixed))
    if all(one is old for one, old in zip(given, own, strict=True)) or born.run.output is None:
        return born, born
    live = question.with_operands(hosts(own))
    return born, check(device, variant, live, own, fixed, precise=False)


LARGE = 2**20  # elements of which enclosures are not kept for nothing


def lighter(checked: Checked) -> Checked:
    """The same without the bounds of a large result that passed, which nobody asks for again."""
    question = checked.question
    last, whole = question.last, checked.expected.get(question.last)
    passed = checked.comparison.verdict == "pass" and len(question.chain.layers) == 1
    if whole is None or whole.value.size < LARGE or not passed:
        return checked
    question.found.clear()
    single = Enclosure(whole.value.astype(question.chain.dtype))
    return replace(checked, expected={last: single})


def hosts(arrays: Operands) -> tuple[np.ndarray | None, ...]:
    """What arrays on the device held when they were last written on our behalf."""
    return tuple(None if one is None else one.host for one in arrays)


def unlike(output: Any, expected: np.ndarray) -> bool:
    """Whether the output is of another shape or dtype."""
    return output.shape != expected.shape or output.dtype != expected.dtype
