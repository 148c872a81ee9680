"""Tables of layers, written out in tests as publications print them, beside our own."""

from clgold.networks import Network
from clgold.networks.summary import SummaryRow, summary_rows

Line = tuple[str, str, int, int]


def written(table: str) -> list[Line]:
    """Lines `node height×width×channels weights parameters`; – for no parameters."""
    lines = []
    for line in table.strip().splitlines():
        node, output, weights, parameters = line.split()
        lines.append((node, output, number(weights), number(parameters)))
    return lines


def number(text: str) -> int:
    return 0 if text == "–" else int(text.replace(",", ""))


def shown(network: Network, layers: set[str] | None = None) -> list[Line]:
    """The same of a network: of all rows, or of those of some layers."""
    return [
        (row.node, output(row), row.weights, row.parameters)
        for row in summary_rows(network)
        if layers is None or row.layer in layers
    ]


def output(row: SummaryRow) -> str:
    """An image as height×width×channels, as publications write it, without the batch of 1."""
    if len(row.shape) == 4:
        _, channels, height, width = row.shape
        return f"{height}×{width}×{channels}"
    return "×".join(map(str, row.shape[1:])) or "1"
