"""What a rank starts with: its parts of the seeded weights, and each step's images and labels."""

from collections.abc import Mapping

import numpy as np

from clgold.golden.weights import seeded_weight
from clgold.networks import Network
from clgold.networks.localnet import IMAGES, LABELS, LOSS_GRADIENT, LocalNet
from clgold.ranks import Plan, whole
from clgold.reference import generator

Arrays = dict[str, np.ndarray]


def own_weights(network: Network, plan: Plan, rank: int, seed: int) -> Arrays:
    """The rank's part of every weight, as it stands in what `seeded_weights` gives whole."""
    found: Arrays = {}
    for name in network.weights:
        array = plan.arrays[name]
        place = whole(array.shape).place(array.reads[rank])
        found[name] = seeded_weight(network, name, seed, array.shape, place)
    return found


def own_weights_of(given: Mapping[str, np.ndarray], plan: Plan, rank: int) -> Arrays:
    """The rank's part of weights that are there whole."""
    found: Arrays = {}
    for name, values in given.items():
        array = plan.arrays[name]
        part = values.reshape(array.shape)[whole(array.shape).place(array.reads[rank])]
        found[name] = np.ascontiguousarray(part)
    return found


def constants(net: LocalNet) -> Arrays:
    """The gradient with which the loss goes back, float32 ()."""
    return {LOSS_GRADIENT: np.array(net.loss_gradient, np.float32)}


def step_data(net: LocalNet, seed: int, step: int) -> Arrays:
    """Images and labels, other ones in every step: what comes late differs from what is lost."""
    labels = generator.integers(seed, f"{LABELS} {step}", (net.batch, 1, 1, 1), 0, net.classes - 1)
    return {
        IMAGES: generator.bell32(seed, f"{IMAGES} {step}", net.images, 1.0),
        LABELS: labels.astype(np.float32),
    }
