"""The judge for results that clgold did not make: `clgold.check` and `clgold.bound`.

clgold.check("conv2d", got, x, w, b, stride=2)   a Judgement: true if it passes, and why if not
clgold.bound("conv2d", x, w, b, stride=2)        how far a correct float32 result may be away
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.conformance.judge.assess import Checked, judge, refine, tolerated
from clgold.conformance.judge.compare import Comparison, Tolerance, Worst
from clgold.conformance.run.evidence import Evidence
from clgold.device.run import Run
from clgold.device.worker import RemoteArray
from clgold.golden.own_data import as_float32
from clgold.reference import Question, ask, find_chain, find_profile

from .diagnose import Diagnosis, describe_result, diagnose, first_wrong
from .text import NO_CAUSE, few_lines

Array = np.ndarray


@dataclass(frozen=True)
class Judgement:
    """What the judge says of a result; true where it passes. str() says it in lines.

    verdict      pass, wrong, imprecise or unwritten; message says more of it
    budget_used  the largest share of an error bound: at most 1 in a result that passes
    precision    the error as a multiple of what honest float32 sums make; None without sums
    worst        the elements most in error: index, expected, got, bound
    elements     what the wrong elements have in common, in words
    order        in what other order the right values stand, in words
    cause        the wrong convention that explains it, and `change`, what to do; empty if unknown
    """

    verdict: str
    message: str
    failed: int
    count: int
    budget_used: float
    precision: float | None
    worst: tuple[Worst, ...] = ()
    elements: str = ""
    order: str = ""
    cause: str = ""
    change: str = ""
    lines: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.verdict == "pass"

    def __str__(self) -> str:
        first = f"{self.verdict}: {self.message}" if self.message else self.verdict
        if self.worst and not self:
            one = self.worst[0]
            place = f"at {list(one.index)} got {one.got!r}, expected {one.expected!r}"
            first += f"; {place} within {one.bound:.3g}"
        return "\n    ".join([first, *self.lines])


def check(
    layer: str, got: Any, /, *operands: Any, profile: str = "full", **attributes: Any
) -> Judgement:
    """Judge `got`, which a layer or chain "conv2d+relu" is to have given for these operands.

    got        float32 of the output's shape; of an index any integers
    operands   as the layer's function takes them: float32, or numbers that float32 holds exactly
    profile    the device's accuracies: full, embedded, or relaxed for -cl-fast-relaxed-math
    attributes as the layer's function takes them; of a chain one mapping for each layer

    Raises SpecError, InputError for operands or attributes that no layer is defined for.
    """
    return check_question(asked(layer, operands, attributes), np.asarray(got), profile)


def bound(layer: str, /, *operands: Any, profile: str = "full", **attributes: Any) -> Array:
    """float64 of the output's shape: how far a correct float32 result may be from the exact one.

    Arguments as in `check`. 0 where only the exact value will do, infinite where nothing is known.
    """
    return asked(layer, operands, attributes).answer(find_profile(profile)).radius


def asked(layer: str, operands: tuple[Any, ...], attributes: dict[str, Any]) -> Question:
    """The question, its operands as float32."""
    numbers = tuple(
        None if one is None else as_float32(f"{layer}: operand {place}", np.asarray(one))
        for place, one in enumerate(operands)
    )
    return ask(find_chain(layer), numbers, attributes)


def check_question(
    question: Question,
    got: Array,
    profile: str = "full",
    tolerance: Tolerance | None = None,
    causes: bool = True,
) -> Judgement:
    """The judgement on a question's result; without `causes` none is looked for."""
    wide = np.dtype(question.chain.dtype)
    if wide.kind == "i" and got.dtype.kind in "iu":  # an index is as wide as its program made it
        got = got.astype(wide)
    run = Run(output=RemoteArray("got", "got", got), profile=profile)
    expected = tolerated(question.enclose(find_profile(profile)), tolerance)
    found = judge(question, run, expected)
    if tolerance is None:
        found = refine(question, run, expected, found)
    if found.verdict == "pass":
        return judgement(found, None)
    evidence = Evidence(Checked(question, run, expected, found, tolerance), "got")
    if causes:
        return judgement(found, diagnose(evidence))
    suspects, result = first_wrong(evidence)
    seen = describe_result(suspects, result, got, expected[result])
    return judgement(found, seen, causes=False)


def judgement(found: Comparison, why: Diagnosis | None, causes: bool = True) -> Judgement:
    """The comparison and what is known of its failure as one record."""
    worst = (found.worst,) if found.worst is not None else ()
    numbers = (found.failed, found.count, found.budget_used, found.precision)
    if why is None:
        return Judgement(found.verdict, found.message, *numbers, worst)
    return Judgement(
        found.verdict,
        found.message,
        *numbers,
        why.worst or worst,
        "; ".join(why.mask.words) if why.mask else "",
        why.layout,
        why.explanation.says if why.explanation else "",
        why.explanation.cause.change if why.explanation else "",
        tuple(one for one in few_lines(why) if causes or not one.endswith(NO_CAUSE)),
    )
