"""AlexNet is the network of its paper, in both forms, and its sums are those recomputed."""

import numpy as np
import pytest
from layer_tables import shown, written

from clgold.networks import ALEXNET, ALEXNET_TOWER, Network, shapes
from clgold.networks.summary import summary_rows, totals
from clgold.reference import local_response_norm
from clgold.reference.generator import bell

TWO_GROUPS = """
data    227×227×3           –          –
conv1   55×55×96       34,848     34,944
relu1   55×55×96            –          –
pool1   27×27×96            –          –
norm1   27×27×96            –          –
conv2   27×27×256     307,200    307,456
relu2   27×27×256           –          –
pool2   13×13×256           –          –
norm2   13×13×256           –          –
conv3   13×13×384     884,736    885,120
relu3   13×13×384           –          –
conv4   13×13×384     663,552    663,936
relu4   13×13×384           –          –
conv5   13×13×256     442,368    442,624
relu5   13×13×256           –          –
pool5   6×6×256             –          –
flatten 9216                –          –
fc6     4096       37,748,736 37,752,832
relu6   4096                –          –
fc7     4096       16,777,216 16,781,312
relu7   4096                –          –
fc8     1000        4,096,000  4,097,000
prob    1000                –          –
class   1                   –          –
"""

# What differs in one tower: convolutions that see every channel.
TOWER = """
conv2   27×27×256     614,400    614,656
conv4   13×13×384   1,327,104  1,327,488
conv5   13×13×256     884,736    884,992
"""


def test_every_layer_of_two_groups_has_the_shape_and_parameters_of_the_table() -> None:
    assert shown(ALEXNET) == written(TWO_GROUPS)


def test_one_tower_differs_in_the_weights_of_three_convolutions() -> None:
    others = {line[0]: line for line in written(TOWER)}
    assert shown(ALEXNET_TOWER) == [others.get(line[0], line) for line in written(TWO_GROUPS)]


@pytest.mark.parametrize(
    ("network", "parameters"),
    [(ALEXNET, 60_965_224), (ALEXNET_TOWER, 62_378_344)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_parameters_add_up_to_the_recomputed_total(network: Network, parameters: int) -> None:
    assert totals(summary_rows(network))["parameters"] == parameters
    assert sum(np.prod(weight.shape) for weight in network.weights.values()) == parameters


def test_the_tables_that_circulate_leave_out_the_biases_of_the_first_convolution() -> None:
    first = next(row for row in summary_rows(ALEXNET) if row.node == "conv1")
    assert (first.weights, first.biases) == (34_848, 96)
    assert totals(summary_rows(ALEXNET))["parameters"] - first.biases == 60_965_128


def test_weights_of_every_layer_round_to_those_that_circulate() -> None:
    thousands = [row.weights // 1000 for row in summary_rows(ALEXNET) if row.weights]
    assert thousands == [34, 307, 884, 663, 442, 37_748, 16_777, 4_096]


def test_the_neurons_that_circulate_are_those_of_every_layer_but_the_first() -> None:
    neurons = [row.activations for row in summary_rows(ALEXNET) if row.weights]
    assert neurons == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert neurons[0] == 55 * 55 * 96 != 253_440


def test_no_row_and_no_column_of_any_layer_stays_unseen() -> None:
    assert [row.node for row in summary_rows(ALEXNET) if any(row.unseen)] == []


def test_the_second_fourth_and_fifth_convolution_see_half_of_the_channels() -> None:
    groups = {n.name: n.attributes.get("groups", 1) for n in ALEXNET.nodes if n.layer == "conv2d"}
    assert groups == {"conv1": 1, "conv2": 2, "conv3": 1, "conv4": 2, "conv5": 2}
    seen = {name: shapes(ALEXNET)[f"{name}.weight"][1] for name in groups}
    assert seen == {"conv1": 3, "conv2": 48, "conv3": 256, "conv4": 192, "conv5": 192}


def test_normalisation_is_the_papers_whose_alpha_is_not_divided() -> None:
    node = next(n for n in ALEXNET.nodes if n.name == "norm1")
    x = (20 * bell(0, "x", (1, 7, 1, 1))).astype(np.float32)
    around = [x[0, max(0, c - 2) : c + 3, 0, 0].astype(np.float64) for c in range(7)]
    papers = [x[0, c, 0, 0] / (2 + 1e-4 * (near**2).sum()) ** 0.75 for c, near in enumerate(around)]
    np.testing.assert_allclose(
        local_response_norm(x, **node.attributes).ravel(), papers, rtol=1e-14
    )
