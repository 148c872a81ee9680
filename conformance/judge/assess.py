"""One run of a variant, judged: what the device gave against what the reference allows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clgold.device.gates import passes
from clgold.device.protocol import Device
from clgold.device.run import WRAPPER_ERROR, Run
from clgold.device.variants import Bound, Variant
from clgold.reference import Enclosure, Question, find_profile
from clgold.reference.winograd import Winograd

from .added import added, asked
from .compare import Comparison, Tolerance, compare
from .elementwise import glance
from .precision import assess, fast_math
from .projection import first_look
from .promises import enclosed, promised
from .winograd_like import winograd_like


@dataclass(frozen=True)
class Checked:
    """A variant's run on a question, what the reference gives for it by layer, and the verdict.

    tolerance   that was fixed in place of the bounds, and stands in their place in `expected`
    local_size  that was wished for
    """

    question: Question
    run: Run
    expected: Mapping[str, Enclosure]
    comparison: Comparison
    tolerance: Tolerance | None = None
    local_size: tuple[int, ...] | None = None


def check(
    device: Device,
    variant: Variant,
    question: Question,
    arrays: tuple[Any, ...],
    tolerance: Tolerance | None = None,
    precise: bool = True,
    local_size: tuple[int, ...] | None = None,
    whole: bool = True,
) -> Checked:
    """Run the variant on arrays that hold the question's operands on the device; judge it.

    `precise` adds the second gate (precision.py). A fixed tolerance replaces both gates.
    `local_size` is a wish to variants that allow several. Unless `whole`, a large result may pass
    by a first look (projection.py, elementwise.py); nothing is `expected` then.
    """
    closed = passes(device.driver, variant.gate) if variant.gate else ""
    question = asked(variant, question)
    arrays = arrays[: len(question.operands)]
    if closed:
        run = Run("unsupported", closed)
    else:
        run = device.run(variant, question, arrays, local_size)
    question = added(question) if variant.accumulate else question
    if run.again is None:
        return judged(variant, question, run, tolerance, precise, local_size, whole)
    second = replace(run.again, sources=run.sources, seconds=run.seconds)
    both = [
        judged(variant, question, one, tolerance, precise, local_size, whole)
        for one in (replace(run, again=None), second)
    ]
    return max(both, key=lambda one: (one.comparison.verdict != "pass", one is both[0]))


def judged(
    variant: Variant,
    question: Question,
    run: Run,
    tolerance: Tolerance | None,
    precise: bool,
    local_size: tuple[int, ...] | None,
    whole: bool,
) -> Checked:
    """One run's verdict."""
    if not (whole or run.verdict or tolerance or variant.bound) and run.output is not None:
        profile = promised(variant, run.profile)
        assert run.output.host is not None
        for look in (first_look, glance):
            if (settled := look(question, run.output.host, profile)) is not None:
                return Checked(question, run, {}, settled)
    if run.verdict:
        expected: Mapping[str, Enclosure] = question.enclose(find_profile(run.profile))
    else:
        expected = enclosed(variant, question, run.profile)
    expected = tolerated(expected, tolerance)
    comparison = judge(question, run, expected)
    if comparison.verdict == "wrong" and variant.height is not None and tolerance is None:
        comparison = deeper(question, run, comparison)
    if precise and tolerance is None and not variant.accumulate:
        declared = isinstance(variant.bound, Winograd)
        own = expected if declared else question.enclose(find_profile(run.profile))
        comparison = refine(question, run, own, comparison, variant.bound, asks(variant, run))
    return Checked(question, run, expected, comparison, tolerance, local_size)


def deeper(question: Question, run: Run, found: Comparison) -> Comparison:
    """The verdict, which says so where the declared height alone forbids what was given."""
    own = judge(question, run, question.enclose(find_profile(run.profile)))
    if own.verdict != "pass":
        return found
    return replace(found, message=f"{found.message}; it looks like sums deeper than `height` says")


def tolerated(
    expected: Mapping[str, Enclosure], tolerance: Tolerance | None
) -> Mapping[str, Enclosure]:
    """What is expected, with a fixed tolerance in place of its bounds if there is one."""
    if tolerance is None:
        return expected
    return {name: tolerance.around(one) for name, one in expected.items()}


def check_alone(
    device: Device,
    variant: Variant,
    question: Question,
    tolerance: Tolerance | None = None,
    precise: bool = True,
    local_size: tuple[int, ...] | None = None,
    whole: bool = True,
) -> Checked:
    """As `check`, of a question that is not on the device yet, and does not stay there."""
    arrays = upload(device, question)
    checked = check(device, variant, question, arrays, tolerance, precise, local_size, whole)
    device.drop(*arrays, checked.run.output)
    return checked


def upload(device: Device, question: Question) -> tuple[Any, ...]:
    """The question's operands on the device."""
    return tuple(
        None if values is None else device.upload(name, values)
        for name, values in zip(question.names, question.operands, strict=True)
    )


# What asks for functions of fast math: a function's name, or an option in a wrapper.
FAST = re.compile(
    r"\b(native|half)_(cos|divide|exp|log|powr|recip|rsqrt|sin|sqrt|tan)|-cl-(fast|unsafe)"
)


def asks(variant: Variant, run: Run) -> Callable[[], bool]:
    """Whether fast math is in play: the kernel or its wrapper asks for it."""
    files = (variant.source, *run.sources)  # which may be gone by now
    return lambda: any(
        FAST.search(one.read_text("utf-8", "replace")) for one in files if one.is_file()
    )


def refine(
    question: Question,
    run: Run,
    expected: Mapping[str, Enclosure],
    found: Comparison,
    bound: Bound | None = None,
    fast: Callable[[], bool] = lambda: False,
) -> Comparison:
    """The second gate, for a result that passed the first; for one that did not, a guess why.

    expected holds the bounds by which errors are measured. What is honest is not known of a variant
    that declares another `bound` than its layer's, but of Winograd's.
    """
    if run.output is None or run.output.host is None:
        return found
    got, profile = run.output.host, find_profile(run.profile)
    if got.shape != question.shape or got.dtype != question.chain.dtype:
        return found
    if found.verdict == "wrong" and fast_math(question, got, profile) and fast():
        return replace(
            found, message=f"{found.message}; all are within that of fast-math functions"
        )
    if bound is not None and not isinstance(bound, Winograd):
        return found
    precision = assess(question, got, expected, bound)
    looks = f"; it looks like {precision.cause}" if precision.cause else ""
    if not looks and bound is None and (found.verdict == "wrong" or precision.imprecise):
        like = winograd_like(question, got, profile)
        looks = f"; within what Winograd {like.name} allows: declare bound={like}" if like else ""
    if found.verdict == "pass" and precision.imprecise:
        message = (
            f"within the bound, but {precision.ratio:.3g} times the error of honest float32 sums"
        )
        return replace(
            found, verdict="imprecise", message=message + looks, precision=precision.ratio
        )
    return replace(found, message=found.message + looks, precision=precision.ratio)


def judge(question: Question, run: Run, expected: Mapping[str, Enclosure]) -> Comparison:
    """The run's own verdict, or the worst of the comparisons of everything it handed over."""
    if run.verdict:
        return Comparison(run.verdict, run.message)
    assert run.output is not None
    assert run.output.host is not None
    dtypes = {layer.name: layer.dtype for layer in question.chain.layers}
    last = question.last
    found = []
    for layer, values in {**run.kept, last: run.output.host}.items():
        if layer not in expected:
            return Comparison(
                WRAPPER_ERROR, f"kept {layer!r}, which is no layer of {question.chain.name}"
            )
        one = compare(values, expected[layer], dtypes[layer])
        if layer != last and one.verdict != "pass":
            one = replace(one, message=f"in its {layer}: {one.message}")
        found.append(one)
    return max(found, key=lambda one: (one.verdict != "pass", one.budget_used))
