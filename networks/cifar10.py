"""The first network of a course: a 32×32 colour image in, one of the 10 classes of CIFAR-10 out.

Karpathy, "Convolutional Neural Networks for Visual Recognition" (Stanford's CS231n): INPUT →
CONV with 12 filters → RELU → POOL → FC. The filters' size is left open there; here it is 3×3.
"""

from .grammar import Block, grammar

CIFAR10 = grammar(
    "cifar10", "a first network, CIFAR-10", (3, 32, 32), (Block((12,)),), hidden=(), classes=10
)
