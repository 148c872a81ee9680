"""Winograd's convolutions in blocks of channels: what their kernels share (winograd_tile.h)."""

from dataclasses import dataclass
from math import prod

from clgold.reference.winograd import winograd

from .conv2d_direct import KEPT
from .conv2d_tile import Fused, Tile, best_tile, pools_by_two, summed
from .conv2d_winograd import three_by_three
from .tiling import pieces, round_up

# A convolution of 1×1: what the products at one point are, with tiles for columns.
UNIT = Fused((1, 1), ((0, 0), (0, 0)), (1, 1), 1)


@dataclass(frozen=True)
class Plan:
    """How a convolution is cut.

    tile    outputs of a tile along an axis
    grid    tiles in a column and in a row
    chunk   tiles at a time, a multiple of the columns of `shape`, what stays in registers
    """

    lanes: int
    tile: int
    grid: tuple[int, int]
    tiles: int
    in_blocks: int
    out_blocks: int
    shape: Tile
    chunk: int

    @property
    def points(self):
        return (self.tile + 2) ** 2


def planned(fused, weight, output, lanes, tile, most=None):
    """The plan for a weight and an output of these shapes, all tiles or `most` at a time."""
    grid = tuple(pieces(size, tile) for size in summed(fused, output))
    tiles = output[0] * prod(grid)
    at_once = min(tiles, most or tiles)
    in_blocks, out_blocks = pieces(weight[1], lanes), pieces(weight[0], lanes)
    shape = best_tile(UNIT, (1, 1), (1, at_once), out_blocks, lanes)
    chunk = round_up(at_once, shape.columns)
    return Plan(lanes, tile, grid, tiles, in_blocks, out_blocks, shape, chunk)


def options(plan, fused):
    """The options that make the kernels those of that plan."""
    named = {
        "VEC": plan.lanes,
        "TILE": plan.tile,
        "CHUNK": plan.chunk,
        "BLOCKS": plan.shape.blocks,
        "ROWS": 1,
        "COLUMNS": plan.shape.columns,
        "RELU": int(fused.relu),
        "POOL": int(fused.pool),
    }
    return tuple(f"-D{name}={value}" for name, value in named.items())


def point_filters(cl, source, weight, plan):
    """The filters' points, made once."""
    m, c = weight.shape[:2]
    channels, lanes = plan.in_blocks * plan.lanes, plan.lanes

    def make():
        made = cl.empty((plan.points, plan.out_blocks, channels, lanes))
        size, given = (channels, plan.out_blocks, 1), (f"-DVEC={lanes}", f"-DTILE={plan.tile}")
        arguments = (weight, made, m, c)
        cl.launch(source, "filter_points", size, (1, 1, 1), *arguments, options=given)
        return made

    return cl.once((weight, plan.tile, lanes), make)


def promises(tile, lanes, supports):
    """What a variant of that tile and so many lanes says of itself.

    supports  (shapes, the convolution's attributes) → why it does not apply, or None
    """

    def applies(shapes, attributes):
        conv, pool = attributes.get("conv2d", attributes), attributes.get("max_pool2d")
        found = three_by_three(shapes, conv) or supports(shapes, conv)
        if not found and 2 * shapes[0][1] < lanes:
            found = f"{shapes[0][1]} channels, a small part of a block of {lanes}"
        return found or (None if pool is None else pools_by_two(pool))

    return {
        "supports": applies,
        "layout": KEPT[lanes],
        "lanes": "zero",
        "gate": "float16" if lanes == 16 else "",
        "bound": winograd(tile, 3),
    }
