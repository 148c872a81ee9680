"""ONNX's own tests of its backends, of every operator that we read, on our reference and kernels.

What is not run stands in excluded.toml, with the reason.
"""

import tomllib
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from clgold.conformance.run.onnx_backend import REFERENCE, Backend, opencl_backend
from clgold.device.session import Session
from clgold.networks.onnx import READERS, ModelError

pytestmark = pytest.mark.skipif(
    find_spec("onnx") is None, reason='onnx is not here: pip install "clgold[onnx]"'
)

LIST = tomllib.loads((Path(__file__).parent / "excluded.toml").read_text(encoding="utf-8"))
EXCLUDED: dict[str, str] = {
    name: group["says"] for group in LIST["excluded"] for name in group["tests"]
}
NETWORKS = ["bvlc_alexnet", "zfnet512", "vgg19", "inception_v1", "resnet50", "shufflenet"]
NETWORKS += ["squeezenet", "densenet121", "inception_v2"]
QUICK = ["shufflenet", "squeezenet"]  # of their kernels
NODES, WHOLE = "OnnxBackendNodeModelTest", "OnnxBackendRealModelTest"
Operators = dict[str, frozenset[str]]


@pytest.fixture(scope="module")
def operators() -> Operators:
    """The operators of every node test, those alone that we read them all of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the data that the tests make
        loader = pytest.importorskip("onnx.backend.test.loader")
        found = {
            test.name: frozenset(node.op_type for node in test.model.graph.node)
            for test in loader.load_model_tests(kind="node")
        }
    return {name: kinds for name, kinds in found.items() if kinds <= set(READERS)}


def suite(backend: Backend) -> dict[str, Any]:
    """ONNX's test classes for a backend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner = pytest.importorskip("onnx.backend.test").BackendTest(backend, __name__)
        classes: dict[str, Any] = runner.test_cases
    return classes


@pytest.fixture(scope="module")
def on_the_reference() -> dict[str, Any]:
    return suite(REFERENCE)


@pytest.fixture(scope="module")
def on_the_device(opencl: Session) -> dict[str, Any]:
    return suite(opencl_backend(opencl))


def run(classes: dict[str, Any], kind: str, name: str) -> None:
    """One of ONNX's tests, as its runner runs it; refused in the words that the list has."""
    case = classes[kind](f"{name}_cpu")
    test = getattr(case, f"{name}_cpu")
    if name not in EXCLUDED:
        test()
        return
    with pytest.raises(ModelError, match=EXCLUDED[name]):
        test()


def of_operator(operators: Operators, operator: str) -> Iterator[str]:
    """The tests of an operator, at least one."""
    found = [name for name, kinds in operators.items() if operator in kinds]
    assert found, f"ONNX has no test of {operator}"
    yield from found


@pytest.mark.parametrize("operator", READERS)
def test_the_reference_passes_onnxs_tests(
    operators: Operators, on_the_reference: dict[str, Any], operator: str
) -> None:
    for name in of_operator(operators, operator):
        run(on_the_reference, NODES, name)


@pytest.mark.parametrize("operator", READERS)
def test_our_kernels_pass_onnxs_tests(
    operators: Operators, on_the_device: dict[str, Any], operator: str
) -> None:
    for name in of_operator(operators, operator):
        run(on_the_device, NODES, name)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_reference_runs_the_networks_that_come_with_onnx(
    on_the_reference: dict[str, Any], network: str
) -> None:
    run(on_the_reference, WHOLE, f"test_{network}")


@pytest.mark.parametrize("network", QUICK)
def test_our_kernels_run_the_networks_that_come_with_onnx(
    on_the_device: dict[str, Any], network: str
) -> None:
    run(on_the_device, WHOLE, f"test_{network}")


@pytest.mark.slow
@pytest.mark.parametrize("network", sorted(set(NETWORKS) - set(QUICK)))
def test_our_kernels_run_the_large_networks_that_come_with_onnx(
    on_the_device: dict[str, Any], network: str
) -> None:
    run(on_the_device, WHOLE, f"test_{network}")


def test_the_list_names_no_test_that_onnx_has_not(operators: Operators) -> None:
    networks = {f"test_{network}" for network in NETWORKS}
    assert set(EXCLUDED) <= set(operators) | networks


def test_most_of_the_tests_are_run(operators: Operators) -> None:
    assert len(set(operators) - set(EXCLUDED)) >= 160
