"""A model.onnx from disk. The file is a stranger's: whatever is wrong with it is one sentence."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .package import OLDEST, ModelError, onnx

MOST_BYTES = 2**31 - 1  # what protobuf holds
MOST_ELEMENTS = 2**28  # of one array: 1 GiB of float32


def load(path: Path) -> Any:
    """The ModelProto, its external data brought in, as ONNX's checker accepts it; ModelError."""
    if not path.is_file():
        raise ModelError("there is no such file")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ModelError(f"is larger than {MOST_BYTES} bytes")
        content = path.read_bytes()
    except OSError as reason:
        raise ModelError(f"cannot be read: {reason.strerror}") from None
    try:
        model = onnx().ModelProto.FromString(content)
    except Exception as reason:  # protobuf's errors have no base that onnx promises
        raise ModelError(f"cannot be read as an ONNX model: {reason}") from None
    check(model, path.parent)
    return model


def check(model: Any, folder: Path | None = None) -> None:
    """Refuse what no run could use; external data are brought in from `folder`."""
    package = onnx()
    if not model.HasField("graph") or not model.graph.output:
        raise ModelError("holds no graph, or one without outputs")
    opset_of(model)
    budget = MOST_BYTES
    for tensor in tensors(model.graph):
        count_of(tensor)
        if tensor.data_location == package.TensorProto.EXTERNAL:
            bring_in(folder, tensor, budget)
            budget -= len(tensor.raw_data)
    try:
        package.checker.check_model(model)
    except Exception as reason:  # ValidationError, and protobuf's for what is too large
        raise ModelError(f"is not a valid model: {first_lines(str(reason))}") from None


def first_lines(message: str) -> str:
    """The checker's words without the dump of the node that follows them."""
    return " ".join(message.split("==> Context")[0].split())[:300]


def opset_of(model: Any) -> int:
    """The version of ONNX's own operators; ModelError unless it is one that is known."""
    versions = [one.version for one in model.opset_import if one.domain in ("", "ai.onnx")]
    newest = onnx().defs.onnx_opset_version()
    if len(versions) != 1:
        raise ModelError(f"imports ONNX's operators {len(versions)} times, expected once")
    if not OLDEST <= versions[0] <= newest:
        raise ModelError(f"has opset {versions[0]}, expected {OLDEST} to {newest}")
    return int(versions[0])


def tensors(graph: Any) -> Iterator[Any]:
    """Every array that the graph itself holds."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


def count_of(tensor: Any) -> int:
    """How many numbers an array has; ModelError for what is negative or absurd."""
    dims = list(tensor.dims)
    if any(length < 0 for length in dims):
        raise ModelError(f"array {tensor.name!r} has shape {dims}, expected no negative lengths")
    return limited(f"array {tensor.name!r}", tuple(dims))


def limited(what: str, shape: tuple[int, ...]) -> int:
    """The number of elements of that shape; ModelError where no run could hold them."""
    count = math.prod(shape)
    if count > MOST_ELEMENTS:
        raise ModelError(
            f"{what} has shape {shape}, {count} elements, expected at most {MOST_ELEMENTS}"
        )
    return count


def bring_in(folder: Path | None, tensor: Any, budget: int) -> None:
    """The array's numbers from the file beside the model that holds them."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    name, location = tensor.name, entries.get("location", "")
    file = confined(folder, name, location)
    try:
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", -1))
    except ValueError:
        raise ModelError(f"array {name!r}: offset and length must be integers") from None
    try:
        size = file.stat().st_size
        length = size - offset if length < 0 else length
        if offset < 0 or offset + length > size:
            raise ModelError(
                f"array {name!r}: bytes {offset} to {offset + length} of {location!r}, "
                f"which has {size}"
            )
        if length > budget:
            raise ModelError(f"array {name!r}: its data make the model larger than {MOST_BYTES}")
        with file.open("rb") as source:
            source.seek(offset)
            content = source.read(length)
    except OSError as reason:
        raise ModelError(f"array {name!r}: {location!r}: {reason.strerror}") from None
    tensor.raw_data = content
    tensor.data_location = onnx().TensorProto.DEFAULT
    del tensor.external_data[:]


def confined(folder: Path | None, name: str, location: str) -> Path:
    """The file that external data are in; ModelError unless it lies in the model's folder."""
    if folder is None:
        raise ModelError(f"array {name!r}: its numbers are in another file")
    whole, home = (folder / location).resolve(), folder.resolve()
    if not location or Path(location).is_absolute() or not whole.is_relative_to(home):
        raise ModelError(
            f"array {name!r}: its data are in {location!r}, expected a file in the model's folder"
        )
    if not whole.is_file():
        raise ModelError(f"array {name!r}: its data are in {location!r}, where there is no file")
    return whole


def array_of(tensor: Any) -> np.ndarray:
    """The numbers of a TensorProto; ModelError where they are not as many as its shape says."""
    count = count_of(tensor)
    try:
        array = np.asarray(onnx().numpy_helper.to_array(tensor))
    except Exception as reason:  # ValueError, TypeError, KeyError, whatever the helper meets
        raise ModelError(f"array {tensor.name!r}: cannot be read: {reason}") from None
    if array.size != count:
        raise ModelError(f"array {tensor.name!r}: holds {array.size} numbers, expected {count}")
    return array
