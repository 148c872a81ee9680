"""What the fixtures are: every fixed case of every layer and chain, every node of a network's trace.

A fixture's golden output is the correctly rounded float32 of its inputs. In a chain, and in a
network from node to node, each layer works on the rounded output of the one before it: so every
step is fixed to the bit, and none depends on how the others are fused.
"""

import ast
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from clgold.networks import STN, Network, Node
from clgold.networks.network import shapes
from clgold.reference import LAYERS, Chain, correctly_rounded, find_chain
from clgold.reference.chain import per_layer, resolve, steps

from .cases import Case, fixed_cases
from .photographs import FOLDER, load_image, photographs
from .reasons import why
from .shapes import SHAPES
from .weights import seeded_weights

Array = np.ndarray

TRACED: tuple[Network, ...] = (STN,)
WEIGHTS_SEED = 0


@dataclass(frozen=True)
class Spec:
    """One fixture before it is computed. `line` says all of it, on one line: who reads it can
    make its inputs and its output again. `group` is the archive that holds its output.
    """

    identity: str
    line: str
    why: str
    layer: str
    attributes: Mapping[str, Any]
    names: tuple[str, ...]
    make: Callable[[], tuple[tuple[Array | None, ...], Array]]
    group: str

    @property
    def chain(self) -> Chain:
        return find_chain(self.layer)
