"""The networks as data. One description each: every view, plan, table and run comes from it."""

from .alexnet import ALEXNET, ALEXNET_TOWER
from .cifar10 import CIFAR10
from .googlenet import GOOGLENET
from .grammar import Block, grammar
from .lenet5 import LENET5
from .network import Kernel, Network, Node, Weight, shapes, view
from .picture import UNIT, Picture
from .stn import STN
from .vgg16 import VGG16
from .zfnet import ZFNET

NETWORKS: tuple[Network, ...] = (
    *(STN, LENET5, CIFAR10),
    *(ALEXNET, ALEXNET_TOWER, ZFNET, VGG16, GOOGLENET),
)

__all__ = [
    "ALEXNET",
    "ALEXNET_TOWER",
    "CIFAR10",
    "GOOGLENET",
    "LENET5",
    "NETWORKS",
    "STN",
    "UNIT",
    "VGG16",
    "ZFNET",
    "Block",
    "Kernel",
    "Network",
    "Node",
    "Picture",
    "Weight",
    "grammar",
    "shapes",
    "view",
]
