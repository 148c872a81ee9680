"""clgold's own random numbers: the same bits on every machine and with every NumPy.

Philox 4×64-10 is counter-based (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC 2011); NumPy fixes its raw bits for ever. Whatever follows is integer arithmetic and
single IEEE operations, so that nothing depends on a library's algorithm.
"""

import hashlib

import numpy as np

from .spec import Shape


def raw_bits(seed: int, stream: str, count: int) -> np.ndarray:
    """`count` words of uint64; another `stream` name is an independent sequence."""
    digest = hashlib.sha256(f"{seed}/{stream}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)
    return np.random.Philox(key=key).random_raw(count)


def integers(seed: int, stream: str, shape: Shape, low: int, high: int) -> np.ndarray:
    """int64 in [low, high], both included, by multiply and shift (range below 2³¹)."""
    words = raw_bits(seed, stream, int(np.prod(shape, dtype=np.int64))) >> np.uint64(32)
    scaled = (words * np.uint64(high - low + 1)) >> np.uint64(32)
    return scaled.astype(np.int64).reshape(shape) + low


def bell(seed: int, stream: str, shape: Shape) -> np.ndarray:
    """float64, mean 0, variance 1, within ±3.47: the sum of four 16-bit uniforms, exact."""
    words = raw_bits(seed, stream, int(np.prod(shape, dtype=np.int64)))
    mask = np.uint64(0xFFFF)
    total = sum((words >> np.uint64(16 * k)) & mask for k in range(4))
    centred = np.asarray(total).astype(np.int64) - 2 * 0xFFFF
    # The variance of one 16-bit uniform integer is (2³² − 1)/12; √3 comes correctly rounded.
    return (centred.astype(np.float64) * (np.sqrt(3.0) / 65536.0)).reshape(shape)


def uniform(seed: int, stream: str, shape: Shape, low: float, high: float) -> np.ndarray:
    """float64 in [low, high): a 24-bit integer over 2²⁴, scaled and shifted."""
    words = raw_bits(seed, stream, int(np.prod(shape, dtype=np.int64))) >> np.uint64(40)
    return (low + (high - low) * (words.astype(np.float64) / 2.0**24)).reshape(shape)
