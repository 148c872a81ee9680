"""`clgold summary` prints every network's table, in three forms, and its documentation agrees."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from harness.command import clgold

from clgold.networks import NETWORKS, STN, VGG16, Network, Node, Weight, shapes
from clgold.networks.network import one_each
from clgold.networks.summary import COUNTS, summarise, summary_csv, summary_rows, totals

DOCUMENT = Path(__file__).parents[2] / "docs" / "networks.md"


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_a_row_for_every_input_and_node_and_the_sums_last(network: Network) -> None:
    header, *lines, last = csv.reader(io.StringIO(summary_csv(summary_rows(network))))
    assert header[:4] == ["node", "layer", "shape", "activations"]
    assert [line[0] for line in lines] == [*network.inputs, *(n.name for n in network.nodes)]
    for place, name in enumerate(COUNTS, start=3):
        assert header[place] == name
        assert sum(int(line[place]) for line in lines) == int(last[place])


def test_json_and_csv_hold_the_same_numbers(tmp_path: Path) -> None:
    found = clgold(
        *("summary", "vgg16", "--json", tmp_path / "t.json", "--csv", tmp_path / "t.csv"),
        folder=tmp_path,
    )
    assert (found.code, found.stderr) == (0, "")
    assert "138,357,544" in found.stdout
    answer = json.loads((tmp_path / "t.json").read_text())
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    assert answer["network"] == "vgg16"
    assert len(answer["layers"]) == len(rows) - 1 == len(VGG16.nodes) + 1
    for layer, row in zip(answer["layers"], rows, strict=False):
        assert {name: layer[name] for name in COUNTS} == {name: int(row[name]) for name in COUNTS}
        assert "x".join(map(str, layer["shape"])) == row["shape"]
        assert layer["unseen"] == [int(row["unseen_rows"]), int(row["unseen_columns"])]
    assert answer["total"] == totals(summary_rows(VGG16))


def test_csv_alone_goes_to_standard_output(tmp_path: Path) -> None:
    found = clgold("summary", "stn", "--csv", "-", folder=tmp_path)
    assert found.stdout == summary_csv(summary_rows(STN))


def test_a_csv_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    found = clgold("summary", "stn", "--csv", "nowhere/t.csv", folder=tmp_path)
    assert found.code == 2
    assert found.stderr == "clgold: --csv nowhere/t.csv: there is no folder nowhere\n"


def test_layers_that_work_in_place_add_no_activations() -> None:
    kept = {row.layer for row in summary_rows(STN) if row.activations}
    assert kept == {
        *("input", "conv2d", "max_pool2d", "linear", "batch_norm", "affine_grid", "grid_sample"),
    }


# Of a 7×9×11 image: multiply-adds, weights, unseen rows and columns.
RARER = {
    "local2d": (
        Node("n", "local2d", ("x", "w"), {"stride": 2}),
        (3, 1, 2, 7, 4, 3, 3, 5),  # 3×5 sites, a tile of 1×2 at each, windows of 4×3
        (3 * 3 * 10 * 7 * 4 * 3, 3 * 2 * 7 * 4 * 3 * 3 * 5, (1, 0)),
    ),
    "lp_pool2d": (
        Node("n", "lp_pool2d", ("x",), {"norm_type": 2, "kernel_size": 4}),
        (),
        (0, 0, (1, 3)),
    ),
    "local_response_norm": (
        Node("n", "local_response_norm", ("x",), {"size": 5}),
        (),
        (7 * 9 * 11 * 5, 0, (0, 0)),
    ),
}


@pytest.mark.parametrize("layer", RARER)
def test_layers_that_no_network_here_has_are_counted_too(layer: str) -> None:
    node, shape, (multiply_adds, parameters, unseen) = RARER[layer]
    weights = {"w": Weight(shape)} if shape else {}
    inputs = {"x": (1, 7, 9, 11)}
    network = Network("one", "one", inputs, weights, one_each((node,)), "n", "n")
    row = summarise(network, node, shapes(network))
    assert (row.multiply_adds, row.parameters, row.unseen) == (multiply_adds, parameters, unseen)


def test_the_documentation_has_the_sums_of_every_network() -> None:
    line = r"\| `([\w-]+)` \| ([\d×]+) \| (\d+) \| ([\d,]+) \| ([\d.,]+) M \|"
    documented = {
        name: (image, int(classes), int(parameters.replace(",", "")), millions.replace(",", ""))
        for name, image, classes, parameters, millions in re.findall(line, DOCUMENT.read_text())
    }
    assert list(documented) == [network.name for network in NETWORKS]
    for network in NETWORKS:
        image, classes, parameters, millions = documented[network.name]
        (shape,) = network.inputs.values()
        sums = totals(summary_rows(network))
        assert image == "×".join(map(str, shape[1:]))
        assert shapes(network)[network.probability] == (1, classes)
        assert sums["parameters"] == parameters
        places = len(millions.partition(".")[2])
        assert f"{sums['multiply_adds'] / 1e6:.{places}f}" == millions


def test_the_documented_example_is_a_network() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    names: dict[str, Network] = {}
    exec(block, names)
    assert shapes(names["network"])["fc6.weight"] == (10, 128)
