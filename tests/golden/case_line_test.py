"""A case's line: what is written is read back, what is no such line is refused with a sentence."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clgold.conformance.commands.cases import Asked
from clgold.conformance.suite.draws import cases
from clgold.golden.cases import Case, parse_case
from clgold.golden.probes import PROBES
from clgold.golden.shapes import SHAPES
from clgold.reference import SpecError
from clgold.reference.spec import InputError

DRAWN = st.one_of([cases(name, probe) for name in SHAPES for probe in ("real", "wide")])


@given(case=DRAWN)
def test_a_drawn_case_is_read_back_from_its_line(case: Case) -> None:
    line = str(case)
    again = parse_case(line)
    assert str(again) == line
    assert (again.probe, again.seed) == (case.probe, case.seed)
    asked, expected = again.question, case.question
    assert asked.attributes == expected.attributes
    assert asked.shapes == expected.shapes
    assert not set("'\"(){}[]") & set(line), "a shell takes it as it stands"


def test_defaults_are_left_out_and_may_be_given() -> None:
    long = "conv2d input=1,3,8,6 weight=4,3,3,3 stride=1,1 padding=1,1 groups=1 probe=real seed=0"
    assert str(parse_case(long)) == "conv2d input=1,3,8,6 weight=4,3,3,3 padding=1"


def test_a_chains_second_operand_of_a_name_bears_its_layer() -> None:
    chain = "conv2d+batch_norm input=1,3,8,6 weight=4,3,1,1 running_mean=4 running_var=4"
    case = parse_case(f"{chain} batch_norm.weight=4")
    assert case.names[:2] + case.names[-2:] == (
        *("input", "weight"),
        *("batch_norm.weight", "batch_norm.bias"),
    )
    assert case.shapes[-2:] == ((4,), None)


WRONG = {
    "": "expected LAYER OPERAND=LENGTHS ATTRIBUTE=VALUE",
    "relu input='": "expected LAYER OPERAND=LENGTHS ATTRIBUTE=VALUE",
    "relu real 0 ((3,),) {}": "'real' is no NAME=VALUE, as in input=1,3,64,64",
    "conv3d input=1": "conv3d",
    "relu": "relu: input is missing: input=...",
    "relu input=3,x": "input=x: expected a whole number",
    "relu input=1e3": "input=1e3: expected a whole number",
    "relu input=99999999999999": "elements, expected at most 2147483648",
    "relu input=0": "every axis must be at least 1 long",
    "relu input=-1": "input=-1: expected lengths of at least 1",
    "relu input=3 input=3": "input stands there twice",
    "relu input=3 stride=2": "relu: stride=2: expected one of input, probe, seed, data",
    "relu input=3 probe=odd": "probe 'odd', expected one of exact",
    "relu input=3 probe=data": "probe 'data', expected one of exact",
    "relu input=3 seed=x": "seed=x: expected a whole number",
    "elu input=3 alpha=x": "alpha=x: expected a number",
    "elu input=3 alpha=nan": "alpha is nan, expected a finite number",
    "concat dim=0": "concat",
    "conv2d input=1,3,8,8 weight=4,3,3,3 padding=1,2,3": "padding has 3 values",
    "conv2d input=1,3,8,8 weight=4,0,3,3": "every axis must be at least 1 long",
    "max_pool2d input=1,3,8,8 kernel_size=2 ceil_mode=1": "ceil_mode=1: expected true or false",
    "grid_sample input=1,3,8,8 grid=1,2,2,2 mode=cubic": "expected one of bilinear, nearest",
    "conv2d+max_pool2d input=1,3,8,8 weight=4,3,3,3 kernel_size=2 padding=1": "conv2d.padding",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_no_case_is_refused(line: str) -> None:
    with pytest.raises(SpecError) as refused:
        parse_case(line)
    assert WRONG[line] in str(refused.value)


def test_options_say_a_case_piece_by_piece() -> None:
    pieces = Asked(lengths=("input=1,3,8,6", "weight=4,3,3,3"), settings=("stride=2",))
    assert [one.probe for one in pieces.cases("conv2d", 3)] == list(PROBES)
    expected = "conv2d input=1,3,8,6 weight=4,3,3,3 stride=2 probe=wide seed=3"
    chosen = Asked(pieces.lines, pieces.lengths, pieces.settings, ("real,wide",))
    assert [str(one) for one in chosen.cases("conv2d", 3)][1] == expected
    line = Asked(lines=("input=3 probe=wide", "elu input=4"), probes=("exact",))
    assert [str(one) for one in line.cases("elu", 0)] == [
        "elu input=3 probe=exact",
        "elu input=4 probe=exact",
    ]


def test_a_node_of_a_network_is_a_case() -> None:
    (found,) = Asked(like="alexnet.conv3", probes=("exact",)).cases(None, 0)
    line = "conv2d input=1,256,13,13 weight=384,256,3,3 bias=384 padding=1 probe=exact"
    assert str(found) == line
    (fused,) = Asked(like="stn.conv1", probes=("real",)).cases(None, 0)
    assert str(fused).startswith("conv2d+elu+max_pool2d input=1,1,32,32 weight=100,1,5,5")
    with pytest.raises(InputError, match=r"alexnet has no node 'conv9', it has conv1, "):
        Asked(like="alexnet.conv9").cases(None, 0)
    with pytest.raises(InputError, match=r"expected NETWORK.NODE"):
        Asked(like="alexnet").cases(None, 0)


def test_own_arrays_are_operands(tmp_path: Path) -> None:
    x = np.arange(24, dtype=np.float16).reshape(1, 2, 3, 4)
    np.save(tmp_path / "input.npy", x)
    np.save(tmp_path / "weight.npy", np.ones((3, 2, 1, 1), np.int64))
    (case,) = Asked(data=tmp_path, settings=("padding=1",)).cases("conv2d", 0)
    assert case.shapes == ((1, 2, 3, 4), (3, 2, 1, 1), None)
    first, second, third = case.operands
    assert first is not None
    assert second is not None
    assert (first.dtype, second.dtype, third) == (np.float32, np.float32, None)
    assert np.array_equal(first, x)
    assert parse_case(str(case)).question.attributes == case.question.attributes
    np.savez(tmp_path / "all.npz", input=x, weight=np.full((3, 2, 1, 1), 0.1))
    with pytest.raises(InputError, match=r"0.1.* at \[0, 0, 0, 0\].*astype\(np.float32\)"):
        Asked(data=tmp_path / "all.npz").cases("conv2d", 0)
    with pytest.raises(InputError, match=r"expected a folder of .npy files, or a .npz file"):
        Asked(data=tmp_path / "none").cases("conv2d", 0)
    np.savez(tmp_path / "two.npz", inputs_0=x, inputs_1=x)
    (both,) = Asked(data=tmp_path / "two.npz", settings=("dim=1",)).cases("concat", 0)
    assert both.question.shape == (1, 4, 3, 4)
