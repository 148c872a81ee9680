"""AlexNet: a 227×227 colour image in, one of the 1000 classes of ImageNet out.

Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural
Networks", NIPS 2012. As published it lies on two GPUs: conv2, conv4 and conv5 see only the half of
the channels that is on their own, which is two groups. `alexnet-tower` is the same in one piece,
every convolution seeing all channels.

Pooling comes before normalisation, as in the tables of both forms that circulate (and in Caffe's
CaffeNet), where the paper normalises first. The paper's 224×224 image does not tile; 227 does.
Training leaves out half of the values of the first two fully connected layers.
"""

from dataclasses import replace

from .network import Network
from .parts import Parts, assemble, conv_relu, decision, linear, linear_relu, max_pool, plain

CLASSES = 1000
# The paper does not divide alpha = 1e-4 by the size of the window, 5; the layer does.
NORM = {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0}
LAST_GAIN = 6.0  # of seeded weights: after two normalisations one class is to stand out


def pool_norm(number: int) -> Parts:
    """Overlapping max pooling, and normalisation across channels."""
    pool = max_pool(f"pool{number}", f"relu{number}", 3, 2)
    return pool, plain(f"norm{number}", "local_response_norm", f"pool{number}", **NORM)


def features(groups: int) -> Parts:
    """The five convolutions, 227×227×3 to 6×6×256."""
    return (
        *conv_relu("1", "data", (96, 3, 11, 11), stride=4),
        *pool_norm(1),
        *conv_relu("2", "norm1", (256, 96 // groups, 5, 5), padding=2, groups=groups),
        *pool_norm(2),
        *conv_relu("3", "norm2", (384, 256, 3, 3), padding=1),
        *conv_relu("4", "relu3", (384, 384 // groups, 3, 3), padding=1, groups=groups),
        *conv_relu("5", "relu4", (256, 384 // groups, 3, 3), padding=1, groups=groups),
        max_pool("pool5", "relu5", 3, 2),
    )


def classifier() -> Parts:
    """The three fully connected layers, 6×6×256 to the classes."""
    return (
        plain("flatten", "flatten", "pool5"),
        *linear_relu(6, "flatten", (4096, 256 * 6 * 6)),
        *linear_relu(7, "relu6", (4096, 4096)),
        linear("fc8", "relu7", (CLASSES, 4096), LAST_GAIN),
        *decision("fc8"),
    )


def alexnet(name: str, title: str, groups: int) -> Network:
    """The network with its convolutions 2, 4 and 5 in so many groups."""
    parts = (*features(groups), *classifier())
    whole = assemble(name, title, {"data": (1, 3, 227, 227)}, parts)
    return replace(whole, dropout={"relu6": 0.5, "relu7": 0.5})


ALEXNET = alexnet("alexnet", "AlexNet on two GPUs, ImageNet", groups=2)
ALEXNET_TOWER = alexnet("alexnet-tower", "AlexNet in one tower, ImageNet", groups=1)
