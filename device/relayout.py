"""An array on the device in another layout, made there: between NCHW and blocks of channels."""

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from .given import in_layout
from .layouts import PLAIN, Layout, find_layout
from .memory import DeviceArray
from .programs import KERNELS

if TYPE_CHECKING:
    from .launcher import Launcher

SOURCE = KERNELS / "relayout.cl"
LANES = (4, 8, 16)  # that OpenCL has vectors of


def moves(array: DeviceArray, wanted: str) -> bool:
    """Whether `moved` makes that layout of the array's."""
    one, other = find_layout(array.layout), find_layout(wanted)
    blocked = [each for each in (one, other) if each.text != PLAIN]
    return len(array.shape) == 4 and len(blocked) == 1 and in_blocks(blocked[0])


def in_blocks(layout: Layout) -> bool:
    """Whether it is NCHW with the channels in blocks."""
    plain = layout.order == ("N", "C", "H", "W") and layout.pitch == 1
    return plain and layout.split == "C" and layout.block in LANES


def moved(cl: "Launcher", array: DeviceArray, wanted: str) -> DeviceArray:
    """The array in the other layout."""
    n, c, *places = array.shape
    layout = find_layout(wanted)
    if layout.split:
        made = cl.empty(layout.stored(array.shape))
        size = (prod(places), made.shape[1], n)
        options = (f"-DVEC={layout.block}",)
        cl.launch(SOURCE, "to_blocks", size, None, array, made, c, options=options)
        return replace(in_layout(made, layout, array.shape), name=array.name)
    made = cl.empty(array.shape)
    options = (f"-DVEC={find_layout(array.layout).block}",)
    cl.launch(SOURCE, "from_blocks", (prod(places), c, n), None, array, made, options=options)
    return replace(made, name=array.name)
