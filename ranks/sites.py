"""Rules by which a locally-connected network is divided: every rank has a block of sites.

Sites, units and images are index ranges; which input a site reads follows from stride and window.
The last layer adds up what all ranks have: each gives a partial sum, and takes a part of the batch
behind it.
"""

from clgold.reference.spec import Shape, SpecError

from .rect import Rect, whole
from .work import Array, Part, Placement, Rule, Work, like, simple


def site_rects(work: Work, images: int, filters: Shape, rank: int) -> tuple[Rect, Rect, Rect]:
    """What a rank's sites read of the input, their filters, and their units."""
    maps, ty, tx, channels, ky, kx, *sites = filters
    (y, rows), (x, columns) = work.block(sites, rank)
    down, right = work.attributes["stride"]
    height = (rows - 1) * down + ky if rows else 0
    width = (columns - 1) * right + kx if columns else 0
    return (
        Rect((0, 0, y * down, x * right), (images, channels, height, width)),
        Rect((0, 0, 0, 0, 0, 0, y, x), (*filters[:6], rows, columns)),
        Rect((0, 0, ty * y, tx * x), (images, maps, ty * rows, tx * columns)),
    )


def local2d(work: Work) -> Placement:
    images, filters = work.operand(0).shape[0], work.operand(1).shape
    maps, ty, tx, _, _, _, sy, sx = filters
    found = [site_rects(work, images, filters, rank) for rank in work.ranks]
    parts = tuple(simple((window, weights), units) for window, weights, units in found)
    return Placement((images, maps, ty * sy, tx * sx), parts)


def elementwise(work: Work, leader: int = 0) -> Placement:
    """Every rank works on what it wrote of one operand, and reads the same of the others."""
    first = work.operand(leader)
    parts = tuple(
        simple(
            tuple(None if one is None else like(one, first, rect) for one in work.operands), rect
        )
        for rect in first.held
    )
    return Placement(first.shape, parts)


def linear_over_units(work: Work) -> Placement:
    """Partial sums over the units that a rank has, of all images and classes; without a bias."""
    units, weights = work.operand(0), work.operand(1)
    if work.operands[2] is not None:
        raise SpecError(f"{work.node.name}: a bias would be added on every rank")
    shape = (units.shape[0], weights.shape[0], 1, 1)

    def part(rect: Rect) -> Part:
        own = rect.with_axis(0, 0, weights.shape[0])
        return simple((rect, own, None), whole(shape))

    return Placement(shape, tuple(part(rect) for rect in units.held), partial=True)


def by_image(work: Work) -> Placement:
    """Every rank has some images, with all that belongs to them."""
    first = work.operand(0)

    def of(array: Array, rank: int) -> Rect:
        return whole(array.shape).with_axis(0, *work.batch(array.shape[0], rank))

    def part(rank: int) -> Part:
        reads = tuple(None if one is None else of(one, rank) for one in work.operands)
        return simple(reads, of(first, rank))

    return Placement(first.shape, tuple(part(rank) for rank in work.ranks))


FORWARD: dict[str, Rule] = {
    "local2d": local2d,
    "scale_shift": elementwise,
    **dict.fromkeys(("relu", "leaky_relu", "elu", "tanh", "sigmoid"), elementwise),
    "linear": linear_over_units,
    **dict.fromkeys(("softmax", "log_softmax"), by_image),
}
