"""What a dumped network worked on: the image, and weights that may be others than are in use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from clgold.conformance.judge.compare import compare
from clgold.conformance.run.inputs import network_images
from clgold.networks import Network
from clgold.reference import FULL, Enclosure
from clgold.reference.poison import bits
from clgold.reference.spec import InputError, Shape

from ..explain.layouts import recognise_layout
from .formats import FLOAT32, Format
from .stretch import Stretch
from .trace import Dumped, Trace

Array = np.ndarray


def trace_image(network: Network, trace: Trace, images: Sequence[Path]) -> tuple[str, Array]:
    """The image of the dump, and its name: --image, dump.toml's, the dumped one, a photograph.

    InputError where --image and a dumped image differ, or the dumped one holds no numbers.
    """
    if len(images) > 1:
        raise InputError(f"--trace is of one image, {len(images)} are given")
    source, shape = next(iter(network.inputs.items()))
    dumped = trace.buffers.get(source)
    if not images and trace.image is not None:
        images = (trace.image,)
    if images:
        image = next(iter(network_images(network, images).values()))
        seen = image if dumped is None else held(dumped, image)
        if dumped is not None and seen is None:
            raise InputError(f"trace {dumped.file}: does not hold the image {images[0]}")
        return images[0].name, image if seen is None else seen
    if dumped is None:
        name, image = next(iter(network_images(network, ()).items()))
        return f"{name} (--image names another)", image
    if not np.isfinite(dumped.values).all():
        raise InputError(f"trace {dumped.file}: an image of finite numbers is expected")
    return dumped.file, channels_first(dumped.values, shape)


def held(dumped: Dumped, values: Array) -> Array | None:
    """The numbers of a buffer that holds these, as far as its format does, in whatever order.

    None where it holds others.
    """
    if np.array_equal(bits(dumped.values).ravel(), bits(values).ravel()):
        return values
    right = dumped.format.keep(Enclosure(values.astype(np.float64)))
    order = recognise_layout(dumped.values, right)
    plain = dumped.values.reshape(values.shape) if order is None else order.restored
    found = np.ascontiguousarray(plain)
    return found if compare(found, right, np.float32).verdict == "pass" else None


def channels_first(values: Array, shape: Shape) -> Array:
    """An input; if it is an image (1, C, H, W), it may have been dumped with its channels last."""
    found = values.squeeze()
    _, c, h, w = shape if len(shape) == 4 else (1, 1, 1, 1)
    if c > 1 and found.shape == (h, w, c):
        found = np.ascontiguousarray(found.transpose(2, 0, 1))
    return found.reshape(shape)


def trace_weights(
    network: Network, trace: Trace, weights: Mapping[str, Array]
) -> tuple[dict[str, Array], tuple[Stretch, ...]]:
    """The weights that the dumped kernels worked on, and those that are others than are in use."""
    used, odd = dict(weights), []
    for name in network.weights:
        dumped = trace.buffers.get(name)
        if dumped is None:
            continue
        narrow = Format(trace.profile.name) if trace.profile is not FULL else FLOAT32
        if dumped.format == FLOAT32 and narrow.holds(dumped.values):
            dumped = replace(dumped, format=narrow)  # rounded before, whatever they are kept in
        if (same := held(dumped, weights[name])) is not None:
            used[name] = same
            continue
        got = used[name] = dumped.values.reshape(weights[name].shape)
        right = Enclosure(weights[name].astype(np.float64))
        found = compare(got, right, np.float32)
        message = (
            f"{found.failed} of {found.count} elements differ from the weights in use "
            "(--weights and --seed choose those)"
        )
        found = replace(found, verdict="wrong", message=message)
        odd.append(Stretch(dumped.name, name, {}, (), (name,), got, right, found))
    return used, tuple(odd)
