"""VGG-16: a 224×224 colour image in, one of the 1000 classes of ImageNet out.

Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
arXiv:1409.1556, configuration D. Every convolution is 3×3 and keeps the size of the image, every
pool halves it. Dropout is a matter of training and has no node.
"""

from .grammar import Block, grammar

VGG16 = grammar(
    "vgg16",
    "VGG-16, ImageNet",
    (3, 224, 224),
    (
        Block((64, 64)),
        Block((128, 128)),
        Block((256, 256, 256)),
        Block((512, 512, 512)),
        Block((512, 512, 512)),
    ),
    hidden=(4096, 4096),
    classes=1000,
)
