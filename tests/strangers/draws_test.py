"""Cases and draws for kernels that support little, and for chains that nobody foresaw."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clgold.conformance.run.fit import bases, fitted, supported, takes
from clgold.conformance.suite.fitting import fitting
from clgold.device.variants import Variant, load_variants
from clgold.golden.cases import Case
from clgold.golden.tiers import judged_cases

FORMS = Path(__file__).parent / "forms"
(SQUARE,) = load_variants(FORMS / "square.py")
CHAINS = (
    *("conv2d+relu", "conv2d+batch_norm+relu", "linear+relu", "conv2d+add+relu"),
    *("relu+max_pool2d", "elu+conv2d", "batch_norm+relu+conv2d"),
)


def applies(variant: Variant, case: Case) -> bool:
    return takes(variant, (case.shapes, dict(case.attributes)))


def test_a_kernel_for_square_images_has_its_fixed_cases() -> None:
    """3×3, stride 1, channels in multiples of 8: what most convolutions in the world support."""
    fixed = judged_cases("conv2d")
    every = [*fixed, *fitted([SQUARE], fixed, 0)]
    fitting_ones = [case for case in every if applies(SQUARE, case)]
    assert len(fitting_ones) >= 12
    assert len({case.shapes for case in fitting_ones}) >= 4


def test_probes_that_are_asked_for_alone_have_their_cases() -> None:
    fixed = [case for case in judged_cases("conv2d") if case.probe in ("wide", "lone")]
    found = fitted([SQUARE], fixed, 0, ("wide", "lone"))
    assert {case.probe for case in found} == {"wide", "lone"}
    assert sum(applies(SQUARE, case) for case in found) >= 12


def test_draws_follow_what_a_variant_supports() -> None:
    drawn: list[Case] = []

    @settings(max_examples=40, database=None, derandomize=True)
    @given(case=fitting(SQUARE, "real"))
    def draw(case: Case) -> None:
        drawn.append(case)

    draw()
    share = sum(applies(SQUARE, case) for case in drawn) / len(drawn)
    assert share >= 0.6
    assert len({(case.shapes, str(case.attributes)) for case in drawn}) >= 10


@pytest.mark.parametrize("layer", ["conv2d", "linear", "local2d", "local2d_input_grad"])
def test_a_kernel_that_is_fast_on_the_batch_has_cases(layer: str) -> None:
    def whole_blocks(shapes: Any, attributes: Any) -> str | None:
        return "images in blocks of 32" if shapes[0][0] % 32 else None

    variant = Variant(layer, "batch", lambda: None, FORMS, whole_blocks)
    found = fitted([variant], judged_cases(layer), 0)
    assert sum(applies(variant, case) for case in found) >= 12


def test_a_step_of_one_axis_leaves_the_other_as_it_is_by_default() -> None:
    pool = Variant("max_pool2d", "any", lambda: None, FORMS)
    asked = {"taps": 3, "stride": "kernel_size", "stride.0": 1}
    values = bases(pool)[0] | {f"max_pool2d: {name}": value for name, value in asked.items()}
    found = supported(pool, values)
    assert found is not None
    assert found[1]["stride"] == (1, 3)


def test_where_nothing_is_supported_the_refused_is_drawn() -> None:
    never = Variant("relu", "never", lambda: None, FORMS, lambda shapes, attributes: "never")
    assert bases(never) == ()

    @settings(max_examples=3, database=None, derandomize=True)
    @given(case=fitting(never, "real"))
    def draw(case: Case) -> None:
        assert not applies(never, case)

    draw()


@pytest.mark.parametrize("chain", CHAINS)
def test_any_chain_has_cases_and_draws(chain: str) -> None:
    found = judged_cases(chain)
    assert len(found) >= 12
    assert all(len(case.question.outputs) == chain.count("+") + 1 for case in found[:6])
    variant = Variant(chain, "any", lambda: None, FORMS)

    @settings(max_examples=5, database=None, derandomize=True)
    @given(data=st.data())
    def draw(data: st.DataObject) -> None:
        case = data.draw(fitting(variant, "real"))
        assert case.question.chain.name == chain

    draw()
