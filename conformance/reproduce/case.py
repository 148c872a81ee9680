"""A case that fails, and what it takes to see that a smaller one fails in the same way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clgold.device.run import Run
from clgold.device.session import Session
from clgold.device.variants import Variant, VariantError
from clgold.device.worker import Worker
from clgold.reference import FULL, Chain, SpecError
from clgold.reference.chain import enclose_chain, given_exactly
from clgold.reference.spec import Shape

from ..check import Checked, check
from ..compare import Comparison, Tolerance

DEADLY = ("crash", "timeout")  # a run that shows it costs a process
FLEETING = ("nondeterministic",)
SIGHTINGS = 3  # how often in a row a fleeting fault must show


@dataclass(frozen=True, eq=False)
class Case:
    """float32 operands in the chain's order, None for those absent; attributes, all of them."""

    operands: tuple[np.ndarray | None, ...]
    attributes: Mapping[str, Any]

    @property
    def shapes(self) -> tuple[Shape | None, ...]:
        return tuple(None if o is None else o.shape for o in self.operands)


Same = Callable[[Case, Checked], bool]


@dataclass(frozen=True, eq=False)
class Trial:
    """What is run, on what, and which failure counts; see `failure`."""

    session: Session | Worker
    variant: Variant
    chain: Chain
    found: Comparison
    tolerance: Tolerance | None = None
    local_size: tuple[int, ...] | None = None
    same: Same | None = None

    def check(self, case: Case) -> Checked:
        """The case's run and its verdict; nothing of it stays on the device."""
        operands = self.upload(case)
        precise = self.found.verdict == "imprecise"
        checked = check(
            self.session,
            self.variant,
            self.chain,
            operands,
            case.attributes,
            self.tolerance,
            precise,
            self.local_size,
        )
        self.session.drop(*operands, checked.run.output)
        return checked

    def rehearse(self, case: Case) -> Run:
        """What the case would launch."""
        operands = self.upload(case)
        run = self.session.run(
            self.variant, self.chain, operands, case.attributes, self.local_size, rehearse=True
        )
        self.session.drop(*operands)
        return run

    def upload(self, case: Case) -> tuple[Any, ...]:
        names = operand_names(self.chain, len(case.operands))
        return tuple(
            None if values is None else self.session.upload(name, values)
            for name, values in zip(names, case.operands, strict=True)
        )

    def failure(self, case: Case, vacuous: bool = False) -> Checked | None:
        """The failure, if the case fails in the same way as what was found.

        A case whose expected result is all zero does not count, unless it may be `vacuous`.
        """
        if self.found.verdict in DEADLY and not vacuous and self.vacuous(case):
            return None
        checked = None
        for _ in range(SIGHTINGS if self.found.verdict in FLEETING else 1):
            try:
                checked = self.check(case)
            except (SpecError, VariantError):
                return None
            if kind(checked.comparison) != kind(self.found):
                return None
            if self.same is not None and not self.same(case, checked):
                return None
            expected = checked.expected[self.chain.layers[-1].name].value
            if not vacuous and not shows_something(expected):
                return None
        return checked

    def vacuous(self, case: Case) -> bool:
        """Whether the expected result is all zero, found out without a run."""
        exact = given_exactly(self.chain, case.operands)
        expected = enclose_chain(self.chain, exact, case.attributes, FULL)
        return not shows_something(expected[self.chain.layers[-1].name].value)


def operand_names(chain: Chain, count: int) -> tuple[str, ...]:
    """The names of a chain's open operands; those of a variadic layer are numbered."""
    first, *others = chain.layers
    return chain.operands if others else first.names(count)


def kind(found: Comparison) -> tuple[str, str]:
    """The verdict and, for a wrong one, what the worst element is: a number, NaN, infinite."""
    if found.verdict != "wrong" or found.worst is None:
        return found.verdict, ""
    got = found.worst.got
    return found.verdict, "number" if np.isfinite(got) else "NaN" if np.isnan(got) else "infinite"


def shows_something(expected: np.ndarray) -> bool:
    """Whether some expected element is not 0; of class indices any may be."""
    return bool(np.any(expected != 0)) or expected.dtype.kind == "i"
