"""Wrong conventions of gradients that add up: means for sums."""

from collections.abc import Callable, Iterator

from clgold.reference import Enclosure, Layer

from .cause import Link, Recompute, Row
from .wrongly import sizes


def gradient_rows(layer: Layer) -> Iterator[Row]:
    """What is true of every gradient whose sums run over the batch."""
    if layer.gradient is not None and "N" in layer.sums.split():
        says = "sums divided by the number of images"
        yield "divided by the batch", says, KEEP, divided(batch)
        if layer.sums != "N":
            yield "mean for sum", "a mean in place of the sum", KEEP, divided(terms)


KEEP = "add up without dividing: the mean is the loss's own"


def batch(link: Link) -> int:
    return sizes(link)["N"]


def terms(link: Link) -> int:
    return link.layer.depth(link.shapes, link.attributes)


def divided(count: Callable[[Link], int]) -> Recompute:
    """The right result divided by that count."""

    def recompute(link: Link) -> Enclosure | None:
        n, right = count(link), link.right
        if n == 1:
            return None
        rounding = 2 * link.profile.u * abs(right.value)
        return Enclosure(right.value / n, (right.radius + rounding) / n)

    return recompute
