"""Rules by which a convolutional network is divided: every rank has some maps of each layer.

So AlexNet lies on two GPUs (Krizhevsky et al., NIPS 2012): a layer in groups reads what its own
rank has; the third convolution and the fully connected layers read what all have. Weights never
travel: a rank has those of its maps, or of its neurons.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clgold.reference import find_layer
from clgold.reference.spec import Shape, SpecError

from .rect import Rect, split, whole
from .sites import by_image
from .work import Array, Part, Placement, Rule, Work, simple


def shape_of(work: Work) -> tuple[int, ...]:
    """The output's shape."""
    given = (None if one is None else one.shape for one in work.operands)
    return find_layer(work.node.layer).out_shape(*given, **work.attributes)


def maps_of(array: Array, start: int, count: int) -> Rect:
    """Some maps, or neurons, of an array (N, C, …)."""
    return whole(array.shape).with_axis(1, start, count)


@dataclass(frozen=True)
class Filters:
    """A rank's filters: which, of which channels, (origin, size), and in how many groups."""

    start: int
    count: int
    channels: tuple[int, int]
    groups: int


def filters_of(work: Work, weight: Shape, rank: int) -> Filters:
    """A rank's share of filters (M, C/groups, KH, KW), and the channels of their groups."""
    groups = int(work.attributes.get("groups", 1))
    filters, channels = weight[0] // groups, weight[1]
    start, count = split(weight[0], len(work.ranks), rank)
    first, last = start // filters, -(-(start + count) // filters)
    if last - first > 1 and (start % filters or count % filters):
        raise SpecError(
            f"{work.node.name}: rank {rank} has filters {start} to {start + count - 1}, which "
            f"are parts of {last - first} groups of {filters}"
        )
    within = first * channels, (last - first) * channels
    return Filters(start, count, within, max(1, last - first))


def conv2d(work: Work) -> Placement:
    """Some filters: the channels of the groups that they belong to."""
    image, weight = work.operand(0), work.operand(1)
    shape = shape_of(work)

    def part(rank: int) -> Part:
        own = filters_of(work, weight.shape, rank)
        reads = (
            maps_of(image, *own.channels),
            *weights_of(work, own.start, own.count),
        )
        return simple(reads, whole(shape).with_axis(1, own.start, own.count), groups=own.groups)

    return Placement(shape, tuple(part(rank) for rank in work.ranks))


def rows_of(array: Array, start: int, count: int) -> Rect:
    """Some filters' weights, or biases."""
    return whole(array.shape).with_axis(0, start, count)


def weights_of(work: Work, start: int, count: int) -> Iterator[Rect | None]:
    """Some filters' weights and biases, as far as there are any."""
    for one in work.operands[1:]:
        yield None if one is None else rows_of(one, start, count)


def own_maps(work: Work, array: Array, rank: int) -> Rect:
    """A rank's share of the maps, or neurons, of an array (N, C, …)."""
    return maps_of(array, *split(array.shape[1], len(work.ranks), rank))


def by_map(work: Work) -> Placement:
    """Each map by itself, on the rank that has it."""
    shape = shape_of(work)

    def part(held: Rect) -> Part:
        return simple((held,), whole(shape).with_axis(1, held.origin[1], held.size[1]))

    return Placement(shape, tuple(part(rect) for rect in work.operand(0).held))


def local_response_norm(work: Work) -> Placement:
    """A window over neighbouring maps: a rank reads some of its neighbours', and drops theirs."""
    image, size = work.operand(0), int(work.attributes["size"])
    before, after = size // 2, (size - 1) // 2

    def part(held: Rect) -> Part:
        start = max(0, held.origin[1] - before)
        end = min(image.shape[1], held.end[1] + after)
        read = held.with_axis(1, start, end - start) if held.count else held
        return Part((read,), read, held)

    return Placement(image.shape, tuple(part(rect) for rect in image.held))


def linear(work: Work) -> Placement:
    """Some neurons, each of which reads everything."""
    image, weight = work.operand(0), work.operand(1)
    shape = (image.shape[0], weight.shape[0])

    def part(rank: int) -> Part:
        own = split(weight.shape[0], len(work.ranks), rank)
        reads = (whole(image.shape), *weights_of(work, *own))
        return simple(reads, whole(shape).with_axis(1, *own))

    return Placement(shape, tuple(part(rank) for rank in work.ranks))


def classes(work: Work) -> Placement:
    """Some images, of which the layer takes an axis away."""
    found, shape = by_image(work), shape_of(work)

    def part(rank: int, one: Part) -> Part:
        return simple(one.reads, whole(shape).with_axis(0, *work.batch(shape[0], rank)))

    return Placement(shape, tuple(part(rank, one) for rank, one in enumerate(found.parts)))


MAPS: dict[str, Rule] = {
    "conv2d": conv2d,
    **dict.fromkeys(("relu", "elu", "tanh", "sigmoid", "max_pool2d", "avg_pool2d"), by_map),
    "local_response_norm": local_response_norm,
    "linear": linear,
    "softmax": by_image,
    "argmax": classes,
}
