"""Every kernel at fault is named, and no other, whatever it does to those behind it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from faults import VARIANTS as PLANTED

from clgold.conformance.judge.assess import Checked
from clgold.conformance.judge.compare import Comparison, compare
from clgold.conformance.run.choose import Plan, plan_run, upload_weights
from clgold.conformance.run.evidence import Evidence
from clgold.conformance.run.walk import last_reads, walk
from clgold.device.catalogue import VARIANTS
from clgold.device.isolated import Child
from clgold.device.launcher import Launcher
from clgold.device.memory import download
from clgold.device.run import Run
from clgold.device.session import Session
from clgold.device.variants import Variant, load_variants
from clgold.device.worker import RemoteArray, Worker
from clgold.diagnosis.bisect.elsewhere import never_exercised
from clgold.diagnosis.bisect.engine import Bisection, NodeReport, bisect
from clgold.diagnosis.bisect.faults import fault_of_kernel
from clgold.diagnosis.bisect.probing import AT_OTHER_SIZES, Probing
from clgold.diagnosis.bisect.spread import spread
from clgold.diagnosis.explain.diagnose import diagnose, first_wrong, worst_elements
from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import Arrays, seeded_weights
from clgold.networks import NETWORKS, STN, Network, shapes, view
from clgold.networks.network import complete_attributes
from clgold.reference import Enclosure, ask, find_chain
from clgold.reference.profile import FULL

SICK = {one.name: one for one in load_variants(Path(__file__).parent / "kernels" / "sick.py")}


@pytest.fixture(scope="module")
def weights() -> Arrays:
    return seeded_weights(STN, 0)


@pytest.fixture(scope="module")
def pictures() -> Arrays:
    path = photographs()[0]
    return {path.name: load_image(path, STN.inputs["source_image"])}


@pytest.fixture
def worker(opencl: Session) -> Iterator[Worker]:
    """A process of its own on the device under test."""
    found = Worker(opencl.driver, 0, 300.0)
    yield found
    found.close()


def at(node: str, variant: Variant) -> Variant:
    """The variant in one node's place alone."""
    known = shapes(STN)
    operands = next(one.operands for one in STN.nodes if one.name == node)
    given = tuple(None if o is None else known[o] for o in operands)
    there = lambda shapes, _: None if shapes == given else "another node"  # noqa: E731 # one line says it
    return replace(variant, supports=there)


def planted(fault: str, node: str) -> Variant:
    """A fault in one node's kernel alone."""
    return at(node, PLANTED[fault])


def primitive(*variants: Variant) -> Plan:
    return plan_run(STN, False, variants)


def blamed(found: Bisection) -> dict[str, str]:
    return {node.kernel.name: node.verdict for node in found.faulty}


@pytest.mark.parametrize("fused", [True, False], ids=["fused", "primitive"])
def test_right_kernels_are_not_blamed(
    opencl: Session, weights: Arrays, pictures: Arrays, fused: bool
) -> None:
    found = bisect(opencl, plan_run(STN, fused, ()), weights, pictures.items())
    assert blamed(found) == {}
    for node in found.nodes:
        assert (node.born.verdict, node.own.verdict) == ("pass", "pass")
        other = {f"{probe} at other sizes" for probe in ("real", "shifted")}
        assert set(node.probes) == {"real", "special", "exact", "sparse", "wide", "shifted"} | other
        assert node.passed_on is not None
        assert node.passed_on.relative < 1e-4


def test_two_faults_are_both_found_and_nothing_behind_them(
    opencl: Session, weights: Arrays, pictures: Arrays
) -> None:
    plan = primitive(
        planted("F08_kernel_flipped", "stn_conv1.conv2d"),
        planted("F20_maximum_starts_at_0", "stn_conv2.max_pool2d"),
        planted("F23_eps_outside_the_root", "bn2.batch_norm"),
    )
    found = bisect(opencl, plan, weights, pictures.items())
    assert list(blamed(found)) == ["stn_conv1.conv2d", "stn_conv2.max_pool2d", "bn2.batch_norm"]
    causes = [cause_of(found, node, weights, pictures) for node in found.faulty]
    assert causes == ["kernel flipped", "window starts at 0", "eps outside the root"]


def cause_of(found: Bisection, node: NodeReport, weights: Arrays, pictures: Arrays) -> str:
    why = fault_of_kernel(found, node, weights, pictures).diagnosis.explanation
    return why.cause.name if why else ""


def test_what_is_never_written_is_blamed_on_nobody_else(
    opencl: Session, weights: Arrays, pictures: Arrays
) -> None:
    plan = primitive(planted("F09_last_row_unwritten", "stn_conv2.conv2d"))
    found = bisect(opencl, plan, weights, pictures.items())
    assert blamed(found) == {"stn_conv2.conv2d": "unwritten"}


UNSEEN = {"fc4.softmax": "F26_no_maximum_subtracted", "fc4.argmax": "F39_last_of_equal_maxima"}


@pytest.mark.parametrize("node", UNSEEN)
def test_a_fault_that_no_photograph_shows_is_found_on_a_probe(
    opencl: Session, weights: Arrays, pictures: Arrays, node: str
) -> None:
    found = bisect(opencl, primitive(planted(UNSEEN[node], node)), weights, pictures.items())
    assert blamed(found) == {node: "wrong"}
    (report,) = found.faulty
    assert (report.born.verdict, report.own.verdict) == ("pass", "pass")
    assert all(one.shows.startswith("probe ") for one in report.evidence)


ELSEWHERE = {"conv1.max_pool2d": 0, "FC2.linear": 1, "fc4.linear": 1, "fc4.softmax": 2}


def test_a_fault_that_the_network_cannot_show_is_found_at_other_sizes_or_on_other_data(
    opencl: Session, weights: Arrays, pictures: Arrays
) -> None:
    square = load_variants(Path(__file__).parent / "kernels" / "square.py")
    plan = primitive(*(at(node, square[k]) for node, k in ELSEWHERE.items()))
    # `at` refuses every other size; at other sizes the variant is to run.
    free = {name: replace(one, supports=None) for name, one in plan.variants.items()}
    found = bisect(opencl, replace(plan, variants=free), weights, pictures.items())
    assert set(blamed(found)) == set(ELSEWHERE)
    for node in found.faulty:
        assert node.born.verdict == "pass"
        other = [AT_OTHER_SIZES in one.shows for one in node.evidence]
        assert all(other) == (node.kernel.layer != "softmax")


def test_what_the_network_never_exercises_is_listed() -> None:
    lacking = dict(line.split(": ") for line in never_exercised(STN, view(STN, False)))
    assert lacking["conv2d"].startswith("batch 1, square images, stride 1, padding 0")
    assert "padding_mode zeros" in lacking["grid_sample"]


def test_faults_that_images_show_go_first(
    opencl: Session, weights: Arrays, pictures: Arrays
) -> None:
    plan = primitive(
        planted("F08_kernel_flipped", "conv2.conv2d"),
        planted("F20_maximum_starts_at_0", "conv3.max_pool2d"),
    )
    images = {name: np.zeros_like(image) for name, image in pictures.items()}
    found = bisect(opencl, plan, weights, images.items())
    assert set(blamed(found)) == {"conv2.conv2d", "conv3.max_pool2d"}
    shown = [one.evidence[0].shows.startswith("probe ") for one in found.faulty]
    assert shown == sorted(shown)


VERDICTS = {
    "aborts": "crash",
    "raises": "wrapper-error",
    "endless": "timeout",
    "restless": "nondeterministic",
    "beyond": "overrun",
    "in_place": "input-modified",
    "half_done": "unwritten",
    "absent": "wrapper-error",
    "narrow": "wrong",
}
SICKNESSES = {
    "one in every elu": {
        "stn_conv1.elu": "raises",
        "stn_conv2.elu": "half_done",
        "FC1.elu": "aborts",
        "conv1.elu": "beyond",
        "conv2.elu": "in_place",
        "conv3.elu": "absent",
        "FC3.elu": "narrow",
    },
    "restless": {"FC1.elu": "restless"},
    "endless": {"FC1.elu": "endless"},
}
SLOW = {"endless"}  # every run of it lasts until it is stopped


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in SICKNESSES]
)
def test_sick_kernels_are_blamed_and_the_run_goes_on_behind_them(
    worker: Worker, weights: Arrays, pictures: Arrays, name: str
) -> None:
    if name == "endless":
        worker.seconds = 6.0 if worker.driver.guards else 20.0
    elif name == "restless" and not worker.driver.guards:
        pytest.skip("a simulator looks for races itself, and runs a kernel once")
    plan = primitive(*(at(node, SICK[kind]) for node, kind in SICKNESSES[name].items()))
    verdicts = {node: VERDICTS[kind] for node, kind in SICKNESSES[name].items()}
    found = bisect(worker, plan, weights, pictures.items())
    assert blamed(found) == verdicts
    assert all(n.passed_on is not None for n in found.nodes if n.kernel.name not in verdicts)
    for report in found.faulty:
        fault = fault_of_kernel(found, report, weights, pictures)
        assert (fault.node, fault.found.verdict) == (report.kernel.name, verdicts[fault.node])
        assert fault.diagnosis.explanation is None


def test_a_kernel_that_leaves_nothing_is_not_run_again(
    worker: Worker, weights: Arrays, pictures: Arrays
) -> None:
    images = [(f"{k}", image) for k, image in enumerate([*pictures.values()] * 2)]
    starts: list[Child] = []
    start = worker.start
    worker.start = lambda: starts.append(start()) or starts[-1]  # type: ignore[method-assign] # counts
    found = bisect(worker, primitive(at("FC1.elu", SICK["aborts"])), weights, images)
    assert blamed(found) == {"FC1.elu": "crash"}
    assert len(starts) == 2
    assert len(found.faulty[0].evidence) == 2


def untraced(session: Session, plan: Plan, weights: Arrays, image: np.ndarray) -> Arrays:
    """Every kernel once on the device's results, none of which is looked at before the end."""
    known = shapes(plan.network)
    live = {name: session.upload(name, values) for name, values in weights.items()}
    live |= {"source_image": session.upload("source_image", image)}
    for kernel in plan.kernels:
        variant, shape = plan.variants[kernel.name], known[kernel.output]
        cl = Launcher(session, variant.source, shape, kernel.chain.dtype)
        operands = (None if o is None else live[o] for o in kernel.operands)
        attributes = complete_attributes(kernel, known)
        live[kernel.output] = variant.launch(cl, *operands, **attributes)
    return {k.output: download(session.queue, live[k.output]) for k in plan.kernels}


@pytest.mark.parametrize("fused", [True, False], ids=["fused", "primitive"])
def test_observing_disturbs_nothing(
    opencl: Session, weights: Arrays, pictures: Arrays, fused: bool
) -> None:
    # Of variants whose results stand as the reference's: what is not looked at is not unpacked.
    plan = plan_run(STN, fused, [one for one in VARIANTS if not one.layout])
    (image,) = pictures.values()
    alone = untraced(opencl, plan, weights, image)
    uploaded = upload_weights(opencl, STN, weights)
    for step in walk(opencl, plan, weights, uploaded, image):
        assert step.output is not None
        assert np.array_equal(
            step.output.view(np.uint32), alone[step.kernel.output].view(np.uint32)
        ), step.kernel.name


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
@pytest.mark.parametrize("fused", [True, False], ids=["fused", "primitive"])
def test_every_result_is_dropped_once_behind_the_last_kernel_that_reads_it(
    network: Network, fused: bool
) -> None:
    plan = plan_run(network, fused, ())
    leaving = last_reads(plan)
    dropped = [name for names in leaving.values() for name in names]
    results = [*network.inputs, *(kernel.output for kernel in plan.kernels)]
    assert sorted(dropped) == sorted(results)
    gone: set[str] = set()
    for kernel in plan.kernels:
        assert not gone & set(kernel.operands), kernel.name
        gone |= set(leaving[kernel.name])


def test_a_large_kernel_gets_fewer_probes(worker: Worker) -> None:
    small, large = (
        Probing(worker, plan_run(network, True, ()))
        for network in NETWORKS
        if network.name in ("stn", "vgg16")
    )
    given = {kernel.name: small.cases(kernel, 0) for kernel in small.plan.kernels}
    names = ["real", "special", "exact", "sparse", "wide", "shifted"]
    assert all([case.probe for case in found] == names for found in given.values())
    counts = {len(large.cases(kernel, 0)) for kernel in large.plan.kernels}
    assert {0, 1, 6} <= counts


def softmax_of(kept_is_wrong: bool) -> Evidence:
    """A fused kernel that keeps its softmax, and whose index is wrong."""
    chain = find_chain("linear+softmax+argmax")
    operands = (np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32) * 3, None)
    attributes = {"softmax": {"dim": 1}, "argmax": {"dim": 1}}
    question = ask(chain, operands, attributes)
    expected = question.enclose(FULL)
    kept = expected["softmax"].value.astype(np.float32)
    if kept_is_wrong:
        kept = kept[:, ::-1].copy()
    output = RemoteArray("", "", np.array([1, 0], np.int32))
    run = Run(output=output, kept={"softmax": kept})
    return Evidence(Checked(question, run, expected, Comparison("wrong")), "here")


def test_what_a_kernel_keeps_tells_which_of_its_layers_is_wrong() -> None:
    assert first_wrong(softmax_of(True)) == (("linear", "softmax"), "softmax")
    assert first_wrong(softmax_of(False)) == (("argmax",), "argmax")
    assert diagnose(softmax_of(False)).layer == "argmax"


def test_the_worst_elements_are_the_wrong_ones_worst_first() -> None:
    right = Enclosure(np.zeros((2, 4)), np.full((2, 4), 0.5))
    got = np.array([[0, 0.25, np.nan, 3], [0.75, 0, 0, 0]], np.float32)
    assert [one.index for one in worst_elements(got, right)] == [(0, 2), (0, 3), (1, 0)]
    fine = np.array([[0, 0.25, 0, 0], [0, 0, 0.5, 0]], np.float32)
    assert compare(fine, right, np.float32).verdict == "pass"
    assert [one.index for one in worst_elements(fine, right)] == [(1, 2), (0, 1)]


def test_an_error_is_followed_to_the_answer(weights: Arrays, pictures: Arrays) -> None:
    (image,) = pictures.values()
    right = np.zeros(shapes(STN)["bn3.batch_norm"])
    found = spread(STN, weights, image, "bn3.batch_norm", right, right + 3)
    assert [one.kernel for one in found.reaches][:2] == ["FC3", "bn4"]
    assert all(one.change > 0 for one in found.reaches)
    assert spread(STN, weights, image, "bn3.batch_norm", right, right).reaches == ()
