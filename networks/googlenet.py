"""GoogLeNet, Inception v1: a 224×224 colour image in, one of the 1000 classes of ImageNet out.

Szegedy et al., "Going Deeper with Convolutions", arXiv:1409.4842, table 1 and figure 3, without
the two auxiliary classifiers, which only training uses. The table's sizes ask for pools that round
up; those inside a module keep the size. The constants of the two normalisations, which the paper
leaves open, are those of Caffe's bvlc_googlenet, whose names the nodes bear.
"""

from dataclasses import dataclass

from .network import Network, Node
from .parts import Part, Parts, assemble, conv, decision, linear, max_pool, plain

CLASSES = 1000
NORM = {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1.0}


@dataclass(frozen=True)
class Inception:
    """A row of the table: filters of the four branches, those that reduce channels included."""

    name: str
    channels: int
    one: int
    three_reduce: int
    three: int
    five_reduce: int
    five: int
    pool: int

    @property
    def filters(self) -> int:
        """Channels of the output."""
        return self.one + self.three + self.five + self.pool


ROWS = (
    Inception("inception_3a", 192, 64, 96, 128, 16, 32, 32),
    Inception("inception_3b", 256, 128, 128, 192, 32, 96, 64),
    Inception("inception_4a", 480, 192, 96, 208, 16, 48, 64),
    Inception("inception_4b", 512, 160, 112, 224, 24, 64, 64),
    Inception("inception_4c", 512, 128, 128, 256, 24, 64, 64),
    Inception("inception_4d", 512, 112, 144, 288, 32, 64, 64),
    Inception("inception_4e", 528, 256, 160, 320, 32, 128, 128),
    Inception("inception_5a", 832, 256, 160, 320, 32, 128, 128),
    Inception("inception_5b", 832, 384, 192, 384, 48, 128, 128),
)


def conv_relu(name: str, source: str, filters: int, channels: int, size: int, **at: int) -> Parts:
    """A convolution with square filters, and its ReLU, the node {name}.relu."""
    layer = conv(name, source, (filters, channels, size, size), **at)
    return layer, plain(f"{name}.relu", "relu", name)


def inception(row: Inception, source: str) -> Parts:
    """The four branches on one input, side by side in {name}.output."""
    name, depth = row.name, row.channels
    one, three, five, pool = (f"{name}.{branch}" for branch in ("1x1", "3x3", "5x5", "pool"))
    outputs = tuple(f"{branch}.relu" for branch in (one, three, five, f"{pool}_proj"))
    return (
        *conv_relu(one, source, row.one, depth, 1),
        *conv_relu(f"{three}_reduce", source, row.three_reduce, depth, 1),
        *conv_relu(three, f"{three}_reduce.relu", row.three, row.three_reduce, 3, padding=1),
        *conv_relu(f"{five}_reduce", source, row.five_reduce, depth, 1),
        *conv_relu(five, f"{five}_reduce.relu", row.five, row.five_reduce, 5, padding=2),
        max_pool(pool, source, 3, 1, padding=1),
        *conv_relu(f"{pool}_proj", pool, row.pool, depth, 1),
        Part(Node(f"{name}.output", "concat", outputs, {"dim": 1})),
    )


def halve(name: str, source: str) -> Part:
    """The max pooling between the stages."""
    return max_pool(name, source, 3, 2, ceil_mode=True)


def stem() -> Parts:
    """224×224×3 to 28×28×192."""
    return (
        *conv_relu("conv1.7x7_s2", "data", 64, 3, 7, stride=2, padding=3),
        halve("pool1.3x3_s2", "conv1.7x7_s2.relu"),
        plain("pool1.norm1", "local_response_norm", "pool1.3x3_s2", **NORM),
        *conv_relu("conv2.3x3_reduce", "pool1.norm1", 64, 64, 1),
        *conv_relu("conv2.3x3", "conv2.3x3_reduce.relu", 192, 64, 3, padding=1),
        plain("conv2.norm2", "local_response_norm", "conv2.3x3.relu", **NORM),
        halve("pool2.3x3_s2", "conv2.norm2"),
    )


def modules() -> Parts:
    """28×28×192 to 7×7×1024: the nine modules, a pool after 3b and after 4e."""
    parts: list[Part] = []
    source = "pool2.3x3_s2"
    for row in ROWS:
        parts += inception(row, source)
        source = f"{row.name}.output"
        if row.name in ("inception_3b", "inception_4e"):
            stage = row.name.removeprefix("inception_")[0]
            parts.append(halve(f"pool{stage}.3x3_s2", source))
            source = f"pool{stage}.3x3_s2"
    return tuple(parts)


def googlenet() -> Network:
    """Stem, modules, the mean of each channel, one linear layer."""
    parts = (
        *stem(),
        *modules(),
        plain("pool5.7x7_s1", "avg_pool2d", "inception_5b.output", kernel_size=7, stride=1),
        plain("flatten", "flatten", "pool5.7x7_s1"),
        linear("loss3.classifier", "flatten", (CLASSES, ROWS[-1].filters), gain=3.0),
        *decision("loss3.classifier"),
    )
    return assemble("googlenet", "GoogLeNet, ImageNet", {"data": (1, 3, 224, 224)}, parts)


GOOGLENET = googlenet()
