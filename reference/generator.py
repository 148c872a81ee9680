"""clgold's own random numbers: the same bits on every machine and with every NumPy.

Philox 4×64-10 is counter-based (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC 2011); NumPy fixes its raw bits for ever. Whatever follows is integer arithmetic and
single IEEE operations, so that nothing depends on a library's algorithm.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from math import prod

import numpy as np

from .spec import Shape

PIECE = 2**16  # words at a time, so that the work stays in the processor's cache
SHARE = 2**21  # words from which on another thread is worth its start
BLOCK = 4  # words that Philox makes of one count


def philox(seed: int, stream: str, start: int = 0) -> np.random.Philox:
    """The words of a stream from that one on; another name is an independent sequence."""
    digest = hashlib.sha256(f"{seed}/{stream}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)
    source = np.random.Philox(counter=start // BLOCK, key=key)
    source.random_raw(start % BLOCK)
    return source


def raw_bits(seed: int, stream: str, count: int) -> np.ndarray:
    """The first `count` words of a stream, uint64."""
    return philox(seed, stream).random_raw(count)


def integers(seed: int, stream: str, shape: Shape, low: int, high: int) -> np.ndarray:
    """int64 in [low, high], both included, by multiply and shift (range below 2³¹)."""
    words = raw_bits(seed, stream, int(np.prod(shape, dtype=np.int64))) >> np.uint64(32)
    scaled = (words * np.uint64(high - low + 1)) >> np.uint64(32)
    return scaled.astype(np.int64).reshape(shape) + low


def bell(seed: int, stream: str, shape: Shape) -> np.ndarray:
    """float64, mean 0, variance 1, within ±3.47: the sum of four 16-bit uniforms, exact."""
    return bell_of(raw_bits(seed, stream, int(np.prod(shape, dtype=np.int64)))).reshape(shape)


def bell32(seed: int, stream: str, shape: Shape, spread: float) -> np.ndarray:
    """spread · bell(…), rounded to float32: many numbers in little time and memory."""
    return bell32_part(seed, stream, shape, spread, tuple(slice(0, length) for length in shape))


def bell32_part(
    seed: int, stream: str, shape: Shape, spread: float, place: tuple[slice, ...]
) -> np.ndarray:
    """bell32(…)[place], of which no more than a row along the first axis is made beside it."""
    (rows, *inner), size = place, prod(shape[1:])
    kept = [len(range(*one.indices(length))) for one, length in zip(place, shape, strict=True)]
    values = np.empty(kept, np.float32)
    if kept[1:] == list(shape[1:]):
        fill_bell(seed, stream, rows.start * size, values.reshape(-1), spread)
        return values
    row = np.empty(shape[1:], np.float32)
    for index in range(rows.start, rows.stop):
        fill_bell(seed, stream, index * size, row.reshape(-1), spread)
        values[index - rows.start] = row[tuple(inner)]
    return values


def fill_bell(seed: int, stream: str, start: int, flat: np.ndarray, spread: float) -> None:
    """Fill a float32 vector with the numbers of a stream from that one on, on every processor."""

    def fill(first: int) -> None:
        source = philox(seed, stream, start + first)
        share = flat[first : first + SHARE]
        for k in range(0, share.size, PIECE):
            piece = share[k : k + PIECE]
            np.multiply(bell_of(source.random_raw(piece.size)), spread, out=piece, casting="unsafe")

    if flat.size <= SHARE:
        fill(0)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(fill, range(0, flat.size, SHARE)):
            pass


def bell_of(words: np.ndarray) -> np.ndarray:
    """A number of `bell` for every word."""
    halves = words.view(np.uint32)
    pairs = (halves >> np.uint32(16)) + (halves & np.uint32(0xFFFF))
    centred = (pairs[0::2] + pairs[1::2]).astype(np.int32) - 2 * 0xFFFF
    # The variance of one 16-bit uniform integer is (2³² − 1)/12; √3 comes correctly rounded.
    return centred * (np.sqrt(3.0) / 65536.0)


def uniform(seed: int, stream: str, shape: Shape, low: float, high: float) -> np.ndarray:
    """float64 in [low, high): a 24-bit integer over 2²⁴, scaled and shifted."""
    words = raw_bits(seed, stream, int(np.prod(shape, dtype=np.int64))) >> np.uint64(40)
    return (low + (high - low) * (words.astype(np.float64) / 2.0**24)).reshape(shape)


def kept(seed: int, stream: str, shape: Shape, p: float) -> np.ndarray:
    """float32: dropout's mask, 0 with a probability of p, rounded up to a multiple of 2⁻²⁴; else 1.

    Raises ValueError where p is no probability.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"kept: p is {p}, expected a number from 0 to 1")
    return (uniform(seed, stream, shape, 0.0, 1.0) >= p).astype(np.float32)
