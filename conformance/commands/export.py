"""`clgold export`: a network as an ONNX model."""

from pathlib import Path

import click

from clgold.golden.whole import writable, write_whole
from clgold.networks.onnx import network_model
from clgold.reference.spec import InputError

from .output import PATH
from .targets import find_network, target_weights


@click.command()
@click.argument("network")
@click.argument("file", type=PATH)
@click.option("--weights", type=PATH, help="A .npz or .safetensors file with the network's arrays.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights.")
def export(network: str, file: Path, weights: Path | None, seed: int) -> None:
    """Write NETWORK with its weights to FILE, a new model.onnx.

    \b
    Example: clgold export alexnet alexnet.onnx --seed 1
    """
    found = find_network(network)
    if file.suffix != ".onnx":
        raise InputError(f"export: {file} is to be an ONNX model, expected a name ending in .onnx")
    if file.exists():
        raise InputError(f"export: {file} is there already, expected a new file")
    if not file.absolute().parent.is_dir():
        raise InputError(f"export: there is no folder {file.parent}")
    model = network_model(found.network, target_weights(found, weights, seed))
    content = model.SerializeToString(deterministic=True)
    with writable(f"export: {file}"):
        write_whole(file, content)
    click.echo(f"{file}: {found.network.name}, {len(model.graph.node)} nodes, {len(content)} bytes")
