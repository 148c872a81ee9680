"""GoogLeNet has the outputs, weights and operations of its paper's table 1."""

import pytest

from clgold.networks import GOOGLENET, shapes
from clgold.networks.summary import summary_rows, totals

# Output of each row of the table, thousands (1024) of weights, millions of multiply-adds.
TABLE = {
    "conv1": ((112, 112, 64), 2.7, 34),
    "pool1": ((56, 56, 64), 0, None),
    "conv2": ((56, 56, 192), 112, 360),
    "pool2": ((28, 28, 192), 0, None),
    "inception_3a": ((28, 28, 256), 159, 128),
    "inception_3b": ((28, 28, 480), 380, 304),
    "pool3": ((14, 14, 480), 0, None),
    "inception_4a": ((14, 14, 512), 364, 73),
    "inception_4b": ((14, 14, 512), 437, 88),
    "inception_4c": ((14, 14, 512), 463, 100),
    "inception_4d": ((14, 14, 528), 580, 119),
    "inception_4e": ((14, 14, 832), 840, 170),
    "pool4": ((7, 7, 832), 0, None),
    "inception_5a": ((7, 7, 832), 1072, 54),
    "inception_5b": ((7, 7, 1024), 1388, 71),
    "pool5": ((1, 1, 1024), 0, None),
    "loss3": ((1000,), 1000, 1),
}

# What the table's own filters come to, where it prints other figures.
RECOMPUTED = {"conv1": (9.2, 118), "inception_4c": (497.5, 100), "inception_5a": (1018, 51)}

# Layers and what they give, of one module written out.
INCEPTION_3A = {
    "1x1": (64, 28, 28),
    "3x3_reduce": (96, 28, 28),
    "3x3": (128, 28, 28),
    "5x5_reduce": (16, 28, 28),
    "5x5": (32, 28, 28),
    "pool": (192, 28, 28),
    "pool_proj": (32, 28, 28),
    "output": (256, 28, 28),
}


def part(name: str) -> list[str]:
    """The nodes of a row of the table."""
    return [node.name for node in GOOGLENET.nodes if node.name.partition(".")[0] == name]


@pytest.mark.parametrize("name", TABLE)
def test_a_row_has_the_output_weights_and_operations_of_the_table(name: str) -> None:
    output, *printed = TABLE[name]
    thousands, millions = RECOMPUTED.get(name, printed)
    rows = [row for row in summary_rows(GOOGLENET) if row.node in part(name)]
    channels, *size = rows[-1].shape[1:]
    assert (*size, channels) == output
    assert sum(row.weights for row in rows) / 1024 == pytest.approx(thousands, rel=0.02)
    products = sum(row.multiply_adds for row in rows if row.layer in ("conv2d", "linear"))
    assert millions is None or products / 1e6 == pytest.approx(millions, rel=0.03)


def test_a_module_is_four_branches_side_by_side() -> None:
    known = shapes(GOOGLENET)
    found = {name: known[f"inception_3a.{name}"][1:] for name in INCEPTION_3A}
    assert found == INCEPTION_3A
    output = next(node for node in GOOGLENET.nodes if node.name == "inception_3a.output")
    assert output.layer == "concat"
    assert output.operands == tuple(
        f"inception_3a.{branch}.relu" for branch in ("1x1", "3x3", "5x5", "pool_proj")
    )


def test_it_has_two_normalisations_and_22_layers_of_weights_deep() -> None:
    norms = [node.name for node in GOOGLENET.nodes if node.layer == "local_response_norm"]
    assert norms == ["pool1.norm1", "conv2.norm2"]
    # Three before the modules, two on the longest way through each of the nine, the classifier.
    assert 3 + 2 * 9 + 1 == 22
    reduced = [node.name for node in GOOGLENET.nodes if node.name.endswith("3x3_reduce")]
    assert len(reduced) == 1 + 9


def test_parameters_add_up_to_seven_million() -> None:
    sums = totals(summary_rows(GOOGLENET))
    assert (sums["weights"], sums["parameters"]) == (6_990_272, 6_998_552)
