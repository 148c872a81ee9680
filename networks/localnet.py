"""The distributed locally-connected network: two layers without shared weights, and a classifier.

It comes from the picture of a computation graph of one training step, as the last of four devices
sees it. The picture leaves open what are fields of `LocalNet` here: the nonlinearity, whether the
loss is the mean or the sum over the batch, the step (plain gradient descent, for no state is drawn)
and what the four numbers of `evaluate` are. A locally-connected layer is `filter`, then `filterA`
(one gain a for all, a bias b for each unit), then `filterNL`.

Forward it is a network like the others. `training_step` is the picture whole: its operations and
arrays bear the names there; an operation of the backward half computes several arrays.
"""

from dataclasses import dataclass, replace
from typing import Any

from clgold.reference.spec import Pair, Shape, SpecError

from . import training
from .network import Kernel, Network, Node, Weight
from .training import Recipe, trained_on
from .training_forward import rename

LOCALNET, SMALL, FULL = "localnet", "small", "full"
IMAGES, LABELS = "data.raw_output", "data.labels_output"
SCORES, CHANCES = "classifier.linear1", "classifier.softmax.probability"
WEIGHTS1 = "classifier.weights1"
LOSS, EVALUATION = "classifier.softmax.output", "classifier.evaluate.output"
LOSS_GRADIENT = f"{LOSS}.grad"
# Parts of a batch add up. That the loss is their mean is the gradient with which it goes back.
SUM = {"reduction": "sum"}
KEPT = ("set_zero", "accumulate")
COUNTS = ("images", "correct", "correct in the top 5", "sum of -log P(label)")


@dataclass(frozen=True)
class LocalLayer:
    """Output maps, the tile of outputs that a site owns, its window, and the windows' distance."""

    maps: int
    tile: Pair
    kernel: Pair
    stride: Pair


@dataclass(frozen=True)
class LocalNet:
    """The network in one size; image (C, H, W)."""

    size: str
    batch: int
    image: Shape
    layers: tuple[LocalLayer, ...]
    classes: int
    nonlinearity: str = "relu"
    loss: str = "mean"
    learning_rate: float = 0.01
    evaluate: tuple[str, ...] = COUNTS

    @property
    def images(self) -> Shape:
        return (self.batch, *self.image)

    @property
    def loss_gradient(self) -> float:
        """Of the sum of all images' losses in the loss."""
        return 1.0 / self.batch if self.loss == "mean" else 1.0

    @property
    def filters(self) -> tuple[Shape, ...]:
        """The shape (M, TY, TX, C, KY, KX, SY, SX) of every layer's filters; SpecError."""
        (channels, height, width), found = self.image, []
        for one in self.layers:
            sides = zip((height, width), one.kernel, one.stride, strict=True)
            sites = [(length - kernel) // stride + 1 for length, kernel, stride in sides]
            if min(sites) < 1:
                raise SpecError(
                    f"localnet: a window of {one.kernel[0]}×{one.kernel[1]} has no place in "
                    f"{height}×{width}"
                )
            found.append((one.maps, *one.tile, channels, *one.kernel, *sites))
            channels, height, width = one.maps, one.tile[0] * sites[0], one.tile[1] * sites[1]
        return tuple(found)


def same(maps: int) -> LocalLayer:
    """A layer of the picture: tiles of 4×4, windows of 10×10, two apart."""
    return LocalLayer(maps, (4, 4), (10, 10), (2, 2))


SIZES = {
    one.size: one
    for one in (
        # Nothing is square, nothing divides: what a convention confuses, it shows.
        LocalNet(
            SMALL,
            12,
            (1, 17, 15),
            (
                LocalLayer(3, (2, 3), (4, 5), (2, 2)),
                LocalLayer(4, (3, 2), (4, 4), (2, 2)),
            ),
            11,
        ),
        LocalNet("medium", 32, (1, 25, 25), (same(16), same(16)), 101),
        LocalNet(FULL, 256, (1, 41, 41), (same(16), same(16)), 3034),
    )
}


def localnet(net: LocalNet) -> Network:
    """The forward half as a network: grey images in, the probabilities of the classes out."""
    weights: dict[str, Weight] = {}
    kernels: list[Kernel] = []
    source = IMAGES
    for number, (layer, filters) in enumerate(zip(net.layers, net.filters, strict=True)):
        maps, ty, tx, _, _, _, sy, sx = filters
        name = f"L{number}"
        # Seeded weights spread by gain/√(all axes but the first); tiles and sites do not add up.
        gain = (2.0 * ty * tx * sy * sx) ** 0.5
        units = maps * ty * sy * tx * sx
        weights |= {
            f"{name}.W": Weight(filters, gain),
            f"{name}.a": Weight((1,), 0.1, centre=(1.0,)),
            f"{name}.b": Weight((1, maps, ty * sy, tx * sx), 0.1 * units**0.5),
        }
        kernels += [
            kernel(f"{name}.filter", "local2d", (source, f"{name}.W"), stride=layer.stride),
            kernel(f"{name}.filterA", "scale_shift", (f"{name}.filter", f"{name}.a", f"{name}.b")),
            kernel(f"{name}.filterNL", net.nonlinearity, (f"{name}.filterA",)),
        ]
        source = f"{name}.filterNL"
    weights[WEIGHTS1] = Weight((net.classes, units), 2.0)
    kernels += [
        kernel("classifier.flatten", "flatten", (source,)),
        kernel(SCORES, "linear", ("classifier.flatten", WEIGHTS1, None)),
        Kernel("classifier.softmax", CHANCES, (Node(CHANCES, "softmax", (SCORES,), {"dim": 1}),)),
    ]
    return Network(
        name=LOCALNET,
        title=f"locally-connected network, {net.size} size",
        inputs={IMAGES: net.images},
        weights=weights,
        kernels=tuple(kernels),
        probability=CHANCES,
    )


def kernel(name: str, layer: str, operands: tuple[str | None, ...], **attributes: Any) -> Kernel:
    """An operation that leaves one array, called as it is in the picture."""
    return Kernel(name, f"{name}.output", (Node(name, layer, operands, attributes),))


def training_step(net: LocalNet) -> tuple[Kernel, ...]:
    """The picture's operations in order: forward, backward from the last layer on, updates.

    An array's gradient bears its name and ".grad". Beside the network's inputs the labels are read,
    (N,), and LOSS_GRADIENT, the loss's own gradient. What sums up a weight's gradient has no Rects
    in the picture, and is not among them: a rank keeps it.
    """
    network = localnet(net)
    recipe = Recipe(net.batch, lr=net.learning_rate, momentum=0.0, weight_decay=0.0)
    nodes = trained_on(network, recipe).nodes[len(network.nodes) :]
    behind = [drawn(network, node) for node in nodes if node.layer not in KEPT]
    order = [kernel.buffer for kernel in behind]
    updates = [kernel for kernel in behind if kernel.buffer in network.weights]
    updates.sort(key=lambda one: order.index(f"{one.buffer}.grad"))
    loss, *backward = (kernel for kernel in behind if kernel not in updates)
    counts = Node(EVALUATION, "evaluate", (CHANCES, LABELS))
    evaluate = Kernel("classifier.evaluate", EVALUATION, (counts,))
    return (*network.kernels, loss, evaluate, *backward, *updates)


def drawn(network: Network, node: Node) -> Kernel:
    """A node of a training step as the picture calls its operation and the array that it leaves."""
    names = {training.LABELS: LABELS, training.LOSS_GRADIENT: LOSS_GRADIENT}
    own = rename(node, node.name, names)
    if node.layer.startswith("cross_entropy"):
        own = replace(own, attributes=SUM)
    if node.name == training.LOSS:
        return Kernel("classifier.softmax", LOSS, (own,))
    if node.layer == "sgd":
        weight = node.name.removesuffix(".update")
        return Kernel(f"update_{'W1' if weight == WEIGHTS1 else weight}", weight, (own,))
    array, _, operation = node.name.partition(".grad")
    readers = [one for one in network.nodes if array in one.operands]
    if operation:
        return Kernel(f"{operation.removeprefix('.of.')}.grad", f"{array}.grad", (own,))
    source = next((one.operands[0] for one in network.nodes if is_row(one, array)), array)
    name = "classifier.softmax" if array == SCORES else readers[0].name
    return Kernel(f"{name}.grad", f"{source}.output.grad", (own,))


def is_row(node: Node, name: str) -> bool:
    """Whether that node makes rows of its operand, the same numbers."""
    return node.name == name and node.layer == "flatten"
