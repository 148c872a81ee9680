"""One step of training, from a network's description: the backward half and the updates follow.

A gradient bears its array's name and ".grad". What a layer's gradient is, and what it reads of the
forward half, says the record of the layer that is its gradient (Layer.gradient).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clgold.reference import LAYERS, Layer, SpecError, find_layer
from clgold.reference.gradient import setting
from clgold.reference.spec import Shape

from .network import Network, Node, Weight, one_each, shapes
from .training_forward import batched, in_training, rename, running, with_dropout

LABELS, LOSS, LOSS_GRADIENT = "labels", "loss", "loss.grad"
HELD = ".grad.held"  # what a gradient's array holds before the step
ROLES = ("weight",)  # of operands that are trained


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: images at a time, steps, and torch.optim.SGD's numbers."""

    batch: int = 4
    steps: int = 1
    lr: float = 0.01
    momentum: float = 0.9
    weight_decay: float = 5e-4


def trained_on(network: Network, recipe: Recipe) -> Network:
    """The network of all nodes of so many steps on one batch; SpecError where there is no gradient.

    Beside the weights it reads labels (N, classes), one of each row 1, LOSS_GRADIENT, a mask for
    each dropout of each step, and what the arrays of the gradients hold before: they are set to
    zero, and then added to.
    """
    whole = batched(network, recipe.batch)
    forward = with_dropout(in_training(whole))
    masks: dict[str, Weight] = {}
    known = shapes(forward)
    scores = scores_of(forward)
    nodes: list[Node] = []
    names = {name: name for name in forward.weights}
    for step in range(recipe.steps):
        prefix = f"step{step + 1}." if recipe.steps > 1 else ""
        renamed = {node.name: prefix + node.name for node in forward.nodes}
        drawn = {name: prefix + name for name in forward.weights if name not in whole.weights}
        masks |= {own: forward.weights[name] for name, own in drawn.items()}
        renamed |= drawn
        own = [rename(node, prefix + node.name, names | renamed) for node in forward.nodes]
        loss = Node(f"{prefix}{LOSS}", "cross_entropy", (renamed[scores], LABELS))
        back = Backward(forward, known, prefix, names | renamed, [])
        nodes += (*own, loss, *back.begin(scores), *back.backward())
        nodes += updates(forward, names, prefix, recipe, step)
        nodes += running(whole, forward, names, renamed, prefix)
    first = "step1." if recipe.steps > 1 else ""
    held = {f"{name}{HELD}": Weight(known[name]) for name in trained(forward)}
    others = {LABELS: Weight(known[scores]), LOSS_GRADIENT: Weight(())}
    return replace(
        forward,
        title=f"{network.title}: a step of training",
        weights={**whole.weights, **masks, **others, **held},
        kernels=one_each(tuple(nodes)),
        answer=f"{first}{network.answer}",
        probability=f"{first}{network.probability}",
    )


def scores_of(network: Network) -> str:
    """What the softmax of the probabilities reads: the loss is of that."""
    for node in network.nodes:
        if node.name == network.probability and node.layer == "softmax":
            assert node.operands[0] is not None
            return node.operands[0]
    raise SpecError(f"{network.name}: no softmax gives probabilities, so that there is no loss")


def trained(network: Network) -> tuple[str, ...]:
    """The weights that are trained: all but measured statistics."""
    found: dict[str, None] = {}
    for node in network.nodes:
        for (_, one), operand in zip(declared(node), node.operands, strict=True):
            if operand is not None and operand in network.weights and one.role in ROLES:
                found[operand] = None
    return tuple(found)


def declared(node: Node) -> tuple[tuple[str, Any], ...]:
    return find_layer(node.layer).declared(len(node.operands))


def gradient_layer(of: str, operand: str) -> Layer:
    """The layer that gives this operand's gradient; SpecError where there is none."""
    for layer in LAYERS:
        if layer.gradient is not None and (layer.gradient[0].name, layer.gradient[1]) == (
            of,
            operand,
        ):
            return layer
    also = find_layer(of).trains
    if also is not None:
        return gradient_layer(also.name, operand)
    raise SpecError(f"{of}: there is no layer for the gradient of its {operand}")


@dataclass(frozen=True)
class Backward:
    """The backward half of a network's nodes, and the gradients known so far."""

    network: Network
    known: Mapping[str, Shape]
    prefix: str
    names: Mapping[str, str]
    parts: list[tuple[str, str]]  # (array, the name of a part of its gradient)

    def begin(self, scores: str) -> list[Node]:
        """The gradient of the scores, from the loss's own."""
        name = f"{self.prefix}{scores}.grad"
        self.parts.append((scores, name))
        operands = (LOSS_GRADIENT, self.names[scores], LABELS)
        return [Node(name, "cross_entropy_grad", operands)]

    def backward(self) -> Iterator[Node]:
        """Node by node from the last, first the weights'; what they sum up to starts at 0."""
        needed = moved(self.network)
        for node in reversed(self.network.nodes):
            if not any(array == node.name for array, _ in self.parts):
                continue
            yield from self.joined(node.name)
            grad = next(name for array, name in self.parts if array == node.name)
            pairs = list(zip(declared(node), node.operands, strict=True))
            pairs.sort(key=lambda pair: pair[1] not in self.network.weights)
            for (operand, _), array in pairs:
                if array in needed:
                    yield from self.step(node, operand, array, grad)
        for weight in trained(self.network):
            yield from self.joined(weight)

    def step(self, node: Node, operand: str, array: str, grad: str) -> Iterator[Node]:
        """The gradient of one operand of a node."""
        name = f"{self.prefix}{array}.grad"
        again = sum(one == array for one, _ in self.parts)
        if node.layer == "add":
            self.parts.append((array, grad))
            return
        if again or array in self.network.weights:
            name = f"{name}.of.{node.name}"
        self.parts.append((array, name))
        if node.layer in ("flatten", "reshape"):
            yield Node(name, "reshape", (grad,), {"shape": self.known[array]})
            return
        layer = gradient_layer(node.layer, operand)
        own = {name: one for (name, _), one in zip(declared(node), node.operands, strict=True)}
        given = {key: None if one is None else self.names.get(one, one) for key, one in own.items()}
        given |= {"grad": grad, "result": self.names[node.name]}
        shapes = tuple(None if one is None else self.known[one] for one in own.values())
        # In training a layer may take a gradient that is declared of the layer as it is else.
        layer = replace(layer, gradient=(find_layer(node.layer), operand))
        attributes = setting(layer, shapes, node.attributes)[1]
        operands = tuple(given[one.name] for one in layer.operands)
        yield Node(name, layer.name, operands, attributes)

    def joined(self, array: str) -> Iterator[Node]:
        """The sum of an array's parts; a weight's is added to its own array, once that is 0."""
        own = [name for one, name in self.parts if one == array]
        total, target = own[0], f"{self.prefix}{array}.grad"
        if array in self.network.weights:
            total = f"{self.prefix}{array}.set_zero"
            yield Node(total, "set_zero", (f"{array}{HELD}",))
        else:
            own = own[1:]
        for number, part in enumerate(own, 1):
            last = number == len(own)
            name = target if last and target not in (total, part) else f"{target}.sum{number}"
            yield Node(name, "accumulate", (total, part))
            total = name
        self.parts[:] = [(one, name) for one, name in self.parts if one != array]
        self.parts.append((array, total))


def moved(network: Network) -> set[str]:
    """The trained weights, and every node that depends on one."""
    found = set(trained(network))
    for node in network.nodes:
        if found & set(node.operands):
            found.add(node.name)
    return found


def updates(
    network: Network, names: dict[str, str], prefix: str, recipe: Recipe, step: int
) -> Iterator[Node]:
    """Every weight's step; `names` then holds what the next step reads."""
    for weight in trained(network):
        velocity = f"step{step}.{weight}.velocity" if step and recipe.momentum else None
        operands = (names[weight], f"{prefix}{weight}.grad", velocity)
        factors = {"momentum": recipe.momentum, "weight_decay": recipe.weight_decay}
        if recipe.momentum:
            yield Node(f"{prefix}{weight}.velocity", "sgd_velocity", operands, factors)
        yield Node(f"{prefix}{weight}.update", "sgd", operands, {"lr": recipe.lr, **factors})
        names[weight] = f"{prefix}{weight}.update"
