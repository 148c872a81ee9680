"""Mistakes of a stranger's: each is said once, as a sentence, with the place to mend."""

from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import clgold
from clgold.conformance.commands.cases import layer_variants
from clgold.conformance.commands.layer_report import never_ran_lines
from clgold.conformance.judge.compare import Comparison, Worst
from clgold.conformance.run.case import check_case
from clgold.conformance.run.groups import grouped
from clgold.conformance.run.layer import HANGS, CaseReport, verify_layer
from clgold.conformance.suite.kernels_test import describe
from clgold.conformance.suite.ledger import Book, failures
from clgold.device.session import Session
from clgold.device.variants import Variant, load_variants
from clgold.golden.cases import parse_case
from clgold.reference import find_chain
from clgold.reference.spec import InputError, SpecError

FORMS = Path(__file__).parent / "forms"
(FEATURES,) = load_variants(FORMS / "features.py")
KERNEL = "kernel void r(global const float *x, global float *y) { y[get_global_id(0)] = 0; }\n"
WRAPPER = """\
from clgold.device import variant

@variant("relu", "mine", supports=lambda shapes, attributes: {supports})
def relu(cl, input{more}):
    output = cl.output()
    {launch}
    return {result}
"""
RIGHT = {"supports": "None", "more": "", "result": "output"}
LAUNCH = "cl.launch('r.cl', 'r', input.shape, None, input, output)"
# What is wrong in the wrapper, and what is said of it behind its file's name.
MISTAKES = {
    "no such file": ({"launch": LAUNCH.replace("r.cl", "s.cl")}, ", line 6: LaunchError: .*s.cl: "),
    "no such kernel": ({"launch": LAUNCH.replace("'r'", "'s'")}, ", line 6: .* no kernel 's', it "),
    "too many": ({"launch": LAUNCH.replace("put)", "put, 3)")}, ", line 6: .*2 arguments, 3 given"),
    "a word too few": ({"launch": LAUNCH, "more": ", *, slope"}, ", line 3: TypeError: .*'slope'"),
    "nothing returned": ({"launch": LAUNCH, "result": "None"}, ", line 3: returned a NoneType, "),
    "its refusal fails": ({"launch": LAUNCH, "supports": "shapes[7]"}, ": `supports` .*line 3: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_the_wrappers_is_said_with_its_line(
    opencl: Session, tmp_path: Path, mistake: str
) -> None:
    wrong, words = MISTAKES[mistake]
    (tmp_path / "r.cl").write_text(KERNEL)
    (tmp_path / "mine.py").write_text(WRAPPER.format(**RIGHT | wrong))
    (mine,) = load_variants(tmp_path / "mine.py")
    found = check_case(opencl, mine, parse_case("relu input=7")).comparison
    assert found.verdict == "wrapper-error"
    with pytest.raises(AssertionError, match="mine.py" + words):
        raise AssertionError(found.message)


def test_a_kernel_that_hangs_is_not_waited_for_a_hundred_times(
    opencl: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = import_module("clgold.conformance.run.layer")
    monkeypatch.setattr(layer, "verdict_on", lambda checked: Comparison("timeout"))
    cases = [parse_case(f"relu input={n}") for n in range(1, 9)]
    assert len(list(verify_layer(opencl, [FEATURES], cases))) == HANGS


SAID = {
    ("wrong", "pass"): "passes on b, but wrong on a: either's",
    ("pass", "pass"): "passes on a and b: mine's fault",
    ("crash", "overrun"): "crash on a, overrun on b too: the kernel's",
    (): "no other driver works here that could tell whether it is the driver's fault",
}


@pytest.mark.parametrize("verdicts", SAID)
def test_whose_fault_a_crash_is(monkeypatch: pytest.MonkeyPatch, verdicts: tuple[str, ...]) -> None:
    module = import_module("clgold.conformance.run.second_opinion")
    found = dict(zip("ab", verdicts, strict=False))
    drivers = [SimpleNamespace(name=name) for name in ("mine", *found)]
    monkeypatch.setattr(module, "discover", lambda: drivers)
    monkeypatch.setattr(module, "open_worker", nullcontext)
    monkeypatch.setattr(module, "closing", lambda worker: worker)
    monkeypatch.setattr(module, "run_case", lambda name, *_: Comparison(found[name]))
    assert module.second_opinion("mine", FEATURES, parse_case("relu input=3")) == SAID[verdicts]


def reported(variant: Variant, line: str, found: Comparison) -> CaseReport:
    return CaseReport(variant, parse_case(line), found)


def test_what_the_device_lacks_is_not_blamed_on_supports() -> None:
    refused = Comparison("unsupported", "requires cl_nobody_has_this, which the device has not")
    said = never_ran_lines([reported(FEATURES, "relu input=3", refused)], "pocl")
    assert "take another device (clgold devices), edit `requires` in features.py, line 6" in said[1]


def test_one_and_several_that_fail_alike() -> None:
    wrong = Comparison("wrong", "3 of 9 elements beyond their bound", 3, 9)
    lines = ("relu input=9", "relu input=10 probe=wide", "relu input=11 probe=exact")
    two, three = (
        grouped(reported(FEATURES, line, wrong) for line in lines[:count])[0].others
        for count in (2, 3)
    )
    assert two == "1 more case fails alike (wide)"
    assert three == "2 more cases fail alike (wide, exact)"


def test_the_suite_tells_one_fault_once() -> None:
    def book(probe: str, failure: str) -> Book:
        return Book("relu", "mine", "pocl", probe, failure=failure, replay=f"verify {probe}")

    beyond = "wrong: {} of 9 elements beyond their bound"
    books = [book(probe, beyond.format(n)) for n, probe in enumerate(("exact", "real", "wide"))]
    books.append(book("lone", "crash: the process died of SIGSEGV"))
    assert failures(books) == [
        "wrong: 0 of 9 elements beyond their bound",
        "  replay: verify exact",
        "  2 more tests fail alike (real, wide)",
        "crash: the process died of SIGSEGV",
        "  replay: verify lone",
    ]


def test_a_result_of_another_dtype_is_said_to_be_that_and_no_more() -> None:
    x = np.linspace(-1, 1, 9, dtype=np.float32)
    found = clgold.check("relu", x.astype(np.float16), x)
    assert str(found) == "wrong: dtype float16, expected float32"
    assert found.budget_used == np.inf


def test_the_worst_element_is_a_sentence() -> None:
    worst = Worst((0, 2), 1.0, 1.5, 0.25)
    said = describe(Comparison("wrong", "1 of 9 elements beyond their bound", 1, 9, worst=worst))
    assert said.endswith("\n  worst at [0, 2]: expected 1, got 1.5, error 0.5, bound 0.25")


def test_an_array_that_is_no_operand_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", input=np.zeros((1, 2), np.float32), biases=np.zeros(2))
    with pytest.raises(SpecError, match="holds 'biases', expected one of input, weight, bias, exp"):
        parse_case(f"linear data={tmp_path / 'mine.npz'}")


@pytest.mark.parametrize("chain", ["conv2d+linear", "conv2d+relu+linear", "flatten+elu+conv2d"])
def test_layers_that_cannot_follow_each_other_are_refused(chain: str) -> None:
    with pytest.raises(SpecError, match=r"gives \d axes, \w+ takes N,"):
        find_chain(chain)


def test_a_chain_of_which_no_kernel_is_here_is_refused() -> None:
    with pytest.raises(InputError, match=r"no variant of relu\+elu is here: give one"):
        layer_variants("relu+elu", (), ())
