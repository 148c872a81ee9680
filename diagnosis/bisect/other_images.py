"""The input of a dump that is not of the image it is said to be of: which one is it?

Prepared otherwise, turned, in another order of channels or of bytes, another photograph.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from clgold.conformance.judge.compare import Tolerance, compare
from clgold.conformance.run.inputs import is_image
from clgold.golden.photographs import load_image, photographs, prepared
from clgold.networks import Network, Picture
from clgold.reference import FULL, Enclosure

from .stretch import Stretch
from .stretches import Stretches, bisect_trace, faults
from .trace import Trace

Array = np.ndarray

# A guessed image may have been prepared in float32, in another order of operations.
OFF = 8 * FULL.u
# How hosts make numbers of bytes, for grey images and for red, green and blue ones.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
ANY: dict[str, Picture] = {
    "0 to 1": Picture(),
    "× 255": Picture(scale=1.0),
    "/ 256": Picture(scale=1 / 256),
    "inverted": Picture(scale=-1 / 255, mean=(-1.0,)),
    "inverted × 255": Picture(scale=-1.0, mean=(-255.0,)),
    "mean 0.5 and std 0.5": Picture(mean=(0.5,), std=(0.5,)),
    "mean 0.5 alone": Picture(mean=(0.5,)),
    "mean 127.5 alone": Picture(scale=1.0, mean=(127.5,)),
    "mean 128 alone": Picture(scale=1.0, mean=(128.0,)),
}
GREY = {
    "MNIST's mean and std": Picture(mean=(0.1307,), std=(0.3081,)),
    "MNIST's mean alone": Picture(mean=(0.1307,)),
    "ImageNet's first mean and std": Picture(mean=MEAN[:1], std=STD[:1]),
    "ImageNet's first mean alone": Picture(mean=MEAN[:1]),
    "ImageNet's grey mean and std": Picture(mean=(0.449,), std=(0.226,)),
    "ImageNet's grey mean alone": Picture(mean=(0.449,)),
}
COLOUR = {
    "ImageNet's mean and std": Picture(mean=MEAN, std=STD),
    "ImageNet's mean alone": Picture(mean=MEAN),
    "ImageNet's mean alone, of 0 to 255": Picture(scale=1.0, mean=(123.68, 116.779, 103.939)),
}


@dataclass(frozen=True)
class Other:
    """An image that a dump matches: the input as a fault, and the stretches computed from it.

    fault   None where the image was dumped, in another order
    """

    fault: Stretch | None
    stretches: Stretches
    image: Array


def candidates(network: Network, image: Array) -> Iterator[tuple[str, Array]]:
    """Other images (1, C, H, W): what may be made of this one, by name; then other photographs."""
    own, pixels = network.picture, bytes_of(image[0], network.picture)
    channels = len(pixels)
    values = prepared(pixels, own)
    yield "its own mean subtracted", (values - values.mean())[np.newaxis]
    if channels > 1:
        yield "the channels in reverse order (BGR)", values[np.newaxis, ::-1]
        yield "HWC bytes read as CHW", values.transpose(1, 2, 0).reshape(image.shape)
    yield "upside down", values[np.newaxis, :, ::-1]
    yield "left for right", values[np.newaxis, :, :, ::-1]
    yield "turned by 180°", values[np.newaxis, :, ::-1, ::-1]
    yield "rows and columns exchanged", values.swapaxes(1, 2).reshape(image.shape)
    for name, way in {**ANY, **(GREY if channels == 1 else COLOUR)}.items():
        yield name, prepared(pixels, way)[np.newaxis]
        if channels == 3:
            backwards = replace(way, order="BGR", mean=way.mean[::-1], std=way.std[::-1])
            yield f"{name}, BGR", prepared(pixels, backwards)[np.newaxis]
    for path in photographs():
        yield path.name, load_image(path, image.shape, own)


def last_channels(image: Array) -> Iterator[tuple[str, Array]]:
    """An image whose channels were the last of its axes in the dump."""
    _, c, h, w = image.shape
    yield "channels last", image.reshape(h, w, c).transpose(2, 0, 1)[np.newaxis]


def bytes_of(values: Array, way: Picture) -> Array:
    """The pixels (C, H, W), red first, of which a network's input was made."""
    mean, std = (np.reshape(one, (-1, 1, 1)) for one in (way.mean, way.std))
    pixels = np.round((values.astype(np.float64) * std + mean) / way.scale, 3)
    return pixels[::-1] if way.order == "BGR" else pixels


def other_input(
    network: Network,
    weights: Mapping[str, Array],
    image: tuple[str, Array],
    trace: Trace,
    tolerance: Tolerance | None,
    found: Stretches,
) -> Other | None:
    """The image that the dump is of in place of this one; None for no other.

    Where all that reads the input is right, it is what it is said to be. One that was dumped may
    have its channels last.
    """
    source, shape = next(iter(network.inputs.items()))
    first = next((one for one in found if source in one.kernel.operands and one.faulty), None)
    dumped = source in trace.buffers
    if first is None or not is_image(shape) or (dumped and trace.buffers[source].layout):
        return None
    alone = replace(trace, buffers={k: trace.buffers[k] for k in reached(trace, network, first)})
    for words, values in last_channels(image[1]) if dumped else candidates(network, image[1]):
        other = np.ascontiguousarray(values, np.float32)
        if np.array_equal(other, image[1]):
            continue
        if faults(bisect_trace(network, weights, other, alone, tolerance, OFF)):
            continue
        again = bisect_trace(network, weights, other, trace, tolerance, OFF)
        if faults(again) < faults(found):
            fault = None if dumped else mistaken(source, image, words, other)
            return Other(fault, again, other)
    return None


def reached(trace: Trace, network: Network, stretch: Stretch) -> list[str]:
    """Of the dump what concerns one stretch alone: its buffer, and what it is computed from."""
    names = {o for o in stretch.kernel.operands if o is not None} | {stretch.node}
    return [name for name in trace.buffers if name in names or name in network.weights]


def mistaken(source: str, image: tuple[str, Array], words: str, other: Array) -> Stretch:
    """The input, which is not the image, as a fault."""
    name, values = image[0].partition(" (")[0], image[1]
    right = Enclosure(values.astype(np.float64))
    matches = words if words.endswith(".png") else f"{name}, {words}"
    found = replace(
        compare(other, right, np.float32),
        verdict="wrong",
        message=f"the input is not this image: it matches {matches}",
    )
    return Stretch(source, source, {}, (), (source,), other, right, found)
