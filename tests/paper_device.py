"""A device of paper: a variant's kernel is a NumPy function of the operands and attributes."""

import inspect
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from clgold.conformance.judge.assess import Checked, check
from clgold.device.run import Run
from clgold.device.variants import Variant
from clgold.reference import Question, ask, find_chain


@dataclass(frozen=True)
class Paper:
    """An array that is on no device."""

    name: str
    host: np.ndarray
    shape: Any = None
    dtype: Any = None


@dataclass(frozen=True)
class PaperDevice:
    """Runs what a variant's `launch` computes from the operands; it has no driver."""

    def run(self, variant: Variant, question: Question, operands: Any, local_size: Any) -> Run:
        with np.errstate(all="ignore"):
            got = variant.launch(*question.operands, **question.flat)
        return Run(output=Paper("output", got, got.shape, got.dtype))  # type: ignore[arg-type]  # stands in for an array


def judged(kernel: Variant, operands: Any, **attributes: Any) -> Checked:
    """The judge's word on a variant whose `launch` is a NumPy function."""
    question = ask(find_chain(kernel.layer), operands, attributes)
    return check(PaperDevice(), kernel, question, question.operands)  # type: ignore[arg-type]  # stands in for a device


def kernel(layer: str, launch: Any, **declared: Any) -> Variant:
    """A variant that declares so much, computed by `launch`."""
    return replace(Variant(layer, "paper", launch, Path(inspect.getfile(launch))), **declared)
