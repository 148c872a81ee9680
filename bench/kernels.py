"""How fast are the variants: each one's time as a ratio to naive's, measured in the same run.

    python bench/kernels.py [--device NAME[:INDEX]] [--layer LAYER] [--seconds S]

The time is the best of several launches, with the output's allocation and without compilation;
each variant's largest difference from naive, over the largest magnitude, stands in the last column.
"""

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clgold.device import gates, memory
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.launcher import Launcher
from clgold.device.session import Session, open_session
from clgold.device.variants import Variant
from clgold.golden.probes import fill
from clgold.reference import find_layer
from clgold.reference.spec import Shape

SEED = 0


@dataclass(frozen=True)
class Work:
    """A layer on operands of these shapes."""

    layer: str
    shapes: tuple[Shape | None, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""  # the network that has it


def conv(of: str, image: Shape, weight: Shape, padding: int = 0) -> Work:
    return Work("conv2d", (image, weight, weight[:1]), {"padding": padding}, of)


WORKS = (
    conv("STN", (1, 1, 32, 32), (50, 1, 7, 7)),
    conv("STN", (1, 50, 13, 13), (100, 50, 5, 5)),
    conv("STN", (1, 100, 14, 14), (150, 100, 3, 3)),
    conv("VGG", (1, 3, 112, 112), (64, 3, 3, 3), 1),
    conv("VGG", (1, 128, 56, 56), (128, 128, 3, 3), 1),
    conv("VGG", (1, 512, 14, 14), (512, 512, 3, 3), 1),
    Work("linear", ((1, 1600), (100, 1600), (100,)), of="STN"),
    Work("linear", ((1, 4096), (1000, 4096), (1000,)), of="VGG"),
    Work("linear", ((16, 4096), (1000, 4096), (1000,)), of="VGG"),
    Work("max_pool2d", ((1, 100, 28, 28),), {"kernel_size": 2}, "STN"),
    Work("max_pool2d", ((1, 64, 224, 224),), {"kernel_size": 2}, "VGG"),
    Work("avg_pool2d", ((1, 64, 112, 112),), {"kernel_size": 3, "stride": 2, "padding": 1}),
    Work("batch_norm", ((1, 100, 14, 14), (100,), (100,), (100,), (100,)), of="STN"),
    Work("batch_norm", ((1, 64, 112, 112), (64,), (64,), (64,), (64,))),
    Work("softmax", ((1, 43),), {"dim": 1}, "STN"),
    Work("softmax", ((16, 1000),), {"dim": 1}, "VGG"),
    Work("softmax", ((4, 21, 64, 64),), {"dim": 1}),
)


def measure(session: Session, work: Work, variant: Variant, seconds: float) -> tuple[float, Any]:
    """The best time of at least 3 launches within about so many seconds, and the output."""
    layer = find_layer(work.layer)
    attributes, shape = layer.resolve(work.shapes, work.attributes)
    operands = tuple(
        None if size is None else session.upload(name, fill("real", one, name, SEED, size))
        for (name, one), size in zip(layer.declared(len(work.shapes)), work.shapes, strict=True)
    )
    times: list[float] = []
    while len(times) < 4 or sum(times) < seconds:
        cl = Launcher(session, variant.source, shape, layer.dtype)
        start = time.perf_counter()
        output = variant.launch(cl, *operands, **attributes)
        times.append(time.perf_counter() - start)
    return min(times[1:]), memory.download(session.queue, output)  # the first one compiles


def row(session: Session, work: Work, variant: Variant, naive: tuple[float, Any], s: float) -> str:
    """A variant's line: time, ratio and difference, or the reason why there is none."""
    shapes = work.shapes
    attributes, _ = find_layer(work.layer).resolve(shapes, work.attributes)
    refusal = variant.refusal(shapes, attributes)
    if not refusal and variant.gate:
        refusal = gates.passes(session.driver, variant.gate)
    if refusal:
        return f"    {variant.name:10} {refusal}"
    seconds, output = measure(session, work, variant, s)
    ratio = naive[0] / seconds
    off = np.abs(output - naive[1]).max() / np.abs(naive[1]).max()
    return f"    {variant.name:10} {seconds * 1e3:9.2f} ms  {ratio:7.2f}×  {off:.0e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", help="NAME[:INDEX] of the OpenCL driver")
    parser.add_argument("--layer", help="this layer alone")
    parser.add_argument("--seconds", type=float, default=0.5, help="for each measurement")
    options = parser.parse_args()
    session = open_session(options.device)
    print(" ".join(f"{key}: {value}." for key, value in session.describe().items()))
    for work in WORKS:
        if options.layer not in (None, work.layer):
            continue
        print(work.layer, work.of, *(shape for shape in work.shapes[:2] if shape))
        first, *others = candidates(VARIANTS, work.layer)
        naive = measure(session, work, first, options.seconds)
        print(f"    {first.name:10} {naive[0] * 1e3:9.2f} ms")
        for variant in others:
            print(row(session, work, variant, naive, options.seconds), flush=True)


if __name__ == "__main__":
    main()
