"""Two-dimensional images on the device, made of arrays and brought back as such."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import memory
from .memory import DeviceArray

if TYPE_CHECKING:
    import pyopencl as cl

CHANNELS = {2: "R", 3: "RGBA"}  # by the number of the array's axes


def to_image(queue: "cl.CommandQueue", array: DeviceArray) -> "cl.Image":
    """An image of what the array holds; ValueError where its shape or dtype is no image's."""
    import pyopencl as cl

    shape, kinds = array.in_memory, {"float32": "FLOAT", "float16": "HALF_FLOAT"}
    if len(shape) not in CHANNELS or shape[2:] not in ((), (4,)) or array.dtype.name not in kinds:
        raise ValueError(
            f"image of an array {list(shape)} of {array.dtype}, expected float32 or float16 of "
            "(rows, columns) or (rows, columns, 4): array.reshape(…) is the same memory"
        )
    order = getattr(cl.channel_order, CHANNELS[len(shape)])
    form = cl.ImageFormat(order, getattr(cl.channel_type, kinds[array.dtype.name]))
    rows, columns, *_ = shape
    create: Any = getattr(cl, "create_image", cl.Image)  # what newer versions have in its place
    image: cl.Image = create(queue.context, cl.mem_flags.READ_WRITE, form, shape=(columns, rows))
    # By the host: PoCL 3.0 and 3.1 crash where an image is copied from a part of a buffer.
    values = memory.download(queue, array)
    cl.enqueue_copy(queue, image, values, origin=(0, 0), region=(columns, rows), is_blocking=True)
    return image


def to_array(queue: "cl.CommandQueue", image: "cl.Image", guard: int) -> DeviceArray:
    """An array of what the image holds; ValueError for anything else."""
    import pyopencl as cl

    if not isinstance(image, cl.Image):
        kind = type(image).__name__
        raise ValueError(f"array of a {kind}, expected a NumPy array or an image")
    wide = 4 if image.format.channel_order == cl.channel_order.RGBA else 1
    shape = (image.height, image.width, *([4] if wide == 4 else []))
    half = image.format.channel_data_type == cl.channel_type.HALF_FLOAT
    values = np.empty(shape, "float16" if half else "float32")
    region = (image.width, image.height)
    cl.enqueue_copy(queue, values, image, origin=(0, 0), region=region, is_blocking=True)
    return replace(memory.upload(queue, "array", values, guard), host=None)
