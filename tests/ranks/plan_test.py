"""Properties of the plan: any grid, any sizes."""

import math
from pathlib import Path

import numpy as np
import pytest
from harness.command import clgold
from hypothesis import given
from hypothesis import strategies as st

from clgold.networks import ALEXNET, ALEXNET_TOWER, STN
from clgold.networks.localnet import FULL, LABELS, SIZES, LocalLayer, LocalNet
from clgold.ranks import (
    Array,
    Plan,
    Rect,
    default_grid,
    pattern,
    plan,
    split,
    step_plan,
    transfers,
    uncovered,
    whole,
)
from clgold.reference.spec import SpecError

Grid = tuple[int, int]
GRIDS = st.tuples(st.integers(1, 5), st.integers(1, 5))


@st.composite
def pairs(draw: st.DrawFn, most: int) -> tuple[int, int]:
    return draw(st.integers(1, most)), draw(st.integers(1, most))


@st.composite
def local_nets(draw: st.DrawFn) -> LocalNet:
    """Two layers of any sizes whose windows have a place; strides above and below the windows."""
    layers = tuple(
        LocalLayer(draw(st.integers(1, 3)), draw(pairs(3)), draw(pairs(4)), draw(pairs(5)))
        for _ in range(2)
    )
    # The second window has to fit into what the first layer leaves.
    sites = [-(-k // t) for k, t in zip(layers[1].kernel, layers[0].tile, strict=True)]
    image = tuple(
        kernel + (count - 1) * stride + draw(st.integers(0, 9))
        for kernel, stride, count in zip(layers[0].kernel, layers[0].stride, sites, strict=True)
    )
    channels, images, classes = (draw(st.integers(1, 7)) for _ in range(3))
    return LocalNet("drawn", images, (channels, *image), layers, classes)


def written(array: Array) -> np.ndarray:
    """How many ranks write each element."""
    count = np.zeros(array.shape, np.int64)
    for rect in array.writes or ():
        count[whole(array.shape).place(rect)] += 1
    return count


@given(local_nets(), GRIDS)
def test_whatever_is_read_is_written_and_blocks_tile(net: LocalNet, grid: Grid) -> None:
    found = step_plan(net, grid)
    for array in found.arrays.values():
        assert uncovered(array) == ()
        if array.kind == "weight":
            count = sum(rect.count for rect in array.reads)
            shared = array.shape == (1,)
            assert count == (found.ranks if shared else math.prod(array.shape))
        elif array.kind == "data" or not array.name.endswith(("output", "probability")):
            continue
        elif array.partial:
            assert all(rect == whole(array.shape) for rect in array.writes or ())
        else:
            assert (written(array) == 1).all(), array.name


@given(local_nets(), GRIDS)
def test_the_messages_bring_each_rank_what_it_lacks(net: LocalNet, grid: Grid) -> None:
    """Own part and messages together are all that others wrote where the rank reads."""
    for array in step_plan(net, grid).arrays.values():
        sent = transfers(array)
        if array.writes is None or array.kind == "data":
            assert sent == ()
            continue
        assert all(one.rect.count and one.source != one.target for one in sent)
        count = written(array)
        arrived = [np.zeros(array.shape, np.int64) for _ in array.reads]
        own = (w & r for w, r in zip(array.writes, array.reads, strict=True))
        for rank, rect in (*enumerate(own), *((one.target, one.rect) for one in sent)):
            arrived[rank][whole(array.shape).place(rect)] += 1
        for found, needed in zip(arrived, array.reads, strict=True):
            inside = whole(array.shape).place(needed)
            assert (found[inside] == count[inside]).all(), array.name


@given(local_nets(), GRIDS)
def test_a_gradient_goes_back_the_way_that_its_array_came(net: LocalNet, grid: Grid) -> None:
    found = step_plan(net, grid)
    for name, array in found.arrays.items():
        back = found.arrays.get(f"{name}.grad")
        if back is None or array.kind != "activation" or name.endswith("softmax.output"):
            continue
        there = {(one.source, one.target, one.rect) for one in transfers(array)}
        assert there == {(one.target, one.source, one.rect) for one in transfers(back)}


@given(local_nets(), GRIDS)
def test_every_part_is_a_question_that_the_layer_takes(net: LocalNet, grid: Grid) -> None:
    """What a rank reads of a forward kernel has the shapes that give what it computes."""
    found = step_plan(net, grid)
    for kernel in found.kernels:
        if kernel.layer != "local2d":
            continue
        for part in kernel.parts:
            if part.empty:
                continue
            shapes = tuple(rect.size for rect in part.reads if rect is not None)
            (layer,) = kernel.kernel.chain.layers
            assert layer.out_shape(*shapes, **kernel.kernel.attributes) == part.computes.size


@given(st.integers(0, 60), st.integers(1, 9))
def test_parts_follow_each_other_and_differ_by_one_at_most(length: int, parts: int) -> None:
    found = [split(length, parts, part) for part in range(parts)]
    assert [origin for origin, _ in found] == [sum(n for _, n in found[:k]) for k in range(parts)]
    sizes = [size for _, size in found]
    assert sum(sizes) == length
    assert max(sizes) - min(sizes) <= 1
    assert sizes == sorted(sizes, reverse=True)


def test_more_ranks_than_sites_leaves_some_without_work() -> None:
    small = SIZES["small"]
    found = step_plan(small, (1, 9))
    filters = next(one for one in found.kernels if one.kernel.name == "L0.filter")
    assert [part.empty for part in filters.parts] == [False] * 6 + [True] * 3


def test_the_messages_of_the_whole_step() -> None:
    found = step_plan(SIZES[FULL], (2, 2))
    sent = {name: sum(m.bytes for m in transfers(a)) for name, a in found.arrays.items()}
    kinds = {name: pattern(array) for name, array in found.arrays.items() if pattern(array)}
    assert {name: sent[name] for name in kinds} == {
        "L0.filterNL.output": 17_825_792,
        "classifier.linear1.output": 9_320_448,
        "classifier.softmax.output": 48,
        "classifier.evaluate.output": 192,
        "classifier.linear1.output.grad": 9_320_448,
        "L1.a.grad": 48,
        "L0.filterNL.output.grad": 17_825_792,
        "L0.a.grad": 48,
    }
    assert list(kinds.values()) == [
        *("halo exchange", "reduce-scatter", "all-reduce", "all-reduce", "all-gather"),
        *("all-reduce", "halo addition", "all-reduce"),
    ]
    assert sum(sent.values()) == 54_292_816


def test_a_quarter_of_the_memory_is_on_each_of_four_ranks() -> None:
    one = step_plan(SIZES[FULL], (1, 1)).memory(0)
    for rank in range(4):
        part = step_plan(SIZES[FULL], (2, 2)).memory(rank)
        assert sum(part.values()) <= 1.05 * sum(one.values()) / 4


@pytest.mark.parametrize(
    ("ranks", "grid"), [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (5, (1, 5)), (6, (2, 3))]
)
def test_the_grid_is_nearest_to_a_square(ranks: int, grid: Grid) -> None:
    assert default_grid(ranks) == grid


def alexnet(ranks: int) -> Plan:
    return plan(ALEXNET, (1, ranks))


def test_alexnet_lies_on_two_devices_as_it_is_drawn() -> None:
    """Half of the maps, half of the neurons; whole before conv3 and the connected layers.

    A normalisation reads two maps beyond the middle: without them the answer would be another.
    """
    found = alexnet(2)
    halves = {
        one.kernel.name: [(part.writes.origin[1], part.writes.size[1]) for part in one.parts]
        for one in found.kernels
        if one.layer != "argmax"
    }
    assert halves["conv1"] == [(0, 48), (48, 48)]
    assert halves["conv2"] == halves["conv5"] == [(0, 128), (128, 128)]
    assert halves["conv4"] == [(0, 192), (192, 192)]
    assert halves["fc6"] == halves["fc7"] == [(0, 2048), (2048, 2048)]
    assert halves["fc8"] == [(0, 500), (500, 500)]
    crossing = {name: pattern(array) for name, array in found.arrays.items() if pattern(array)}
    assert crossing == {
        "pool1_buf": "halo exchange",
        "pool2_buf": "halo exchange",
        "norm2_buf": "all-gather",
        "pool5_buf": "all-gather",
        "relu6_buf": "all-gather",
        "relu7_buf": "all-gather",
        "fc8_buf": "gather",
    }
    assert sum(m.bytes for m in transfers(found.arrays["pool1_buf"])) == 2 * 2 * 27 * 27 * 4


@pytest.mark.parametrize("ranks", [1, 2, 3, 4, 5])
def test_one_tower_is_divided_among_any_ranks(ranks: int) -> None:
    found = plan(ALEXNET_TOWER, (1, ranks))
    for array in found.arrays.values():
        assert uncovered(array) == ()


def test_filters_of_parts_of_groups_are_refused() -> None:
    with pytest.raises(
        SpecError, match="conv2: rank 1 has filters 86 to 170, which are parts of 2"
    ):
        alexnet(3)


def test_a_layer_that_no_rule_divides_is_refused() -> None:
    with pytest.raises(SpecError, match="stn: no rule divides the layer"):
        plan(STN, (1, 2))


def test_a_rank_that_reads_what_nobody_writes_is_named() -> None:
    half = Rect((0, 0), (2, 3))
    array = Array("x", (4, 3), "activation", (half, half), (half, whole((4, 3))))
    assert uncovered(array) == (1,)


def test_the_answer_as_json(tmp_path: Path) -> None:
    answer = clgold("plan", "localnet", "--ranks", 4, "--json", "-", folder=tmp_path).json
    assert (answer["network"], answer["grid"], answer["ranks"]) == (
        "localnet",
        [2, 2],
        [0, 1, 2, 3],
    )
    halo = answer["arrays"]["L0.filterNL.output"]
    assert halo["transfer"] == "halo exchange"
    assert halo["read_rect"][3] == {"origin": [0, 0, 28, 28], "size": [256, 16, 36, 36]}
    assert sum(message["bytes"] for message in halo["messages"]) == 17_825_792
    assert answer["arrays"]["L0.W"]["write_rect"] is None
    assert sum(answer["memory"][3].values()) == 2_300_334_628
    assert LABELS in answer["arrays"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("localnet", "--grid", "2y2"), "'2y2' is no grid, expected rows and columns as 2x2"),
        (("localnet", "--grid", "0x2"), "'0x2' is no grid"),
        (("localnet", "--grid", "2x2", "--ranks", 6), "--grid 2x2 has 4 ranks, --ranks says 6"),
        (("localnet", "--grid", "2x2", "--rank", 4), "--rank 4: there are 4 ranks"),
        (("localnet", "--grid", "99x99"), "expected at most 1024 ranks"),
        (("localnet", "--rank", 1), "--rank needs --ranks or --grid"),
        (("alexnet", "--size", "full"), "--size is for localnet, here alexnet"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(
    arguments: tuple[object, ...], words: str, tmp_path: Path
) -> None:
    answer = clgold("plan", *arguments, folder=tmp_path)
    assert (answer.code, answer.stdout) == (2, "")
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1
