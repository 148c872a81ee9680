"""VGG-16 is configuration D of its paper, and its sums are those of its table."""

import numpy as np
from layer_tables import output

from clgold.networks import VGG16, shapes
from clgold.networks.summary import summary_rows, totals

# Layer, output, activations, parameters without biases.
TABLE = """
input      224×224×3    150,528            0
conv2d     224×224×64 3,211,264        1,728
conv2d     224×224×64 3,211,264       36,864
max_pool2d 112×112×64   802,816            0
conv2d     112×112×128 1,605,632      73,728
conv2d     112×112×128 1,605,632     147,456
max_pool2d 56×56×128    401,408            0
conv2d     56×56×256    802,816      294,912
conv2d     56×56×256    802,816      589,824
conv2d     56×56×256    802,816      589,824
max_pool2d 28×28×256    200,704            0
conv2d     28×28×512    401,408    1,179,648
conv2d     28×28×512    401,408    2,359,296
conv2d     28×28×512    401,408    2,359,296
max_pool2d 14×14×512    100,352            0
conv2d     14×14×512    100,352    2,359,296
conv2d     14×14×512    100,352    2,359,296
conv2d     14×14×512    100,352    2,359,296
max_pool2d 7×7×512       25,088            0
linear     4096           4,096  102,760,448
linear     4096           4,096   16,777,216
linear     1000           1,000    4,096,000
"""


def test_every_row_is_that_of_the_table() -> None:
    rows = [line.split() for line in TABLE.strip().splitlines()]
    expected = [
        (layer, output, *(int(count.replace(",", "")) for count in counts))
        for layer, output, *counts in rows
    ]
    found = [
        (row.layer, output(row), row.activations, row.weights)
        for row in summary_rows(VGG16)
        if row.activations
    ]
    assert found == expected


def test_the_sums_are_those_of_the_table() -> None:
    sums = totals(summary_rows(VGG16))
    assert sums["activations"] == 15_237_608
    assert sums["bytes"] == 60_950_432
    assert sums["weights"] == 138_344_128
    assert sums["parameters"] == 138_357_544
    assert sum(np.prod(weight.shape) for weight in VGG16.weights.values()) == 138_357_544


def test_the_24_million_activations_that_circulate_are_no_sum_of_the_rows() -> None:
    rows = summary_rows(VGG16)
    assert not any(24e6 <= sum(r.activations for r in rows[:k]) < 25e6 for k in range(len(rows)))
    every = sum(np.prod(shapes(VGG16)[node.name]) for node in VGG16.nodes)
    assert every == 28_668_881, "with every ReLU kept beside what it works on"


def test_most_activations_are_early_and_most_parameters_in_the_first_connected_layer() -> None:
    rows = {row.node: row for row in summary_rows(VGG16)}
    sums = totals(tuple(rows.values()))
    assert rows["conv1_1"].activations + rows["conv1_2"].activations > 0.4 * sums["activations"]
    assert rows["fc6"].parameters > 0.7 * sums["parameters"]


def test_nodes_bear_the_names_of_the_authors_files() -> None:
    assert [node.name for node in VGG16.nodes][:5] == [
        *("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1"),
    ]
    assert [node.name for node in VGG16.nodes][-9:] == [
        *("pool5", "flatten", "fc6", "relu6", "fc7", "relu7", "fc8", "prob", "class"),
    ]


def test_every_convolution_keeps_the_size_and_every_pool_halves_it() -> None:
    known = shapes(VGG16)
    for node in VGG16.nodes:
        if node.layer in ("conv2d", "max_pool2d"):
            before = known[node.operands[0] or ""][2:]
            ratio = {"conv2d": 1, "max_pool2d": 2}[node.layer]
            assert tuple(size * ratio for size in known[node.name][2:]) == before, node.name
