"""The common convolutional networks: [[CONV-RELU]·N → POOL?]·M → [FC-RELU]·K → FC.

So Karpathy, "Convolutional Neural Networks for Visual Recognition" (Stanford's CS231n), sums up
their architecture. Convolutions keep the size of the image, pools halve it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .network import Network
from .parts import Part, assemble, conv_relu, decision, linear, linear_relu, max_pool, plain


@dataclass(frozen=True)
class Block:
    """[CONV-RELU]·N → POOL?: the number of filters of each convolution, and if it is pooled."""

    filters: tuple[int, ...]
    pool: bool = True


def grammar(
    name: str,
    title: str,
    image: tuple[int, int, int],
    blocks: Sequence[Block],
    hidden: Sequence[int],
    classes: int,
    kernel_size: int = 3,
    last_gain: float = 3.0,
) -> Network:
    """The network with these M blocks, K = len(hidden) hidden layers, and classes.

    image (C, H, W); kernel_size is odd. Nodes are named as in VGG's own files: conv1_1, relu1_1, …,
    pool1, …, fc6 after five blocks; conv1 where a block has one convolution.
    """
    parts: list[Part] = []
    source, (channels, height, width) = "data", image
    for m, block in enumerate(blocks, start=1):
        for n, filters in enumerate(block.filters, start=1):
            number = f"{m}_{n}" if len(block.filters) > 1 else str(m)
            shape = (filters, channels, kernel_size, kernel_size)
            parts += conv_relu(number, source, shape, padding=kernel_size // 2)
            source, channels = f"relu{number}", filters
        if block.pool:
            parts.append(max_pool(f"pool{m}", source, 2, 2))
            source, height, width = f"pool{m}", height // 2, width // 2
    parts.append(plain("flatten", "flatten", source))
    source, features = "flatten", channels * height * width
    for k, units in enumerate(hidden, start=len(blocks) + 1):
        parts += linear_relu(k, source, (units, features))
        source, features = f"relu{k}", units
    last = f"fc{len(blocks) + len(hidden) + 1}"
    parts += (linear(last, source, (classes, features), last_gain), *decision(last))
    return assemble(name, title, {"data": (1, *image)}, parts)
