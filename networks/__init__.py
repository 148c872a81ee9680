"""The networks as data. One description each: every view, plan, table and run comes from it."""

from .network import Kernel, Network, Node, Weight, shapes, view
from .stn import STN

NETWORKS: tuple[Network, ...] = (STN,)

__all__ = ["NETWORKS", "STN", "Kernel", "Network", "Node", "Weight", "shapes", "view"]
