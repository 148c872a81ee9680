"""A network that is exported is a model that ONNX accepts, and that means the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.command import clgold
from onnx_models.making import package

from clgold.conformance.commands import cli
from clgold.conformance.judge.compare import compare
from clgold.golden.photographs import load_image, photographs
from clgold.golden.weights import seeded_weights
from clgold.networks import NETWORKS, Kernel, Network, Node, Weight
from clgold.networks.network import complete_attributes, one_each, shapes
from clgold.networks.onnx import ModelError, network_model, read_model, read_proto
from clgold.reference import FULL, ask, find_chain

Array = np.ndarray
SMALL = [one for one in NETWORKS if one.name in ("stn", "lenet5", "cifar10", "googlenet")]
LARGE = [one for one in NETWORKS if one not in SMALL]
EVERY = [pytest.param(one, id=one.name) for one in SMALL] + [
    pytest.param(one, id=one.name, marks=pytest.mark.slow) for one in LARGE
]


def right_lrn() -> Any:
    """LRN for ONNX's evaluator, whose own goes through as many channels as there are images."""
    base = pytest.importorskip("onnx.reference.op_run").OpRun

    class LRN(base):  # type: ignore[misc, valid-type]
        op_domain = ""

        def _run(self, x: Array, alpha: float, beta: float, bias: float, size: int) -> tuple[Array]:
            before, behind = (size - 1) // 2, size // 2 + 1
            sums = [
                (x[:, max(0, c - before) : c + behind] ** 2).sum(axis=1) for c in range(x.shape[1])
            ]
            scale = bias + alpha / size * np.stack(sums, axis=1)
            return ((x / scale**beta).astype(x.dtype),)

    return LRN


def evaluated(model: Any, network: Network, image: Array) -> dict[str, Array]:
    """The value of every node, as ONNX's reference evaluator has it."""
    reference = pytest.importorskip("onnx.reference")
    evaluator = reference.ReferenceEvaluator(model, new_ops=[right_lrn()])
    names = [node.name for node in network.nodes]
    (source,) = network.inputs
    found = evaluator.run(names, {source: image})
    return {source: image, **dict(zip(names, found, strict=True))}


def attributes_of(network: Network) -> list[tuple[str, Mapping[str, Any]]]:
    """Layers with their attributes, but for what the model says in another way."""
    known = shapes(network)
    found = []
    for node in network.nodes:
        complete = dict(complete_attributes(Kernel(node.name, node.name, (node,)), known))
        complete.pop("ceil_mode", None)
        complete = {k: np.float32(v) if isinstance(v, float) else v for k, v in complete.items()}
        found.append((node.layer, complete))
    return found


@pytest.mark.parametrize("network", EVERY)
def test_onnxs_evaluator_stays_within_the_bounds_of_every_node(network: Network) -> None:
    """Each of its results against our reference on its own inputs."""
    package()
    weights = seeded_weights(network, 0)
    model = network_model(network, weights)
    image = load_image(photographs()[0], next(iter(network.inputs.values())))
    values = {**weights, **evaluated(model, network, image)}
    for node in network.nodes:
        chain = find_chain(node.layer)
        operands = tuple(None if o is None else values[o] for o in node.operands)
        expected = ask(chain, operands, node.attributes).answer(FULL)
        got = values[node.name].astype(chain.dtype)
        assert compare(got, expected, chain.dtype).verdict == "pass", node.name


@pytest.mark.parametrize("network", EVERY)
def test_what_is_read_again_is_the_same_network(network: Network) -> None:
    package()
    weights = seeded_weights(network, 3)
    found = read_proto(network_model(network, weights), {})
    ours = [one for one in attributes_of(found.network) if one[0] != "reshape"]
    assert ours == attributes_of(network)
    assert found.network.inputs == network.inputs
    assert found.network.answer == network.answer
    assert found.network.probability == network.probability
    assert set(weights) == set(found.weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(found.weights[name], array)


def single(layer: str, shape: tuple[int, ...], **attributes: Any) -> Network:
    """A network of one node."""
    node = Node("only", layer, ("x",), attributes)
    return Network("test", "a test", {"x": shape}, {}, one_each((node,)))


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (
            single("avg_pool2d", (1, 1, 8, 8), kernel_size=3, stride=3, ceil_mode=True),
            "only (avg_pool2d): runners disagree about windows that overhang (ceil_mode)",
        ),
        (
            single("lp_pool2d", (1, 1, 8, 8), norm_type=3, kernel_size=2),
            "only (lp_pool2d): ONNX takes absolute values, which other norms than 2 show",
        ),
        (
            single("local_response_norm", (1, 4, 2, 2), size=4),
            "only (local_response_norm): ONNX lays an even size one channel further on",
        ),
    ],
)
def test_what_onnx_cannot_say_is_refused(network: Network, sentence: str) -> None:
    package()
    with pytest.raises(ModelError) as refused:
        network_model(network, {})
    assert str(refused.value) == sentence


def test_a_convolution_of_local_filters_is_refused() -> None:
    package()
    node = Node("only", "local2d", ("x", "w"), {"stride": 1})
    weights = {"w": Weight((2, 1, 1, 1, 2, 2, 3, 3))}
    network = Network("test", "a test", {"x": (1, 1, 4, 4)}, weights, one_each((node,)))
    with pytest.raises(ModelError, match=r"only \(local2d\): ONNX has no operator for it"):
        network_model(network, {"w": np.ones((2, 1, 1, 1, 2, 2, 3, 3), np.float32)})


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """lenet5 as the command writes it."""
    package()
    folder = tmp_path_factory.mktemp("export")
    done = clgold("export", "lenet5", "lenet5.onnx", "--seed", 2, folder=folder)
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout.startswith("lenet5.onnx: lenet5, ")
    return folder / "lenet5.onnx"


def test_the_file_holds_the_seeded_weights(exported: Path) -> None:
    network = next(one for one in NETWORKS if one.name == "lenet5")
    found = read_model(exported)
    assert found.network.name == "lenet5"
    for name, array in seeded_weights(network, 2).items():
        np.testing.assert_array_equal(found.weights[name], array)


def test_the_same_network_is_the_same_file(exported: Path, tmp_path: Path) -> None:
    done = clgold("export", "lenet5", "again.onnx", "--seed", 2, folder=tmp_path)
    assert done.code == 0
    assert (tmp_path / "again.onnx").read_bytes() == exported.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["again.onnx"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nothing", "x.onnx"), "there is no network 'nothing'"),
        (("lenet5", "x.pb"), "x.pb is to be an ONNX model"),
        (("lenet5", "taken.onnx"), "taken.onnx is there already, expected a new file"),
        (("lenet5", "nowhere/x.onnx"), "there is no folder nowhere"),
        (("lenet5", "x.onnx", "--weights", "w.npz"), "weights w.npz: there is no such file"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_left(
    arguments: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    package()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.onnx").write_bytes(b"mine")
    with np.errstate(), pytest.raises(SystemExit) as end:
        cli.main(["export", *arguments])
    stdout, stderr = capsys.readouterr()
    assert (end.value.code, stdout) == (2, "")
    assert sentence in stderr
    assert [one.name for one in tmp_path.iterdir()] == ["taken.onnx"]
    assert (tmp_path / "taken.onnx").read_bytes() == b"mine"
