"""A network of one's own, as data: clgold verify net.py:DIGITS"""

from clgold.networks import Kernel, Network, Node, Picture, Weight

NODES = (
    Node("conv1", "conv2d", ("image", "conv1_w", "conv1_b"), {"padding": 1}),
    Node("relu1", "relu", ("conv1",)),
    Node("pool1", "max_pool2d", ("relu1",), {"kernel_size": 2}),
    Node("flat", "flatten", ("pool1",)),
    Node("fc", "linear", ("flat", "fc_w", "fc_b")),
    Node("prob", "softmax", ("fc",), {"dim": 1}),
    Node("digit", "argmax", ("prob",), {"dim": 1}),
)

DIGITS = Network(
    name="digits",
    title="ten digits, 28×28",
    inputs={"image": (1, 1, 28, 28)},
    weights={
        "conv1_w": Weight((8, 1, 3, 3)),
        "conv1_b": Weight((8,)),
        "fc_w": Weight((10, 8 * 14 * 14)),
        "fc_b": Weight((10,)),
    },
    kernels=tuple(Kernel(node.name, f"{node.name}_buf", (node,)) for node in NODES),
    answer="digit",
    probability="prob",
    picture=Picture(mean=(0.1307,), std=(0.3081,), shorter=28),
)
