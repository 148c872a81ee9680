"""One case for each layer, and the digest that its correctly rounded result has everywhere."""

import hashlib
from typing import Any

import numpy as np

from clgold.golden.probes import fill
from clgold.reference import LAYERS, correctly_rounded, find_layer
from clgold.reference.generator import bell, uniform
from clgold.reference.operands import Operand

Array = np.ndarray

# Large enough that BLAS shares the work out.
LARGE: dict[str, tuple[tuple[tuple[int, ...], ...], dict[str, Any]]] = {
    "conv2d": (((2, 32, 21, 19), (48, 32, 3, 3), (48,)), {"padding": 1, "stride": (2, 1)}),
    "local2d": (((2, 3, 17, 15), (4, 2, 3, 3, 5, 4, 7, 6)), {"stride": 2}),
    "linear": (((64, 2048), (96, 2048), (96,)), {}),
    "max_pool2d": (((2, 5, 17, 23),), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    "avg_pool2d": (((2, 5, 17, 23),), {"kernel_size": 3, "padding": 1, "ceil_mode": True}),
    "lp_pool2d": (((2, 5, 17, 23),), {"norm_type": 2.0, "kernel_size": (3, 2)}),
    "relu": (((3, 1000),), {}),
    "elu": (((3, 1000),), {"alpha": 1.6732632}),
    "tanh": (((3, 1000),), {}),
    "sigmoid": (((3, 1000),), {}),
    "batch_norm": (((2, 7, 11, 13), (7,), (7,), (7,), (7,)), {}),
    "local_response_norm": (((2, 19, 5, 7),), {"size": 5, "alpha": 5e-4, "k": 2.0}),
    "affine_grid": (((5, 2, 3),), {"size": (5, 1, 19, 23)}),
    "grid_sample": (((2, 3, 17, 23), (2, 19, 29, 2)), {"padding_mode": "reflection"}),
    "softmax": (((7, 1000),), {"dim": 1}),
    "log_softmax": (((7, 1000),), {"dim": 1}),
    "argmax": (((7, 1000),), {"dim": 1}),
    "scale_shift": (((3, 16, 9, 8), (1,), (1, 16, 9, 8)), {}),
    "concat": (((3, 4, 5), (3, 7, 5), (3, 1, 5)), {"dim": 1}),
    "flatten": (((3, 4, 5),), {}),
    "reshape": (((3, 4, 5),), {"shape": (6, 10)}),
    "permute": (((3, 4, 5),), {"dims": (2, 0, 1)}),
    "add": (((3, 1000), (3, 1000)), {}),
}
# One case per layer; of one that is not above its last example.
PINNED: dict[str, Any] = {one.name: LARGE.get(one.name, one.examples[-1]) for one in LAYERS}

# The SHA-256 of their results' bytes. No machine, library or setting may change one of these; of
# the other layers golden/manifest.toml has them.
KNOWN = {
    "conv2d": "792fca8cf08852e0934519fcf1020718ad8eaf8d623e45f9bba4a71cc21cf178",
    "local2d": "a137dadf1f72e41319202da1698d794a58abf4a7c77c32aa3739753087b179dd",
    "linear": "5863379fa92e36f38ab7f75992d77faedcba2e0c68a0f843afe35201be1acb49",
    "max_pool2d": "f2581daf8b08da786db7fde59cca265420d66621685d21b77f7566760cdd3300",
    "avg_pool2d": "c033dcfb61f4c29a2205900d0f04900c07295f47e1298552e5617212f3cc9d14",
    "lp_pool2d": "32f1c864001cf9c094b9f6675ccab8b93017cf583c8e9c931d1597d21f44c133",
    "relu": "162966ca01921808efe8f857bb8e029c25f462688be1ba358b09e88e4ec208cc",
    "elu": "d45fc473a995ff0b6317dce498186b4f5cf4c726bcab110d65016ef0b4206372",
    "tanh": "53a029f23fc87b1d4d580d4c615b09786d72a4fcd58e48fb3eae9e076d600aa5",
    "sigmoid": "9417d8f44f526f6e7c5492ed26c46c5c73efb12c712265972d9090ee361f415e",
    "batch_norm": "b641748e478439d445c2ce604bfd34eb350efa776fac762bfa8eacac415dab27",
    "local_response_norm": "b1d5861915a9be25308c6d0c937d0d68bb169fec44302b420e4eda6f249f15a3",
    "affine_grid": "58529c81253df1b4164666ea254729bb79070e0ee390a0492acdd30f071ca625",
    "grid_sample": "42cf1e18b11f48705a5b233910189e0f67c23f4a6de22edb25fec05309760a6f",
    "softmax": "f5e6cd9c1b646be620b7e147ae62abd8555b9fedbf21a285e57c7b32c56e283c",
    "log_softmax": "79b39e992b479e016fa737cdbbbf6cc85decd65b85be35bb792819655c49aa4a",
    "argmax": "c7458f626bd72ef7fed4c333fe6b316311d8dd9a790b0ab377df294dd73e2a93",
    "scale_shift": "90af949b61baf121a2534b51e40230436588316d39971c2f85a8d5e3b369efd8",
    "concat": "af77e340ffc3134d4ee2fcdf72fe7066dc5f41d9caa04cd1204feb87dc4421c1",
    "flatten": "8dd0a9224f746dcdd3f87e356845fa54800b9dac8ffc71413940dbb4d4f14ba6",
    "reshape": "8dd0a9224f746dcdd3f87e356845fa54800b9dac8ffc71413940dbb4d4f14ba6",
    "permute": "9965d5c89f9a6c65effaeaf0356a45640698fbc223ed9abee5777ab92d349f0b",
    "add": "d46251a9a7e899e8e6099cf3a4102349dcbc1a67ee9f212e570addfeb76ea8a4",
}


def pinned(layer: str) -> tuple[Array | None, ...]:
    """The operands of a layer's case, straight from the generator, whose bits never change."""
    shapes, _ = PINNED[layer]
    declared = find_layer(layer).declared(len(shapes))

    def filled(name: str, operand: Operand, shape: tuple[int, ...] | None) -> Array | None:
        if shape is None:
            return None
        return sample(name, shape) if layer in LARGE else fill("real", operand, name, 2024, shape)

    return tuple(
        filled(name, operand, shape)
        for (name, operand), shape in zip(declared, shapes, strict=False)
    )


def digest(layer: str) -> str:
    """The SHA-256 of what the layer's case gives here."""
    result = correctly_rounded(layer, *pinned(layer), **PINNED[layer][1])
    return hashlib.sha256(result.tobytes()).hexdigest()


def sample(name: str, shape: tuple[int, ...]) -> Array:
    if name == "grid":
        values = uniform(2024, name, shape, -2.5, 2.5)
    elif name == "running_var":
        values = uniform(2024, name, shape, 0.25, 4.0)
    else:
        values = bell(2024, name, shape)
    return values.astype(np.float32)


DIGESTS = {layer: KNOWN.get(layer) or digest(layer) for layer in PINNED}
