"""Which of our variants computes a layer: the plain one, or a fast one for much work."""

from dataclasses import replace

import pytest

from clgold.conformance.run.choose import plan_run
from clgold.device.catalogue import MUCH, VARIANTS, amount, candidates, choose, ours, worth
from clgold.networks import ALEXNET, STN, VGG16, Network
from clgold.reference import find_layer
from clgold.reference.spec import Shape

SMALL, LARGE = (1, 2, 8, 8), (1, 64, 64, 64)
FILTERS = (16, 2, 2, 2, 5, 5, 3, 3)

# Layer, shapes, attributes, who is to compute it.
CHOICES = {
    "few products": ("conv2d", ((1, 2, 8, 8), (3, 2, 3, 3), None), {}, "naive"),
    "many products": ("conv2d", (LARGE, (64, 64, 3, 3), None), {}, "direct8"),
    "many in groups": ("conv2d", (LARGE, (64, 32, 3, 3), None), {"groups": 2}, "direct8"),
    "many in small groups": ("conv2d", (LARGE, (64, 4, 3, 3), None), {"groups": 16}, "im2col"),
    "colours": ("conv2d", ((1, 3, 64, 64), (64, 3, 3, 3), None), {}, "first8"),
    "a short sum": ("linear", ((1, 40), (30, 40), None), {}, "naive"),
    "long sums": ("linear", ((1, 4096), (1000, 4096), None), {}, "blocked"),
    "a small pool": ("max_pool2d", (SMALL,), {"kernel_size": 2}, "naive"),
    "a large pool": ("max_pool2d", ((4, *LARGE[1:]),), {"kernel_size": 2}, "vector"),
    "sites of many images": ("local2d", ((32, 2, 9, 9), FILTERS), {"stride": 2}, "batch"),
    "sites of few images": ("local2d", ((16, 2, 9, 9), FILTERS), {"stride": 2}, "naive"),
    "a layer with one variant": ("relu", ((4, *LARGE[1:]),), {}, "naive"),
}


@pytest.mark.parametrize("case", CHOICES)
def test_much_work_goes_to_a_fast_variant(case: str) -> None:
    layer, shapes, given, name = CHOICES[case]
    attributes, _ = find_layer(layer).resolve(shapes, given)
    found = choose((), layer, shapes, attributes)
    assert found is not None
    assert (found.layer, found.name) == (layer, name)


def test_a_variant_of_the_users_goes_first_whatever_there_is_to_do() -> None:
    shapes: tuple[Shape | None, ...] = (LARGE, (64, 64, 3, 3), None)
    attributes, _ = find_layer("conv2d").resolve(shapes, {})
    able = [v for v in candidates(VARIANTS, "conv2d") if not v.refusal(shapes, attributes)]
    assert len(able) > 5
    for asked in able:
        assert choose((asked,), "conv2d", shapes, attributes) is asked


def test_a_variant_that_does_not_apply_is_passed_over() -> None:
    shapes: tuple[Shape | None, ...] = (LARGE, (64, 4, 3, 3), None)
    attributes, _ = find_layer("conv2d").resolve(shapes, {"groups": 16})
    winograd = next(one for one in VARIANTS if one.name == "winograd")
    found = choose((winograd,), "conv2d", shapes, attributes)
    assert found is not None
    assert found.name == "im2col"


def test_a_layer_without_variants_has_none() -> None:
    assert choose((), "conv2d+tanh", ((1, 1, 3, 3), (1, 1, 1, 1), None), {}) is None


@pytest.mark.parametrize(("passed", "name"), [((), "direct8"), (("float16",), "direct")])
def test_a_gate_that_the_driver_passes_lets_the_fastest_variant_in(
    passed: tuple[str, ...], name: str
) -> None:
    shapes: tuple[Shape | None, ...] = (LARGE, (64, 64, 3, 3), None)
    attributes, _ = find_layer("conv2d").resolve(shapes, {})
    found = choose((), "conv2d", shapes, attributes, passed.__contains__)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(("stands", "name"), [("NCHW", "naive"), ("NCHW8c", "blocks8")])
def test_a_result_is_taken_as_it_stands_where_a_variant_can(stands: str, name: str) -> None:
    attributes, _ = find_layer("max_pool2d").resolve((SMALL,), {"kernel_size": 2})
    found = choose((), "max_pool2d", (SMALL,), attributes, stands=stands)
    assert found is not None
    assert found.name == name


def test_convolutions_and_what_follows_are_one_kernel_of_ours_in_the_fused_view_alone() -> None:
    fused, primitive = (
        [kernel.layer for kernel in plan_run(VGG16, fused, ()).kernels] for fused in (True, False)
    )
    assert fused.count("conv2d+relu") == 8
    assert fused.count("conv2d+relu+max_pool2d") == 5
    assert primitive == [node.layer for node in VGG16.nodes]


def test_what_the_user_gives_for_a_part_is_not_lost_in_a_chain_of_ours() -> None:
    naive = next(one for one in VARIANTS if (one.layer, one.name) == ("relu", "naive"))
    plan = plan_run(VGG16, fused=True, first=(naive,))
    assert [kernel.layer for kernel in plan.kernels] == [node.layer for node in VGG16.nodes]


def test_winograds_convolutions_are_for_who_asks_for_the_fastest() -> None:
    plans = [plan_run(VGG16, True, (), None, lambda _: True, fastest) for fastest in (False, True)]
    safe, fast = ([one.name for one in plan.variants.values()][:13] for plan in plans)
    assert safe == ["first", *["direct"] * 12]
    assert fast == ["first", *["winograd4-chunks"] * 4, *["winograd4"] * 8]
    assert [len(plan.kernels) for plan in plans] == [21, 21]


def test_a_chain_of_ours_can_be_asked_for() -> None:
    asked = next(v for v in VARIANTS if (v.layer, v.name) == ("conv2d+relu", "winograd2-8"))
    plan = plan_run(VGG16, True, (asked,))
    assert plan.variants["conv3_1+relu3_1"] is asked


def test_no_gate_is_tried_where_there_is_little_to_do() -> None:
    def tried(gate: str) -> bool:
        raise AssertionError(gate)

    shapes: tuple[Shape | None, ...] = (SMALL, (3, 2, 3, 3), None)
    attributes, _ = find_layer("conv2d").resolve(shapes, {})
    assert ours("conv2d", shapes, attributes, tried)


def test_the_amount_of_work_is_products_or_elements() -> None:
    pads = find_layer("conv2d").resolve(((1, 2, 5, 5), (3, 2, 3, 3)), {"padding": 1})[0]
    assert amount("conv2d", ((1, 2, 5, 5), (3, 2, 3, 3), None), pads) == 3 * 25 * 18
    assert amount("linear", ((7, 40), (30, 40), None), {}) == 7 * 30 * 40
    assert amount("batch_norm", (SMALL, (2,), (2,), None, None), {"eps": 1e-5}) == 128 < MUCH


@pytest.mark.parametrize("network", [ALEXNET, VGG16], ids=lambda network: network.name)
def test_large_networks_run_no_large_layer_of_sums_naively(network: Network) -> None:
    plan = plan_run(network, fused=True, first=())
    layers = {node.name: node.layer for node in network.nodes}
    slow = [name for name, one in plan.variants.items() if one.name == "naive"]
    assert {layers[name] for name in slow} & {"conv2d", "linear"} == set()


def test_of_the_host_programs_kernels_the_small_ones_stay_naive() -> None:
    plan = plan_run(STN, fused=True, first=())
    names = {kernel: one.name for kernel, one in plan.variants.items()}
    assert names["FC2"] == "naive"
    assert names["bn1"] == "naive"
    assert names["STN_func"] == "fused"
    assert (names["conv2"], names["FC1"], names["fc4"]) == ("tile8", "blocked", "vector")
    able = plan_run(STN, fused=True, first=(), bears=lambda gate: gate == "float16")
    assert able.variants["conv2"].name == "tile"


def test_a_variant_may_say_how_much_is_much() -> None:
    true, number, none = (replace(VARIANTS[0], much=much) for much in (True, 2**8, False))
    assert [worth(one, 2**8) for one in (true, number, none)] == [False, True, False]
    assert [worth(one, MUCH) for one in (true, number, none)] == [True, True, False]
    assert not worth(number, 2**8 - 1)
