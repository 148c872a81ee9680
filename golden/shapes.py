"""Awkward shapes and attributes, fixed: what `clgold verify LAYER` runs.

A layer's own stand in its record; here are those of the chains that kernels fuse.
"""

from clgold.reference import LAYERS
from clgold.reference.operands import Setting

FUSED: tuple[Setting, ...] = (
    (((2, 5, 9, 7), (4, 5, 3, 2), (4,)), {"max_pool2d": {"kernel_size": 2}}),
    (
        ((1, 3, 13, 10), (7, 3, 3, 3), (7,)),
        {"conv2d": {"padding": 1}, "max_pool2d": {"kernel_size": 3, "stride": 2, "padding": 1}},
    ),
)

CHAINS: dict[str, tuple[Setting, ...]] = {
    "conv2d+max_pool2d+elu": FUSED,
    "conv2d+elu+max_pool2d": FUSED,
    "flatten+linear+elu": (
        (((3, 67), (5, 67), (5,)), {}),
        (((2, 5, 3, 4), (33, 60), (33,)), {"elu": {"alpha": 0.5}}),
    ),
    "affine_grid+grid_sample": tuple(
        (
            ((2, 2, 3), (2, 3, 5, 7)),
            {
                "affine_grid": {"size": (2, 3, 6, 4), "align_corners": corners},
                "grid_sample": {"align_corners": corners},
            },
        )
        for corners in (False, True)
    ),
    "linear+softmax+argmax": (
        (((3, 67), (5, 67), (5,)), {"softmax": {"dim": 1}, "argmax": {"dim": 1}}),
        (((2, 33), (300, 33), (300,)), {"softmax": {"dim": -1}, "argmax": {"dim": -1}}),
    ),
}
SHAPES = {layer.name: layer.examples for layer in LAYERS} | CHAINS
