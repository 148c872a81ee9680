"""Correct rounding of VGG-16's convolutions against the plain float64 matrix product.

    python bench/rounding.py

For each layer, in one run: the time of rows @ columns in float64, and those of conv2d in float64
and of correctly_rounded as multiples of it. The three are timed in turn, and the fastest of each
counts.
"""

import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from clgold.reference import conv2d, correctly_rounded
from clgold.reference.generator import bell

# (channels, filters, height = width) of 3×3 convolutions with padding 1, and how many there are:
# Simonyan, Zisserman, 2015.
LAYERS = [
    (3, 64, 224, 1),
    (64, 64, 224, 1),
    (64, 128, 112, 1),
    (128, 128, 112, 1),
    (128, 256, 56, 1),
    (256, 256, 56, 2),
    (256, 512, 28, 1),
    (512, 512, 28, 2),
    (512, 512, 14, 3),
]
REPEATS = 7
HEADINGS = ("layer", "rows @ columns, ms", "conv2d", "correctly rounded")


def fastest(*works: Callable[[], object]) -> list[float]:
    """Seconds of the fastest of REPEATS runs of each, in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, seconds in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return [min(seconds) for seconds in times]


def measure(c: int, m: int, size: int) -> list[float]:
    """Seconds of the product, of conv2d and of correctly_rounded."""
    x = np.maximum(bell(1, "input", (1, c, size, size)), 0).astype(np.float32)
    w = (bell(1, "weight", (m, c, 3, 3)) / np.sqrt(9 * c)).astype(np.float32)
    rows, columns = w.reshape(m, -1).astype(np.float64), bell(2, "x", (9 * c, size * size))
    return fastest(
        lambda: rows @ columns,
        lambda: conv2d(x, w, padding=1),
        lambda: correctly_rounded("conv2d", x, w, padding=1),
    )


def main() -> None:
    table = Table(*HEADINGS, title="VGG-16's convolutions, in times of the matrix product")
    for column in table.columns:
        column.justify, column.no_wrap = "right", True
    total = np.zeros(3)
    for c, m, size, count in LAYERS:
        seconds = measure(c, m, size)
        total += count * np.array(seconds)
        table.add_row(f"{m}×{c}×3×3 on {size}×{size}", *cells(*seconds))
    table.add_section()
    table.add_row("all 13", *cells(*total))
    Console().print(table)


def cells(product: float, plain: float, rounded: float) -> tuple[str, str, str]:
    return f"{1e3 * product:.1f}", f"{plain / product:.2f}", f"{rounded / product:.2f}"


if __name__ == "__main__":
    main()
