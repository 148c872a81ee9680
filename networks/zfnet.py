"""ZF Net: a 224×224 colour image in, one of the 1000 classes of ImageNet out.

Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", arXiv:1311.2901,
figure 3: AlexNet in one tower, its first filters 7×7 at stride 2, the second at stride 2 as well.
Pooling comes before normalisation. The figure's sizes (110, 55, 26, 13, 6) ask for a border of 1
around the image and pools that round up. The constants of the normalisation are AlexNet's.
"""

from .alexnet import NORM, classifier
from .network import Network
from .parts import Parts, assemble, conv_relu, max_pool, plain


def pool_norm(number: int) -> Parts:
    """Overlapping max pooling that rounds up, and normalisation across channels."""
    pool = max_pool(f"pool{number}", f"relu{number}", 3, 2, ceil_mode=True)
    return pool, plain(f"norm{number}", "local_response_norm", f"pool{number}", **NORM)


def zfnet() -> Network:
    """Five convolutions, 224×224×3 to 6×6×256, and AlexNet's classifier."""
    parts = (
        *conv_relu("1", "data", (96, 3, 7, 7), stride=2, padding=1),
        *pool_norm(1),
        *conv_relu("2", "norm1", (256, 96, 5, 5), stride=2),
        *pool_norm(2),
        *conv_relu("3", "norm2", (384, 256, 3, 3), padding=1),
        *conv_relu("4", "relu3", (384, 384, 3, 3), padding=1),
        *conv_relu("5", "relu4", (256, 384, 3, 3), padding=1),
        max_pool("pool5", "relu5", 3, 2, ceil_mode=True),
        *classifier(),
    )
    return assemble("zfnet", "ZF Net, ImageNet", {"data": (1, 3, 224, 224)}, parts)


ZFNET = zfnet()
