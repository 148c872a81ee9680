"""The answer for one image: every kernel having worked on the device's own results."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from clgold.networks import Network
from clgold.reference import Layer, find_layer

from ..judge.compare import Comparison
from .walk import Step

LOSS = "cross_entropy"  # the layer


@dataclass(frozen=True)
class Loss:
    """A step of training's loss: the reference's, and the device's on its own results, if any."""

    node: str
    reference: float
    device: float | None


@dataclass(frozen=True)
class EndToEnd:
    """The answer for one image, every kernel having worked on the device's own results.

    Each kernel's output is compared with the reference on the same inputs, so nothing needs to be
    propagated: `budget_used` is the largest share of a bound, `message` names the first kernel
    beyond. Where all are within, a class other than the reference's is a tie, and no error.
    `losses` are of a network that trains, step by step.
    """

    verdict: str
    message: str
    budget_used: float
    reference_class: int | None = None
    reference_probability: float | None = None
    device_class: int | None = None
    device_probability: float | None = None
    losses: tuple[Loss, ...] = ()


@dataclass
class Ends:
    """What is seen on the way to the answer for one image.

    reference and device hold the values of the network's answer, its probability and its warped
    images. `found` and `device` stop at the first kernel whose output cannot be used.
    """

    network: Network
    reference: dict[str, np.ndarray] = field(default_factory=dict)
    device: dict[str, np.ndarray] = field(default_factory=dict)
    found: list[tuple[str, Comparison]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    broken: bool = False

    def see(self, step: Step) -> None:
        """Take note of a kernel."""
        wanted = {self.network.answer, self.network.probability}
        made = dict(step.own.run.kept)
        if step.output is not None:
            made[step.kernel.nodes[-1].layer] = step.output
        for node in step.kernel.nodes:
            if node.name in wanted or warps(find_layer(node.layer)):
                self.reference[node.name] = step.born.expected[node.layer].value
                if not self.broken and node.layer in made:
                    self.device[node.name] = made[node.layer]
            elif node.layer == LOSS:
                theirs = None if self.broken or step.output is None else step.output.item()
                self.losses.append(Loss(node.name, step.reference.item(), theirs))
        if not self.broken:
            self.found.append((step.kernel.name, step.own.comparison))
        self.broken = self.broken or not step.usable

    def report(self) -> EndToEnd:
        """The answer, and the first kernel that fails on the device's own results."""
        failing = [(name, one) for name, one in self.found if one.verdict != "pass"]
        message = ""
        if failing:
            name, one = failing[0]
            message = f"{name} fails on the device's own results: {one.message}"
        return EndToEnd(
            "wrong" if message else "pass",
            message,
            max((one.budget_used for _, one in self.found), default=0.0),
            *decision(self.network, self.reference),
            *decision(self.network, self.device),
            tuple(self.losses),
        )


def warps(layer: Layer) -> bool:
    """Whether it reads an image at given coordinates."""
    return any(one.role == "coordinate" and one.values != "map" for one in layer.operands)


def decision(network: Network, values: Mapping[str, np.ndarray]) -> tuple[int | None, float | None]:
    """The class of the first image and its probability, as these values of nodes have it.

    Without a node for the class it is the likeliest one; None for what the network does not say.
    """
    answer, chances = values.get(network.answer), values.get(network.probability)
    row = None if chances is None else (chances[0] if chances.ndim > 1 else chances).ravel()
    if answer is not None:
        found = int(answer.ravel()[0])
    elif network.answer or row is None:
        return None, None
    else:
        found = int(np.argmax(row))
    known = row is not None and 0 <= found < row.size
    return found, float(row[found]) if row is not None and known else None
