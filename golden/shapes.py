"""Awkward shapes and attributes for every layer, fixed: what `clgold verify LAYER` runs.

Height differs from width, channels are no multiple of 4 or 16, sizes are prime or 1, padding is
unequal, strides leave a remainder, windows overhang, batches and groups are more than one.
"""

from typing import Any

from clgold.reference.spec import Shape

Setting = tuple[tuple[Shape | None, ...], dict[str, Any]]

POOLS: list[Setting] = [
    (((2, 3, 9, 7),), {"kernel_size": 2}),
    (((1, 5, 11, 4),), {"kernel_size": (3, 2), "stride": (2, 1), "padding": ((1, 0), (0, 1))}),
    (((2, 1, 8, 13),), {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    (((1, 17, 1, 6),), {"kernel_size": (1, 4), "stride": 3, "ceil_mode": True}),
]
ROWS: list[Setting] = [
    (((5, 13),), {"dim": 1}),
    (((3, 7, 4),), {"dim": 1}),
    (((2, 1000),), {"dim": -1}),
    (((6, 1),), {"dim": 0}),
]
POINTS: list[Setting] = [(((3, 17),), {}), (((2, 3, 5, 7),), {}), (((1,),), {}), (((4099,),), {})]
CONVOLUTIONS: list[Setting] = [
    (((2, 5, 9, 7), (4, 5, 3, 2), (4,)), {"stride": (2, 1), "padding": ((1, 0), (2, 1))}),
    (((1, 3, 11, 13), (17, 3, 3, 3), (17,)), {"padding": 1}),
    (((2, 6, 8, 5), (9, 2, 3, 3), None), {"groups": 3, "dilation": (2, 1)}),
    (((1, 1, 1, 19), (5, 1, 1, 5), (5,)), {"stride": 3}),
    (((1, 37, 6, 4), (19, 37, 1, 1), (19,)), {}),
    (((1, 64, 14, 15), (33, 64, 3, 3), (33,)), {"padding": 1}),
]
SAMPLES: list[Setting] = [
    (
        ((2, 3, 5, 7), (2, 4, 6, 2)),
        {"mode": mode, "padding_mode": padding, "align_corners": corners},
    )
    for mode in ("bilinear", "nearest")
    for padding in ("zeros", "border", "reflection")
    for corners in (False, True)
]
FUSED: list[Setting] = [
    (((2, 5, 9, 7), (4, 5, 3, 2), (4,)), {"max_pool2d": {"kernel_size": 2}}),
    (
        ((1, 3, 13, 10), (7, 3, 3, 3), (7,)),
        {"conv2d": {"padding": 1}, "max_pool2d": {"kernel_size": 3, "stride": 2, "padding": 1}},
    ),
]

SHAPES: dict[str, list[Setting]] = {
    "conv2d": CONVOLUTIONS,
    "local2d": [
        (((2, 3, 9, 8), (2, 2, 1, 3, 3, 2, 4, 4)), {"stride": 2}),
        (((3, 1, 7, 11), (3, 2, 3, 1, 3, 4, 5, 4)), {"stride": (1, 2)}),
    ],
    "linear": [
        (((3, 67), (5, 67), (5,)), {}),
        (((1, 1), (7, 1), None), {}),
        (((2, 1031), (33, 1031), (33,)), {}),
    ],
    "max_pool2d": [*POOLS, (((2, 3, 9, 7),), {"kernel_size": 2, "dilation": (3, 2), "stride": 1})],
    "avg_pool2d": [
        (shapes, attributes | {"count_include_pad": included})
        for shapes, attributes in POOLS
        for included in (True, False)
    ],
    "lp_pool2d": [
        (((2, 3, 9, 7),), {"norm_type": 2, "kernel_size": (3, 2), "stride": 2}),
        (((1, 5, 8, 5),), {"norm_type": 2, "kernel_size": 3, "stride": 2, "ceil_mode": True}),
        (((1, 5, 8, 5),), {"norm_type": 1, "kernel_size": 2}),
    ],
    "relu": POINTS,
    "elu": [(shapes, {"alpha": alpha}) for shapes, _ in POINTS for alpha in (1.0, 0.3)],
    "tanh": POINTS,
    "sigmoid": POINTS,
    "batch_norm": [
        (((3, 5, 4, 3), (5,), (5,), (5,), (5,)), {}),
        (((7, 19), (19,), (19,), (19,), (19,)), {"eps": 1e-3}),
        (((2, 3, 1, 11), (3,), (3,), None, None), {}),
    ],
    "local_response_norm": [
        (((2, 7, 4, 3),), {"size": 5}),
        (((1, 11, 3, 2),), {"size": 4, "alpha": 0.5, "beta": 0.5, "k": 2.0}),
        (((1, 3, 5, 2),), {"size": 5, "alpha": 1e-2}),
    ],
    "affine_grid": [
        (((2, 2, 3),), {"size": (2, 1, 5, 7), "align_corners": corners})
        for corners in (False, True)
    ]
    + [(((1, 6),), {"size": (1, 3, 1, 224), "align_corners": True})],
    "grid_sample": SAMPLES,
    "softmax": ROWS,
    "log_softmax": ROWS,
    "argmax": ROWS,
    "scale_shift": [(((2, 3, 5), (1,), (1, 3, 5)), {}), (((3, 17), (1,), (1, 17)), {})],
    "concat": [
        (((2, 3, 5), (2, 4, 5)), {"dim": 1}),
        (((1, 7), (1, 1), (1, 12)), {"dim": -1}),
        (((3, 2, 4, 5),), {"dim": 0}),
    ],
    "flatten": [(((2, 3, 5),), {}), (((3, 7, 1, 2),), {}), (((5,),), {})],
    "reshape": [
        (((2, 3, 5),), {"shape": (5, 6)}),
        (((3, 7, 1, 2),), {"shape": (1, 21, 2)}),
        (((7,),), {"shape": (7, 1, 1)}),
    ],
    "permute": [
        (((2, 3, 5),), {"dims": (2, 0, 1)}),
        (((3, 7, 2, 5),), {"dims": (2, 1, 3, 0)}),
        (((5, 1, 3),), {"dims": (0, 1, 2)}),
    ],
    "add": [(((2, 3, 5), (2, 3, 5)), {}), (((4099,), (4099,)), {})],
    "conv2d+max_pool2d+elu": FUSED,
    "conv2d+elu+max_pool2d": FUSED,
    "flatten+linear+elu": [
        (((3, 67), (5, 67), (5,)), {}),
        (((2, 5, 3, 4), (33, 60), (33,)), {"elu": {"alpha": 0.5}}),
    ],
    "affine_grid+grid_sample": [
        (
            ((2, 2, 3), (2, 3, 5, 7)),
            {
                "affine_grid": {"size": (2, 3, 6, 4), "align_corners": corners},
                "grid_sample": {"align_corners": corners},
            },
        )
        for corners in (False, True)
    ],
    "linear+softmax+argmax": [
        (((3, 67), (5, 67), (5,)), {"softmax": {"dim": 1}, "argmax": {"dim": 1}}),
        (((2, 33), (300, 33), (300,)), {"softmax": {"dim": -1}, "argmax": {"dim": -1}}),
    ],
}
