"""The grammar of convolutional networks, and the facts of the course that states it."""

import numpy as np
import pytest
from layer_tables import shown, written

from clgold.networks import CIFAR10, VGG16, Block, Network, grammar, shapes
from clgold.networks.summary import summary_rows
from clgold.reference import conv2d, find_layer, im2col

CIFAR10_TABLE = """
data    32×32×3   –      –
conv1   32×32×12  324    336
relu1   32×32×12  –      –
pool1   16×16×12  –      –
flatten 3072      –      –
fc2     10        30,720 30,730
prob    10        –      –
class   1         –      –
"""


def small(blocks: tuple[Block, ...], hidden: tuple[int, ...] = ()) -> Network:
    return grammar("small", "a small one", (3, 32, 32), blocks, hidden, classes=10)


def layers(network: Network) -> str:
    """The layers as the grammar writes them."""
    letters = {"conv2d": "C", "relu": "R", "max_pool2d": "P", "linear": "F"}
    return "".join(letters.get(node.layer, "") for node in network.nodes)


def test_the_first_network_of_the_course_has_its_shapes() -> None:
    assert shown(CIFAR10) == written(CIFAR10_TABLE)


def test_two_convolutions_three_times_and_two_hidden_layers() -> None:
    blocks = (Block((4, 4)), Block((6, 6)), Block((8, 8)))
    assert layers(small(blocks, (20, 20))) == "CRCRP" * 3 + "FRFR" + "F"


def test_a_linear_classifier_is_the_grammars_smallest_network() -> None:
    assert layers(small(())) == "F"
    assert shapes(small(()))["fc1.weight"] == (10, 3 * 32 * 32)


def test_a_block_without_a_pool_keeps_the_size() -> None:
    network = small((Block((4,), pool=False), Block((4,))))
    assert layers(network) == "CRCRPF"
    assert shapes(network)["fc3.weight"] == (10, 4 * 16 * 16)


def test_vgg_is_a_network_of_the_grammar() -> None:
    assert layers(VGG16) == "CRCRP" * 2 + "CRCRCRP" * 3 + "FRFR" + "F"


def test_three_layers_of_3x3_see_7x7_with_27_weights_in_place_of_49() -> None:
    network = small((Block((5, 5, 5), pool=False),))
    names = [node.name for node in network.nodes if node.layer == "conv2d"]
    image = np.zeros((1, 5, 15, 15), np.float32)
    image[0, :, 7, 7] = 1
    for _ in names:
        image = conv2d(image, np.ones((5, 5, 3, 3), np.float32), padding=1).astype(np.float32)
    seen = np.argwhere(image[0, 0])
    assert (seen.min(), seen.max()) == (7 - 3, 7 + 3)
    known = shapes(network)
    same = [known[f"{name}.weight"] for name in names[1:]]
    assert same == [(5, 5, 3, 3)] * 2
    assert 3 * 9 < 7 * 7


def test_three_layers_of_64_filters_keep_ten_million_activations() -> None:
    blocks = (Block((64, 64, 64), pool=False),)
    network = grammar("wide", "three layers", (3, 224, 224), blocks, (), classes=10)
    counts = [row.activations for row in summary_rows(network) if row.layer == "conv2d"]
    assert counts == [224 * 224 * 64] * 3
    assert round(sum(counts) / 1e6) == 10


def test_a_convolution_is_a_product_of_96_rows_and_3025_columns() -> None:
    columns = im2col(np.zeros((3, 227, 227), np.float32), 11, 4)
    assert columns.shape == (11 * 11 * 3, 55 * 55) == (363, 3025)


def test_sharing_saves_a_factor_of_three_thousand() -> None:
    neurons, weights = 55 * 55 * 96, 11 * 11 * 3
    assert (neurons, neurons * (weights + 1)) == (290_400, 105_705_600)
    assert 96 * weights == 34_848


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "outputs"),
    [(227, 11, 4, 55), (11, 5, 2, 4), (7, 3, 1, 5), (7, 3, 2, 3)],
)
def test_the_rule_of_sizes(size: int, kernel: int, stride: int, outputs: int) -> None:
    rule = find_layer("conv2d").out_shape
    shape = rule((1, 4, size, size), (2, 4, kernel, kernel), None, stride=stride)
    assert shape == (1, 2, outputs, outputs)


def test_pooling_by_two_drops_three_quarters_of_the_activations() -> None:
    rows = {row.node: row for row in summary_rows(CIFAR10)}
    assert rows["pool1"].activations * 4 == rows["conv1"].activations
