"""A network's forward half as training runs it: batches, dropout, statistics of the batch."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from clgold.reference import LAYERS, find_layer

from .network import Network, Node, Weight, one_each, shapes

MASK = ".mask"  # which values of a node dropout keeps


def batched(network: Network, batch: int) -> Network:
    """The network on so many images; sizes that name the batch follow."""

    def follow(node: Node) -> Node:
        declared = find_layer(node.layer).attributes
        sizes = {
            name: (batch, *value[1:])
            for name, value in node.attributes.items()
            if declared[name].kind == "size" and declared[name].options[0] == "N"
        }
        return replace(node, attributes={**node.attributes, **sizes})

    inputs = {name: (batch, *shape[1:]) for name, shape in network.inputs.items()}
    kernels = one_each(tuple(follow(node) for node in network.nodes))
    return replace(network, inputs=inputs, kernels=kernels)


def with_dropout(network: Network) -> Network:
    """The network with a node after each of which values are left out, and a mask as a weight."""
    known, nodes, weights = shapes(network), list[Node](), dict(network.weights)
    read: dict[str, str] = {}
    for node in network.nodes:
        nodes.append(rename(node, node.name, read))
        if node.name in network.dropout:
            name, mask = f"{node.name}.dropout", f"{node.name}{MASK}"
            read[node.name], weights[mask] = name, Weight(known[node.name])
            given = {"p": network.dropout[node.name]}
            nodes.append(Node(name, "dropout", (node.name, mask), given))
    return replace(network, weights=weights, kernels=one_each(tuple(nodes)))


def rename(node: Node, name: str, names: Mapping[str, str]) -> Node:
    """The node under another name, its operands under theirs."""
    operands = tuple(None if o is None else names.get(o, o) for o in node.operands)
    return replace(node, name=name, operands=operands)


def in_training(network: Network) -> Network:
    """The network with every layer that has a form of its own for training in that form."""
    forms = {one.trains.name: one for one in LAYERS if one.trains is not None}

    def follow(node: Node) -> Node:
        form = forms.get(node.layer)
        if form is None:
            return node
        own = operands_of(node)
        operands = tuple(own[one.name] for one in form.operands)
        return replace(node, layer=form.name, operands=operands)

    return replace(network, kernels=one_each(tuple(follow(node) for node in network.nodes)))


def operands_of(node: Node) -> dict[str, str | None]:
    """What the node reads, by its operands' names; those left out are None."""
    layer = find_layer(node.layer)
    names = layer.names(len(node.operands))
    absent: dict[str, str | None] = {one.name: None for one in layer.operands}
    return absent | dict(zip(names, node.operands, strict=True))


def running(
    network: Network,
    forward: Network,
    names: dict[str, str],
    renamed: Mapping[str, str],
    prefix: str,
) -> Iterator[Node]:
    """What becomes of measured statistics; `names` then holds what the next step reads."""
    reading = {node.name: node for node in forward.nodes}
    for node in network.nodes:
        for layer in LAYERS:
            if layer.updates is None or layer.updates[0].name != node.layer:
                continue
            array = operands_of(node)[layer.updates[1]] or ""
            source = reading[node.name].operands[0] or ""
            name = f"{prefix}{array}.update"
            read = renamed.get(source, names.get(source, source)), names.get(array, array)
            yield Node(name, layer.name, read)
            names[array] = name
