"""What a driver hides between work-items is looked for on a simulator, or said not to be."""

from pathlib import Path

import pytest

from clgold.conformance.judge.compare import Comparison
from clgold.conformance.run import races
from clgold.conformance.run.layer import CaseReport, verify_layer
from clgold.conformance.run.races import Watch, watch
from clgold.device.drivers import discover
from clgold.device.session import Session
from clgold.device.variants import Variant, load_variants
from clgold.golden.cases import parse_case

# Work-item by work-item, as processors run a group, each finds its neighbour's value written.
KERNEL = """
__kernel void relu(__global const float *input, __global float *output, __local float *values)
{{
    const int i = get_local_id(0);
    values[i] = fmax(input[i], 0.0f);
    {barrier}
    output[i] = values[i];
    if (i > 0)
        output[i - 1] = values[i - 1];
}}
"""
PLAIN = """
// No barrier(), no __local memory.
__kernel void relu(__global const float *input, __global float *output)
{ output[get_global_id(0)] = fmax(input[get_global_id(0)], 0.0f); }
"""
VARIANT = """
from clgold.device import variant

@variant("relu", "mine")
def relu(cl, input):
    output = cl.output()
    n = input.nbytes // 4
    cl.launch("mine.cl", "relu", (n,), (n,), input, output, *{local})
    return output
"""
CASES = [parse_case(f"relu input={n}") for n in (7, 31)]


def placed(folder: Path, kernel: str, local: str) -> Variant:
    (folder / "mine.cl").write_text(kernel)
    (folder / "mine.py").write_text(VARIANT.format(local=local))
    (found,) = load_variants(folder / "mine.py")
    return found


def watched(opencl: Session, variant: Variant) -> Watch:
    return watch(opencl, [variant], list(verify_layer(opencl, [variant], CASES)))


def test_a_race_that_a_driver_hides_is_looked_for(opencl: Session, tmp_path: Path) -> None:
    variant = placed(tmp_path, KERNEL.format(barrier=""), "(cl.local(4 * n),)")
    found = watched(opencl, variant)
    if not opencl.driver.guards:
        assert found == Watch()  # it has said so itself
    elif all(one.guards for one in discover()):
        assert "races were not looked for in mine: there is no simulator here" in found.sentence
    else:
        assert found.reports[0].comparison.verdict in ("nondeterministic", "overrun")
        assert "races were looked for in mine: 1 case on oclgrind" in found.sentence


def test_what_fails_for_no_known_cause_is_looked_at_too(opencl: Session, tmp_path: Path) -> None:
    """A race that shows as wrong values: what to change is the simulator's to say."""
    text = KERNEL.format(barrier="").replace("values[i];\n    if", "values[0];\n    if")
    variant = placed(tmp_path, text, "(cl.local(4 * n),)")
    reports = [CaseReport(variant, one, Comparison("wrong", "", 1, 7)) for one in CASES]
    assert not watch(opencl, [variant], reports, {"mine"}).found, "it is explained"
    found = watch(opencl, [variant], reports)
    assert len(found.found) == bool(found.simulator)
    text = KERNEL.format(barrier="barrier(1);").replace("if (i > 0)", "if (0)")
    sound = placed(tmp_path, text.replace("fmax(input[i], 0.0f)", "0.5f"), "(cl.local(4 * n),)")
    found = watch(opencl, [sound], list(verify_layer(opencl, [sound], CASES)))
    assert not found.found, "wrong values alone are no race"


def test_without_a_simulator_it_is_said_that_races_were_not_looked_for(
    opencl: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(races, "discover", list)
    variant = placed(tmp_path, KERNEL.format(barrier="barrier(1);"), "(cl.local(4 * n),)")
    said = watched(opencl, variant).sentence
    assert said.startswith("races were not looked for in mine") == opencl.driver.guards
    assert ("pip install" in said) == opencl.driver.guards


def test_kernels_whose_work_items_share_nothing_need_no_simulator(
    opencl: Session, tmp_path: Path
) -> None:
    assert watched(opencl, placed(tmp_path, PLAIN, "()")) == Watch()
