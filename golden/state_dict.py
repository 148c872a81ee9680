"""State dicts: a network's arrays under the names that PyTorch's modules give them.

A name is a module's and a parameter's, "conv1_bn.running_mean". The parameters have the names of
our operands; the modules those of our nodes, but for models that circulate with others.
"""

from collections.abc import Collection, Mapping

from clgold.networks import Network
from clgold.reference import find_layer

# By network: the name of a module, and of its node.
MODULES: Mapping[str, Mapping[str, str]] = {
    # A traffic-sign classifier with a module `stn`, which has loc_net and fc_loc.
    "stn": {
        "stn.loc_net.0": "stn_conv1.conv2d",
        "stn.loc_net.3": "stn_conv2.conv2d",
        "stn.fc_loc.0": "FC1.linear",
        "stn.fc_loc.2": "FC2.linear",
        "conv1": "conv1.conv2d",
        "conv1_bn": "bn1.batch_norm",
        "conv2": "conv2.conv2d",
        "conv2_bn": "bn2.batch_norm",
        "conv3": "conv3.conv2d",
        "conv3_bn": "bn3.batch_norm",
        "fc1": "FC3.linear",
        "fc1_bn": "bn4.batch_norm",
        "fc2": "fc4.linear",
    },
    # torchvision.models.vgg16
    "vgg16": {
        "features.0": "conv1_1",
        "features.2": "conv1_2",
        "features.5": "conv2_1",
        "features.7": "conv2_2",
        "features.10": "conv3_1",
        "features.12": "conv3_2",
        "features.14": "conv3_3",
        "features.17": "conv4_1",
        "features.19": "conv4_2",
        "features.21": "conv4_3",
        "features.24": "conv5_1",
        "features.26": "conv5_2",
        "features.28": "conv5_3",
        "classifier.0": "fc6",
        "classifier.3": "fc7",
        "classifier.6": "fc8",
    },
}
UNUSED = "num_batches_tracked"  # a count that only training looks at
PARALLEL = "module."  # before every name where torch.nn.DataParallel was saved


def state_names(network: Network) -> dict[str, str]:
    """The names of a state dict, and of the network's array behind each."""
    modules = {node: module for module, node in MODULES.get(network.name, {}).items()}
    return {
        f"{modules.get(node.name, node.name)}.{operand}": str(array)
        for node in network.nodes
        for operand, array in zip(
            find_layer(node.layer).names(len(node.operands)), node.operands, strict=False
        )
        if array in network.weights
    }


def file_names(network: Network, present: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """For each array of the network its name in a file that holds these, and what is unknown there.

    The network's own names, beside which a file may hold others; or those of a state dict, which
    holds nothing else.
    """
    if set(network.weights) & set(present):
        return {name: name for name in network.weights}, []
    prefix = PARALLEL if present and all(name.startswith(PARALLEL) for name in present) else ""
    names = {f"{prefix}{theirs}": ours for theirs, ours in state_names(network).items()}
    if not set(names) & set(present):
        return {name: name for name in network.weights}, sorted(present)
    unknown = [name for name in present if name not in names and not name.endswith(UNUSED)]
    return {ours: theirs for theirs, ours in names.items()}, sorted(unknown)
