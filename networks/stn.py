"""The spatial-transformer traffic-sign classifier: 14 kernels, a 32×32 grey image in, a class out.

Jaderberg et al., "Spatial Transformer Networks", arXiv:1506.02025, as fitted to the 43 classes of
the German Traffic Sign Recognition Benchmark. A localisation network proposes θ, the image is
warped by it, three convolutions and two linear layers classify the result.

Kernel and buffer names are those of the OpenCL host program that this network comes from, which
leaves open what is settled here: ELU (alpha 1) as activation, between convolution and pooling in
the classifier and after pooling in the localisation network, eps 1e-5, align_corners False, zeros
outside the image. Each is an attribute of a node.
"""

from .network import Kernel, Network, Node, Weight

CLASSES = 43
POOL = {"kernel_size": 2}
# A visible but moderate warp: turned, scaled unequally, shifted.
WARP = (0.95, -0.3, 0.12, 0.22, 1.15, -0.08)


def localisation(name: str, source: str, buffer: str) -> Kernel:
    """Convolution, pooling, ELU."""
    return Kernel(
        name,
        buffer,
        (
            Node(f"{name}.conv2d", "conv2d", (source, f"{name}_wt", f"{name}_bias")),
            Node(f"{name}.max_pool2d", "max_pool2d", (f"{name}.conv2d",), POOL),
            Node(f"{name}.elu", "elu", (f"{name}.max_pool2d",)),
        ),
    )


def classification(name: str, source: str, buffer: str) -> Kernel:
    """Convolution, ELU, pooling."""
    return Kernel(
        name,
        buffer,
        (
            Node(f"{name}.conv2d", "conv2d", (source, f"{name}_wt", f"{name}_bias")),
            Node(f"{name}.elu", "elu", (f"{name}.conv2d",)),
            Node(f"{name}.max_pool2d", "max_pool2d", (f"{name}.elu",), POOL),
        ),
    )


def normalisation(name: str, source: str, buffer: str) -> Kernel:
    """Batch normalisation with the moving statistics."""
    statistics = tuple(f"{name}_{part}" for part in ("mean", "variance", "gamma", "beta"))
    node = Node(f"{name}.batch_norm", "batch_norm", (source, *statistics), {"eps": 1e-5})
    return Kernel(name, buffer, (node,))


def connected(name: str, weights: str, source: str, buffer: str) -> Kernel:
    """Flattening, linear layer, ELU."""
    return Kernel(
        name,
        buffer,
        (
            Node(f"{name}.flatten", "flatten", (source,)),
            Node(
                f"{name}.linear", "linear", (f"{name}.flatten", f"{weights}_wt", f"{weights}_bias")
            ),
            Node(f"{name}.elu", "elu", (f"{name}.linear",)),
        ),
    )


def transformer(name: str, image: str, theta: str, buffer: str) -> Kernel:
    """Affine grid and bilinear sampler."""
    grid = {"size": (1, 1, 32, 32), "align_corners": False}
    sample = {"mode": "bilinear", "padding_mode": "zeros", "align_corners": False}
    return Kernel(
        name,
        buffer,
        (
            Node(f"{name}.affine_grid", "affine_grid", (theta,), grid),
            Node(f"{name}.grid_sample", "grid_sample", (image, f"{name}.affine_grid"), sample),
        ),
    )


def decision(name: str, source: str, buffer: str) -> Kernel:
    """Linear layer, softmax, class index."""
    return Kernel(
        name,
        buffer,
        (
            Node(f"{name}.linear", "linear", (source, f"{name}_wt", f"{name}_bias")),
            Node(f"{name}.softmax", "softmax", (f"{name}.linear",), {"dim": 1}),
            Node(f"{name}.argmax", "argmax", (f"{name}.softmax",), {"dim": 1}),
        ),
    )


def statistics(name: str, channels: int) -> dict[str, Weight]:
    """The four arrays of a batch normalisation."""
    return {f"{name}_{part}": Weight((channels,)) for part in ("mean", "variance", "gamma", "beta")}


def trained(name: str, *shape: int, gain: float = 1.0) -> dict[str, Weight]:
    """A weight (out, …) and its bias (out,)."""
    return {f"{name}_wt": Weight(shape, gain), f"{name}_bias": Weight(shape[:1], 0.1)}


STN = Network(
    name="stn",
    title="spatial-transformer traffic-sign classifier",
    inputs={"source_image": (1, 1, 32, 32)},
    buffers={"source_image": "image_buf"},
    weights={
        **trained("stn_conv1", 50, 1, 7, 7),
        **trained("stn_conv2", 100, 50, 5, 5),
        **trained("fc1", 100, 1600),
        "fc2_wt": Weight((6, 100), gain=0.3),
        "fc2_bias": Weight((6,), gain=0.0, centre=WARP),
        **trained("conv1", 100, 1, 5, 5, gain=2.0),
        **statistics("bn1", 100),
        **trained("conv2", 150, 100, 3, 3),
        **statistics("bn2", 150),
        **trained("conv3", 250, 150, 1, 1),
        **statistics("bn3", 250),
        **trained("fc3", 350, 2250),
        **statistics("bn4", 350),
        **trained("fc4", CLASSES, 350, gain=2.0),
    },
    kernels=(
        localisation("stn_conv1", "source_image", "inout_buf"),
        localisation("stn_conv2", "stn_conv1.elu", "inout1_buf"),
        connected("FC1", "fc1", "stn_conv2.elu", "inout2_buf"),
        Kernel(
            "FC2", "theta_buf", (Node("FC2.linear", "linear", ("FC1.elu", "fc2_wt", "fc2_bias")),)
        ),
        transformer("STN_func", "source_image", "FC2.linear", "inout3_buf"),
        classification("conv1", "STN_func.grid_sample", "inout4_buf"),
        normalisation("bn1", "conv1.max_pool2d", "inout5_buf"),
        classification("conv2", "bn1.batch_norm", "inout6_buf"),
        normalisation("bn2", "conv2.max_pool2d", "inout7_buf"),
        classification("conv3", "bn2.batch_norm", "inout8_buf"),
        normalisation("bn3", "conv3.max_pool2d", "inout9_buf"),
        connected("FC3", "fc3", "bn3.batch_norm", "inout10_buf"),
        normalisation("bn4", "FC3.elu", "inout11_buf"),
        decision("fc4", "bn4.batch_norm", "output_buf"),
    ),
    answer="fc4.argmax",
    probability="fc4.softmax",
    output="output",
)
