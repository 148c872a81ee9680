"""Correct rounding of VGG-16's convolutions against the plain float64 matrix product.

    python bench/rounding.py

For each layer, in one run: the time of rows @ columns in float64, that of correctly_rounded as a
multiple of it, and how many elements had to be summed exactly.
"""

import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from clgold.reference import correctly_rounded
from clgold.reference.generator import bell

# (channels, filters, height = width) of 3×3 convolutions with padding 1: Simonyan, Zisserman, 2015.
LAYERS = [
    (3, 64, 224),
    (64, 64, 224),
    (64, 128, 112),
    (128, 128, 112),
    (128, 256, 56),
    (256, 256, 56),
    (256, 512, 28),
    (512, 512, 28),
    (512, 512, 14),
]
REPEATS = 3


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of REPEATS runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    table = Table(title="correctly_rounded(conv2d) of VGG-16's layers")
    for heading in ("layer", "matrix product, ms", "correctly rounded / product"):
        table.add_column(heading, justify="right")
    for c, m, size in LAYERS:
        input = np.maximum(bell(1, "input", (1, c, size, size)), 0).astype(np.float32)
        weight = (bell(1, "weight", (m, c, 3, 3)) / np.sqrt(9 * c)).astype(np.float32)
        rows, columns = weight.reshape(m, -1).astype(np.float64), bell(2, "x", (9 * c, size * size))
        product = fastest(lambda rows=rows, columns=columns: rows @ columns)
        rounded = fastest(
            lambda x=input, w=weight: correctly_rounded("conv2d", x, w, None, padding=1)
        )
        table.add_row(
            f"{m}×{c}×3×3 on {size}×{size}", f"{1e3 * product:.1f}", f"{rounded / product:.2f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
