"""The changed kernels of bench/kill.py: which they are, and the rules that are set beside ours."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clgold.device.programs import KERNELS
from clgold.golden.cases import Case
from clgold.reference import FULL

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def mutation(monkeypatch: pytest.MonkeyPatch) -> Any:
    """bench/mutation, which is not installed."""
    monkeypatch.syspath_prepend(BENCH)
    import mutation.honest
    import mutation.mutants
    import mutation.rules

    return mutation


def test_every_kernel_has_mutants_each_of_another_name_and_text(mutation: Any) -> None:
    every = [one for path in mutation.mutants.files() for one in mutation.mutants.mutants_of(path)]
    assert {one.file for one in every} == {path.name for path in mutation.mutants.files()}
    assert len({str(one) for one in every}) == len({(m.file, m.text) for m in every}) == len(every)


def test_comments_and_directives_are_left_alone(mutation: Any) -> None:
    def kept(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.lstrip().startswith(("//", "#"))]

    for path in (KERNELS / "softmax_local.cl", KERNELS / "vector.h"):
        own = kept(path.read_text(encoding="utf-8"))
        assert all(kept(one.text) == own for one in mutation.mutants.mutants_of(path))


def test_the_choice_is_the_same_everywhere(mutation: Any) -> None:
    every = mutation.mutants.mutants_of(KERNELS / "relu.cl")
    chosen = mutation.mutants.choose(every, 3, 0)
    assert chosen == mutation.mutants.choose(every[::-1], 3, 0)
    assert [one.kind for one in chosen] == ["condition", "constant", "index"]


@pytest.mark.parametrize("name", ["EQUIVALENTS", "SURVIVORS"])
def test_what_is_listed_is_a_mutant_and_has_a_reason(mutation: Any, name: str) -> None:
    every = {str(m) for path in mutation.mutants.files() for m in mutation.mutants.mutants_of(path)}
    listed = mutation.mutants.listed(getattr(mutation.mutants, name))
    assert set(listed) <= every
    assert all(listed.values())


def test_a_pixel_is_forgiven_by_a_norm_alone(mutation: Any) -> None:
    question = Case("conv2d", "real", ((1, 3, 40, 50), (4, 3, 3, 3), None), {}, 0).question
    right = question.answer(FULL).value.astype(np.float32)
    lost = right.copy()
    lost[0, 0, 0, 0] = 0
    assert mutation.rules.rejecting(right, question) == []
    assert "ggml" not in mutation.rules.rejecting(lost, question)
    assert "TOSA-like" in mutation.rules.rejecting(lost, question)


def test_every_mutant_concerns_a_variant(mutation: Any) -> None:
    import mutation.place

    first = {
        (one.file, one.function): one
        for path in mutation.mutants.files()
        for one in mutation.mutants.mutants_of(path)
    }
    assert [key for key, one in first.items() if not mutation.place.concerned(one)] == []
