"""dump.toml: what a dump's files are, where their names and bytes do not say it.

image = "photo.png"          # what the network worked on
dtype = "float16"            # of every result; float32, bfloat16, int8 and uint8
layout = "NHWC"              # of every image, (N, C, H, W)

[buffer.inout4_buf]          # of one buffer, by any of its names
file = "layer_4.bin"
layout = "NC4HW4"
dtype = "int8"
scale = 0.05                 # value = scale · (q − zero_point)
zero_point = -3
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clgold.device.layouts import Layout, find_layout
from clgold.golden.distrust import distrusted
from clgold.reference.spec import InputError, Shape

from .formats import Format, named

NAME = "dump.toml"
LARGEST = 2**20
KEYS: Mapping[str, Any] = {
    "image": str,
    "dtype": str,
    "layout": str,
    "scale": (int, float),
    "zero_point": int,
}


@dataclass(frozen=True)
class Told:
    """What is said of a buffer; None where nothing is."""

    layout: Layout | None = None
    format: Format | None = None


@dataclass(frozen=True)
class Description:
    """What dump.toml says.

    image    of the network's input, None where it is not named
    every    of every result
    buffers  of these, by node, input or weight
    files    by the name of a file, or of an array in one, what it holds
    """

    image: Path | None = None
    every: Told = field(default_factory=Told)
    buffers: Mapping[str, Told] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def told(self, name: str, shape: Shape, trained: bool) -> Told:
        """What is said of an array; InputError where its layout is none of such a shape.

        What is said of every result is not said of a `trained` array.
        """
        own, every = self.buffers.get(name, Told()), Told() if trained else self.every
        if own.layout is not None and len(own.layout.base) != len(shape):
            raise InputError(f"{NAME}: {name}: layout {own.layout.text!r} is not one of {shape}")
        images = every.layout is not None and len(every.layout.base) == len(shape)
        return Told(own.layout or (every.layout if images else None), own.format or every.format)


def describe(folder: Path, names: Mapping[str, str]) -> Description:
    """The description in a dump's folder, of nothing where there is none; InputError, a sentence.

    names: every name that a buffer may have, and what it holds.
    """
    path = folder / NAME
    if not path.exists():
        return Description()
    with distrusted(f"{NAME}: cannot be read"):
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise InputError(f"{NAME}: expected a file of at most {LARGEST} bytes")
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = found.pop("buffer", {})
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        raise InputError(f"{NAME}: expected [buffer.NAME] for each buffer")
    refuse_others(NAME, found, ("image", "dtype", "layout", "scale", "zero_point"))
    buffers: dict[str, Told] = {}
    files: dict[str, str] = {}
    for name, table in tables.items():
        where = f"{NAME}: [buffer.{name}]"
        if name not in names:
            raise InputError(f"{where}: there is no such buffer, kernel, node or array")
        file = table.pop("file", name)
        refuse_others(where, table, ("dtype", "layout", "scale", "zero_point"))
        if not isinstance(file, str) or file in files:
            raise InputError(f"{where}: file {file!r}, expected a name, once")
        buffers[names[name]], files[file] = told(where, table), name
    image = found.get("image")
    return Description(image and folder / image, told(NAME, found), buffers, files)


def told(where: str, table: Mapping[str, Any]) -> Told:
    """Layout and format out of a table."""
    try:
        layout = find_layout(table["layout"]) if "layout" in table else None
    except ValueError as reason:
        raise InputError(f"{where}: {reason}") from None
    scale, zero = table.get("scale"), table.get("zero_point")
    if "dtype" not in table and (scale is not None or zero is not None):
        raise InputError(f"{where}: scale and zero_point need a dtype, int8 or uint8")
    return Told(layout, named(where, table["dtype"], scale, zero) if "dtype" in table else None)


def refuse_others(where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """InputError for a key that means nothing, or whose value is of another kind."""
    for key, value in table.items():
        if key not in known:
            raise InputError(f"{where}: there is no {key!r}, expected {', '.join(known)}")
        if not isinstance(value, KEYS[key]) or isinstance(value, bool):
            raise InputError(f"{where}: {key} is {value!r}, expected {words(KEYS[key])}")


def words(kind: Any) -> str:
    return {str: "a text", int: "a whole number"}.get(kind, "a number")
