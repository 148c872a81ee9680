"""How a convolution's outputs are cut into tiles that stay in registers (kernels/conv2d_tile.h)."""

from dataclasses import dataclass
from math import prod

from clgold.reference.windows import extent

from .tiling import pieces, round_up

# Vectors of sums and of weights, by lanes: AVX-512 has 32 registers of 16 lanes, AVX2 has 16 of 8.
# One block alone reads each pixel for one multiply-add, and spills from 28 sums on (measured: 50
# GFLOP/s in place of 120).
MOST = {16: 30, 8: 15}
MOST_ALONE = {16: 24, 8: 12}
FEWEST = 8  # multiply-adds of 4 cycles, two begun in each: fewer sums wait for one another


@dataclass(frozen=True)
class Tile:
    """Blocks of filters, rows and columns of outputs."""

    blocks: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Fused:
    """A convolution with what follows it: its attributes, a rectifier, and a pool of 2×2."""

    stride: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]
    dilation: tuple[int, int]
    groups: int
    relu: bool = False
    pool: bool = False


def best_tile(fused, taps, size, blocks, lanes, channels=None, padded=False):
    """The tile of fewest cycles for each sum; `size` of the outputs in rows and columns.

    Its blocks divide `blocks`, unless the filters are padded with blocks of zeros. The pixels of so
    many channels are copied at once; None: a block of them, in vectors.

    It is a model: two multiply-adds or two loads a cycle (a pixel is read once for all blocks, each
    block's weights once a channel and tap, from a farther cache), and copying the pixels.
    """
    step = 2 if fused.pool else 1
    choices = [
        Tile(block, rows, columns)
        for block in range(1, 5)
        if padded or blocks % block == 0
        for most in ((MOST[lanes] - block) // block if block > 1 else MOST_ALONE[lanes],)
        for rows in range(step, most + 1, step)
        for columns in range(step, most // rows + 1, step)
    ]

    def cycles(tile):
        places = tile.rows * tile.columns
        sums = places * tile.blocks
        waste = round_up(size[0], tile.rows) * round_up(size[1], tile.columns)
        waste *= round_up(blocks, tile.blocks)
        reads = [
            (count - 1) * stride + extent(tap, gap)
            for count, stride, tap, gap in zip(
                (tile.rows, tile.columns), fused.stride, taps, fused.dilation, strict=True
            )
        ]
        each = (max(sums, places + tile.blocks, FEWEST) + tile.blocks) / 2
        return waste * (each * prod(taps) * (channels or lanes) + prod(reads)) / sums

    return min(choices, key=cycles)


def tile_options(fused, taps, tile, lanes):
    """The options that make the kernel one of that tile."""
    named = {
        "VEC": lanes,
        "BLOCKS": tile.blocks,
        "ROWS": tile.rows,
        "COLUMNS": tile.columns,
        "KH": taps[0],
        "KW": taps[1],
        "STRIDE_H": fused.stride[0],
        "STRIDE_W": fused.stride[1],
        "DILATION_H": fused.dilation[0],
        "DILATION_W": fused.dilation[1],
        "RELU": int(fused.relu),
        "POOL": int(fused.pool),
    }
    return tuple(f"-D{name}={value}" for name, value in named.items())


def tiles_of(fused, tile, shape):
    """How many tiles cover the outputs (…, OH, OW), in a row and in a column, before pooling."""
    oh, ow = summed(fused, shape)
    return pieces(ow, tile.columns), pieces(oh, tile.rows)


def summed(fused, shape):
    """The rows and columns of sums that outputs (…, OH, OW) are made of."""
    factor = 2 if fused.pool else 1
    return factor * shape[-2], factor * shape[-1]


def packed_weight(cl, source, weight, in_block, lanes, together=1):
    """The filters in blocks of `lanes`, their channels in blocks of `in_block`; packed once.

    The number of blocks of filters is a multiple of `together`, the last ones zeros.
    """
    m, c, kh, kw = weight.shape
    out_blocks, in_blocks = round_up(pieces(m, lanes), together), pieces(c, in_block)

    def pack():
        packed = cl.empty((out_blocks, in_blocks, kh * kw, in_block, lanes))
        size = (kh * kw, in_blocks, out_blocks)
        options = (f"-DVEC={lanes}", f"-DIN_BLOCK={in_block}")
        cl.launch(source, "pack_weight", size, None, weight, packed, m, c, options=options)
        return packed

    return cl.once((weight, in_block, lanes, together), pack)


def pools_by_two(pool):
    """Why a pool is none of 2×2 windows side by side; None if it is."""
    wanted = {
        "kernel_size": (2, 2),
        "stride": (2, 2),
        "padding": ((0, 0), (0, 0)),
        "dilation": (1, 1),
        "ceil_mode": False,
    }
    odd = [name for name, value in wanted.items() if pool[name] != value]
    return f"a pool whose {odd[0]} is {pool[odd[0]]}, expected 2×2 windows" if odd else None
