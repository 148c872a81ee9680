"""In large kernels a few filters refute most causes, and what is known of a fault is used again."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from faults import FOLDER as FAULTS
from harness.command import clgold, device_name

from clgold.device.session import Session
from clgold.diagnosis.bisect.spread import recomputed, spread
from clgold.diagnosis.causes import CAUSES, Cause, Explanation, explain, screen
from clgold.diagnosis.causes.explain import look, wrongly
from clgold.golden.cases import Case
from clgold.golden.photographs import FOLDER, load_image
from clgold.golden.weights import seeded_weights
from clgold.networks import LENET5
from clgold.reference import FULL, Enclosure

Array = np.ndarray

module = import_module("clgold.diagnosis.causes.explain")  # the package has the function

SIZES = {
    "conv2d": (((1, 8, 9, 7), (37, 8, 3, 3), (37,)), {"padding": 1}),
    "conv2d in groups": (((2, 6, 9, 7), (40, 3, 3, 3), (40,)), {"groups": 2}),
    "conv2d+relu": (((1, 8, 9, 7), (37, 8, 3, 3), (37,)), {}),
    "linear": (((3, 40), (50, 40), (50,)), {}),
    "flatten+linear+elu": (((3, 4, 2, 5), (50, 40), (50,)), {}),
}
SUMS = ("last product skipped", "next filter", "bias lost in the last channel", "bias of the next")
WINDOWS = ("kernel flipped", "weights OHWI", "window shifted down", "image wrapped around")
PLANTED = [
    *(("conv2d", name) for name in (*SUMS, *WINDOWS, "one channel later")),
    *(("conv2d in groups", name) for name in (*WINDOWS[:3], "groups ignored")),
    *(("conv2d+relu", name) for name in (*SUMS, *WINDOWS[:3], "left out")),
    *((layer, name) for layer in ("linear", "flatten+linear+elu") for name in SUMS[2:]),
]


def planted(size: str, name: str) -> tuple[Case, Array, dict[str, Enclosure], Cause]:
    """A case, what a kernel with that cause makes of it, what is right, and the cause."""
    shapes, attributes = SIZES[size]
    case = Case(size.split()[0], "real", shapes, attributes, 3)
    expected = case.question.enclose(FULL)
    last = case.chain.layers[-1].name
    names = {"output", *(layer.name for layer in case.chain.layers)}
    cause = next(one for one in CAUSES if one.name == name and one.layer in names)
    right = expected[last].value.astype(np.float32)
    seen = look(case.question, right, expected, FULL)
    assert seen is not None
    return case, wrongly(seen, cause)[last].value.astype(np.float32), expected, cause


# With a padding of 1 they are the same.
LIKELIER = {("conv2d", "window shifted down"): "padding of the rows ignored"}


def explained(case: Case, got: Array, expected: dict[str, Enclosure]) -> tuple[Explanation, ...]:
    return explain([(case.question, got, expected)])


@pytest.mark.parametrize(("size", "name"), PLANTED)
def test_a_few_filters_lead_to_the_same_explanations(
    monkeypatch: pytest.MonkeyPatch, size: str, name: str
) -> None:
    case, got, expected, _ = planted(size, name)
    whole = explained(case, got, expected)
    monkeypatch.setattr(screen, "ENOUGH", 1)
    few = explained(case, got, expected)
    assert few[0].cause.name == LIKELIER.get((size, name), name)
    assert few[0].cause.name == name or name in {one.name for one in few[0].ties}
    assert few[0] == whole[0]
    assert few[0].after == 1.0
    assert set(few) <= set(whole)


def test_a_single_wrong_channel_is_among_the_few(monkeypatch: pytest.MonkeyPatch) -> None:
    case, _, expected, _ = planted("conv2d", "kernel flipped")
    got = expected["conv2d"].value.astype(np.float32)
    got[:, 17] *= -1.0
    seen = look(case.question, got, expected, FULL)
    assert seen is not None
    monkeypatch.setattr(screen, "ENOUGH", 1)
    links, channels = screen.screened(seen.links, seen.got, None)
    assert links[0].chosen is not None
    assert links[0].chosen.tolist() == [0, 17, 36]
    assert np.array_equal(channels["conv2d"], got[:, [0, 17, 36]])


@pytest.mark.parametrize(
    ("count", "failing", "groups", "enough", "chosen"),
    [
        (9, [], 1, 4, [0, 8]),
        (9, [8], 1, 4, [0, 8]),
        (9, [3, 4, 5], 1, 4, [0, 3, 5, 8]),
        (9, [3, 4, 5], 1, 6, [0, 3, 4, 5, 8]),
        (8, [6], 2, 4, [0, 2, 3, 4, 6, 7]),  # 6 is the third of its group, as is 2
        (3, [0, 1, 2], 3, 1, [0, 1, 2]),
    ],
)
def test_a_sample_holds_the_ends_and_what_fails(
    count: int, failing: list[int], groups: int, enough: int, chosen: list[int]
) -> None:
    found = screen.telling(count, np.array(failing, dtype=np.int64), groups, enough)
    assert found.tolist() == chosen


def test_little_work_and_mixed_channels_are_not_screened(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in ("conv2d", "linear"):
        case, got, expected, _ = planted(size, "bias of the next")
        seen = look(case.question, got, expected, FULL)
        assert seen is not None
        assert screen.screened(seen.links, seen.got, None)[0] is seen.links
    monkeypatch.setattr(screen, "ENOUGH", 1)
    case = Case("linear+softmax", "real", SIZES["linear"][0], {"softmax": {"dim": 1}}, 3)
    expected = case.question.enclose(FULL)
    got = expected["softmax"].value.astype(np.float32)
    seen = look(case.question, got, expected, FULL)
    assert seen is not None
    assert screen.screened(seen.links, seen.got, None)[0] is seen.links


def test_a_known_cause_that_explains_everything_ends_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, got, expected, cause = planted("conv2d", "kernel flipped")
    monkeypatch.setattr(module, "CAUSES", ())
    assert explained(case, got, expected) == ()
    (found,) = explain([(case.question, got, expected)], known=(cause,))
    assert (found.cause, found.after) == (cause, 1.0)


def test_a_known_cause_that_leaves_elements_wrong_does_not() -> None:
    case, got, expected, flipped = planted("conv2d", "kernel flipped")
    bias = next(one for one in CAUSES if one.name == "bias left out" and one.layer == "conv2d")
    whole = explained(case, got, expected)
    again = explain([(case.question, got, expected)], known=(bias,))
    assert again == whole
    assert again[0].cause == flipped


def test_where_an_error_goes_is_the_same_from_a_trace_that_is_known() -> None:
    weights = seeded_weights(LENET5, 0)
    image = load_image(FOLDER / "cat.png", next(iter(LENET5.inputs.values())))
    trace = recomputed(LENET5, {**weights, next(iter(LENET5.inputs)): image}, {})
    name = next(node.name for node in LENET5.nodes if node.layer == "conv2d")
    right = trace[name].astype(np.float64)
    for got in (right, -right):
        found = spread(LENET5, trace, image, name, right, got)
        assert found == spread(LENET5, weights, image, name, right, got)
        assert bool(found.reaches) == (got is not right)


KERNELS = """
from pathlib import Path
from clgold.device import variant
from clgold.device.variants import load_variants

SOURCE = Path({source!r})
FAULTS = {{one.name: one for one in load_variants(SOURCE)}}


def wide(shapes, attributes):
    return None if shapes[1][0] == {filters} else "other layers"


@variant("conv2d", "mine", supports=wide)
def mine(cl, *operands, **attributes):
    cl.file = SOURCE
    return FAULTS["F08_kernel_flipped"].launch(cl, *operands, **attributes)
"""


@pytest.mark.slow
def test_a_fault_in_one_variant_is_bisected_to_the_first_node_of_vgg16_that_uses_it(
    opencl: Session, tmp_path: Path
) -> None:
    kernels = tmp_path / "mine.py"
    kernels.write_text(KERNELS.format(source=str(FAULTS / "images.py"), filters=512))
    options = ("--kernels", kernels, "--device", device_name(opencl), "--json", "-")
    answer = clgold("bisect", "vgg16", *options, folder=tmp_path)
    assert answer.code == 1
    faults = answer.json["faults"]
    nodes = [f"conv{block}_{k}" for block in (4, 5) for k in (1, 2, 3)]
    assert [fault["node"] for fault in faults] == nodes
    assert {fault["cause"]["name"] for fault in faults} == {"kernel flipped"}
    assert {fault["variant"] for fault in faults} == {"mine"}
