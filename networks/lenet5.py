"""LeNet-5: a 32×32 grey image in, one of the 10 digits out.

LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition",
Proceedings of the IEEE 86, 1998, section II.B, in the form that is in use: the averages of S2 and
S4 have no coefficient and bias of their own, C3 sees all six maps, the squashing function is tanh
as it is, and a softmax stands for the radial basis functions.
"""

from .network import Network
from .parts import Parts, assemble, conv, decision, linear, plain

CLASSES = 10
# tanh squashes: a little more than 1 keeps the values of deep layers apart.
GAIN = 1.5


def squash(name: str) -> Parts:
    """The node tanh{number} on the layer `name`."""
    return (plain(f"tanh{name[1:]}", "tanh", name),)


def average(number: int, source: str) -> Parts:
    """The node s{number}: a quarter of the image, each pixel the mean of four."""
    return (plain(f"s{number}", "avg_pool2d", source, kernel_size=2),)


def lenet5() -> Network:
    """C1, S2, C3, S4, C5, F6 and the output, each layer of sums with its tanh."""
    parts = (
        *(conv("c1", "data", (6, 1, 5, 5), GAIN), *squash("c1"), *average(2, "tanh1")),
        *(conv("c3", "s2", (16, 6, 5, 5), GAIN), *squash("c3"), *average(4, "tanh3")),
        *(conv("c5", "s4", (120, 16, 5, 5), GAIN), *squash("c5")),
        plain("flatten", "flatten", "tanh5"),
        *(linear("f6", "flatten", (84, 120), GAIN), *squash("f6")),
        linear("output", "tanh6", (CLASSES, 84), GAIN),
        *decision("output"),
    )
    return assemble("lenet5", "LeNet-5, digits", {"data": (1, 1, 32, 32)}, parts)


LENET5 = lenet5()
