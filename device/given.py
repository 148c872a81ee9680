"""What a variant is given as it declared it: its layouts, a copy to work in, features, numbers.

Operands stand on the device in the reference's layout; what a variant wants otherwise is made
here, in memory as guarded, and its output is brought back.
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clgold.reference import Question
from clgold.reference.poison import POISON, bits
from clgold.reference.spec import Shape

from . import memory
from .layouts import Layout, find_layout
from .memory import DeviceArray
from .variants import Variant

if TYPE_CHECKING:
    import pyopencl as cl

    from .session import Session

# A quiet NaN of our own: what stands in padding, and is found again where a kernel relied on it.
LANE = np.array(0x7FD80001, np.uint32)
SIGN = np.uint32(0x7FFFFFFF)

REQUIRES = "requires"  # how such a reason begins
VERSION = re.compile(r"opencl_c ([0-9]+)\.([0-9]+)")


def lacking(device: "cl.Device", requires: tuple[str, ...]) -> str:
    """What the device has not of the features that a variant requires, as a reason; else empty."""
    extensions = device.extensions.split()
    for feature in requires:
        version = VERSION.fullmatch(feature)
        if version is None:
            absent = feature not in extensions
        else:
            absent = newest(device) < (int(version[1]), int(version[2]))
        if absent:
            return f"{REQUIRES} {feature}, which the device has not"
    return ""


def newest(device: "cl.Device") -> tuple[int, int]:
    """The newest OpenCL C that the device compiles."""
    import pyopencl as cl

    major, minor, *_ = re.findall(r"[0-9]+", device.opencl_c_version)
    found = [(int(major), int(minor))]
    try:
        all_versions: Any = device.get_info(cl.device_info.OPENCL_C_ALL_VERSIONS)
        found += [(one.version >> 22, one.version >> 12 & 1023) for one in all_versions]
    except cl.Error:  # before OpenCL 3.0 there is one version
        pass
    return max(found)


def unfit(variant: Variant, question: Question) -> str:
    """Why the operands' numbers are none that the variant promises anything of; else empty."""
    if variant.finite:
        for name, values in zip(question.names, question.operands, strict=True):
            if values is not None and not np.isfinite(values).all():
                return f"{name} holds NaN or infinity, of which it promises nothing (finite=True)"
    return ""


def layouts(variant: Variant, question: Question) -> dict[str, Layout]:
    """The layout of every operand, and of the output, that is not the reference's, by name."""
    if isinstance(variant.layout, str):
        images = [
            name
            for name, one, shape in zip(
                question.names, question.declared, question.shapes, strict=True
            )
            if one.role == "activation" and shape is not None and len(shape) == 4
        ]
        names = [*images, *(["output"] if len(question.shape) == 4 else [])]
        return {name: find_layout(variant.layout) for name in names}
    return {name: find_layout(text) for name, text in variant.layout.items()}


def dressed(
    session: "Session", variant: Variant, question: Question, operands: tuple[Any, ...]
) -> tuple[DeviceArray | None, ...]:
    """The operands as the variant is to have them."""
    wanted = layouts(variant, question)
    found: list[DeviceArray | None] = []
    for name, operand in zip(question.names, operands, strict=True):
        if operand is not None and name in wanted and operand.layout != wanted[name].text:
            operand = session.once(
                key(operand, wanted[name], variant.lanes),
                lambda: packed(session, variant, operand, wanted[name]),  # noqa: B023 # at once
            )
        found.append(operand)
    if variant.in_place and found[0] is not None:
        first = found[0]
        assert first.host is not None
        copy = memory.upload(session.queue, first.name, first.host, session.guard(first.nbytes))
        found[0] = replace(
            copy,
            shape=first.shape,
            stored=first.stored,
            layout=first.layout,
            filled=True,
        )
    return tuple(found)


def key(array: DeviceArray, layout: Layout, lanes: str) -> tuple[object, ...]:
    """Under which a session remembers an array in another layout."""
    return "layout", array, layout, lanes if layout.pads(array.shape) else ""


def stand(session: "Session", known: DeviceArray, result: DeviceArray, stored: np.ndarray) -> None:
    """That a result, known in the reference's layout, stands on the device as its variant left it.

    The next kernel that wants it so is given it as it is, if its padding holds nothing or zeros.
    """
    assert known.host is not None
    layout = find_layout(result.layout)
    if layout.pads(known.shape):
        zeros = layout.pack(known.host, 0)
        if zeros.tobytes() != stored.tobytes():
            return
    kept = replace(result, host=stored, filled=True)
    session.remember(kept)
    session.once(key(known, layout, "zero"), lambda: kept)


def packed(
    session: "Session", variant: Variant, operand: DeviceArray, layout: Layout
) -> DeviceArray:
    """A copy in another layout, its padding as declared."""
    assert operand.host is not None
    lane = 0 if variant.lanes == "zero" else np.array(LANE).view(np.float32)
    values = layout.pack(operand.host, lane)
    array = memory.upload(session.queue, operand.name, values, session.guard(values.nbytes))
    return in_layout(array, layout, operand.shape)


def in_layout(array: DeviceArray, layout: Layout, shape: Shape) -> DeviceArray:
    """The array of the stored shape, as one of `shape` in that layout."""
    filled = array.host is not None
    return replace(array, shape=shape, stored=array.shape, layout=layout.text, filled=filled)


def from_padding(values: np.ndarray) -> str:
    """That a result holds what stood in an operand's padding, as a message; else empty."""
    if values.dtype != np.float32:
        return ""
    count = int(np.count_nonzero(bits(values) & SIGN == LANE))
    if not count:
        return ""
    return (
        f"{count} of {values.size} elements hold what stands in the padding of an operand; "
        'declare lanes="zero" if the kernel relies on zeros there'
    )


def brought_back(array: DeviceArray, values: np.ndarray, dtype: type) -> np.ndarray:
    """What the array holds, in the reference's layout; integers as wide as the reference's.

    Of a wider integer what does not fit is the largest there is, and what was never written stays
    what it was filled with.
    """
    if array.stored is not None:
        values = find_layout(array.layout).unpack(values, array.shape)
    kind = np.dtype(dtype)
    if kind.kind != "i" or values.dtype.kind not in "iu":
        return values
    if values.dtype.itemsize <= kind.itemsize:
        return values.astype(kind)
    narrow, largest = values.astype(kind), 2 ** (8 * kind.itemsize - 1) - 1
    found = np.where(narrow == values, narrow, kind.type(largest))
    halves = np.ascontiguousarray(values).view(kind).reshape(*values.shape, -1)
    unwritten = (bits(halves) == POISON).all(axis=-1)
    return np.where(unwritten, halves[..., 0], found)
