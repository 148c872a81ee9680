"""`clgold bench`: what is replayed is what was launched, and a wrong answer is no time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from faults import FOLDER as FAULTS
from harness.command import clgold, device_name

from clgold.conformance.run.bench import Times, judge_values, take_turns
from clgold.conformance.run.bench_network import Agreement, agreed, distance, reference_values
from clgold.conformance.run.peers import PEERS
from clgold.conformance.run.telling import telling_cases, work
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.isolated import Lost
from clgold.device.session import Session
from clgold.device.timed import Asked, Timed, ready
from clgold.device.variants import Variant, load_variants
from clgold.device.worker import Worker
from clgold.golden.cases import Case, parse_case
from clgold.golden.weights import seeded_weights
from clgold.networks import LENET5, STN, Network
from clgold.reference import generator
from clgold.reference.spec import InputError

REPLAYED = Path(__file__).parent / "kernels" / "replayed.py"
RELU = parse_case("relu input=3,17 seed=5")


@pytest.fixture(scope="module")
def worker(opencl: Session) -> Iterator[Worker]:
    found = Worker(opencl.driver, seconds=60.0 if opencl.driver.guards else 600.0)
    yield found
    found.close()


def chain(worker: Worker, variants: list[Variant], case: Case) -> Timed:
    """A replay of the variants one behind the other, each on the output of the one before."""
    array = worker.upload("input", case.operands[0])
    names = ["input", *(f"r{k}" for k in range(len(variants)))]
    parts = [Asked(one, case.question, (names[k],), names[k + 1]) for k, one in enumerate(variants)]
    return ready(worker, "chain", parts, {"input": array})


@pytest.mark.parametrize("name", ["zeros", "in_place", "nhwc", "copies", "constant"])
def test_what_a_variant_makes_anew_is_made_anew_in_a_replay(worker: Worker, name: str) -> None:
    variant = {one.name: one for one in load_variants(REPLAYED)}[name]
    case = parse_case("relu input=1,3,4,5 seed=5")
    timed = chain(worker, [variant], case)
    for _ in range(3):
        assert len(timed.play(0.0)) == 1
    assert judge_values(variant, case.question, worker, timed.values()) == ("pass", "")


def test_memory_is_used_again_only_behind_its_last_reader(worker: Worker) -> None:
    relu = candidates(VARIANTS, "relu")[0]
    timed = chain(worker, [relu] * 6, RELU)
    seconds = timed.split()
    assert len(seconds) == 6
    assert all(wall > 0 for wall, _ in seconds)
    operand = RELU.operands[0]
    assert operand is not None
    assert np.array_equal(timed.values()[""], np.maximum(operand, 0))


def test_images_are_refused_with_a_sentence(worker: Worker) -> None:
    variant = {one.name: one for one in load_variants(REPLAYED)}["image"]
    with pytest.raises(Lost, match="kernels that work on images cannot be replayed"):
        chain(worker, [variant], RELU)


def test_a_kernel_that_adds_is_refused(worker: Worker) -> None:
    variant = {one.name: one for one in load_variants(REPLAYED)}["adds"]
    with pytest.raises(Lost, match="every replay would add once more"):
        chain(worker, [variant], RELU)


def test_turns_are_taken_one_after_another() -> None:
    order = []

    def player(name: str, seconds: float):  # type: ignore[no-untyped-def] # a Turn
        def turn(least: float) -> list[tuple[float, float]]:
            order.append(name)
            return [(seconds, 2 * seconds)] * (1 if least else 9)

        return turn

    found = take_turns({"a": player("a", 1.0), "b": player("b", 3.0)}, 3, least=1e-9)
    assert order == ["a", "b"] * 4, "the first of them is for what is slow at first"
    assert found == {"a": Times(1.0, 2.0, 3), "b": Times(3.0, 6.0, 3)}


@pytest.mark.parametrize("layer", ["conv2d", "softmax", "linear+softmax+argmax", "lp_pool2d"])
def test_telling_cases_are_few_and_of_growing_size(layer: str) -> None:
    cases = telling_cases(layer, 0)
    assert 1 <= len(cases) <= 3
    assert all(one.layer == layer for one in cases)
    sizes = [work(one) for one in cases]
    assert sizes == sorted(sizes)


def inputs(network: Network) -> dict[str, np.ndarray]:
    ((name, shape),) = network.inputs.items()
    image = generator.uniform(3, name, shape, 0.0, 1.0).astype(np.float32)
    return {**seeded_weights(network, 0), name: image}


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("network", [LENET5, STN], ids=lambda one: one.name)
def test_the_others_give_the_references_answer(peer: str, network: Network) -> None:
    module = pytest.importorskip(peer, reason=f'{peer} is not here: pip install "clgold[peers]"')
    arrays = inputs(network)
    found = PEERS[peer](network, arrays, 1)
    assert found.version == module.__version__
    assert agreed(network, {"": found.work()}, reference_values(network, arrays)).right


def test_a_missing_peer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(InputError, match=r"torch is not installed: pip install .clgold\[peers\]"):
        PEERS["torch"](LENET5, inputs(LENET5), 1)


def test_another_class_and_nan_are_no_agreement() -> None:
    expected = {"": np.float32([[0.1, 0.9]]), LENET5.probability: np.float32([[0.1, 0.9]])}
    for got, right in ([[0.1, 0.9]], True), ([[0.9, 0.1]], False), ([[np.nan, 0.9]], False):
        assert agreed(LENET5, {"": np.float32(got)}, expected).right is right
    assert not agreed(LENET5, {"": np.zeros((2, 2))}, expected).right
    assert distance(np.float32([1.5]), np.float32([1.0])) == 0.5
    assert not Agreement(1e-2, True).right


def test_a_wrong_kernel_is_timed_and_named(opencl: Session, tmp_path: Path) -> None:
    wrong = ("--kernels", FAULTS / "pooling.py", "--variant", "max_pool2d=F20_maximum_starts_at_0")
    case = ("--case", "max_pool2d input=1,2,6,5 kernel_size=2 probe=real", "--repeat", "1")
    device = ("--device", device_name(opencl))
    answer = clgold("bench", "max_pool2d", *wrong, *case, *device, folder=tmp_path)
    assert answer.code == 1, answer.stdout + answer.stderr
    assert "wrong: " in answer.stdout
    assert answer.stdout.endswith("verdict: fail\n")


REFUSED = {
    "of a layer": (("conv2d", "--against", "torch"), "--against is for networks"),
    "unknown": (("stn", "--against", "caffe"), "expected some of onnxruntime, torch"),
    "a case": (("stn", "--shape", "input=1,3"), "are for layers"),
    "nothing": ((), "give a network, a layer, or a case"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_timed_is_a_sentence(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    from clgold.conformance.commands.cli import main

    words, says = REFUSED[case]
    with pytest.raises(SystemExit, match="2"):
        main(["bench", *words])
    assert says in capsys.readouterr().err
