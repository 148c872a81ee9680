"""Variants: the ways to compute a layer, ours and a user's alike.

    @variant("max_pool2d", "mine", supports=lambda shapes, attrs: None)
    def max_pool2d(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode): ...

A variant is known to the file that declares it; `load_variants` collects a file's.
"""

import contextlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from clgold.reference import Enclosure, Profile, find_chain
from clgold.reference.spec import Shape

Supports = Callable[[tuple[Shape | None, ...], Mapping[str, Any]], str | None]
Bound = Callable[[Profile, tuple[Enclosure | None, ...], Mapping[str, Any]], np.ndarray]

_DECLARED = "__clgold_variants__"


class VariantError(ValueError):
    """A user's kernel file that cannot be used, as a sentence that says where."""


@dataclass(frozen=True)
class Variant:
    """One way to compute `layer`, a layer or a chain "conv2d+elu".

    launch    (cl, *operands, **attributes) → the output; see `launcher.Launcher` for `cl`
    supports  (operand shapes, attributes) → None, or the reason why it does not apply
    source    the Python file that declares it; paths of its kernels are relative to that
    gate      the feature that a driver must bear: kernels/gate_NAME.cl, tried by gates.passes
    bound     (profile, operand enclosures, attributes) → its error bound, in place of the layer's
    """

    layer: str
    name: str
    launch: Callable[..., Any]
    source: Path
    supports: Supports | None = None
    gate: str = ""
    bound: Bound | None = None

    def refusal(self, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]) -> str:
        """Why the variant does not apply to these operands; empty when it does.

        Raises VariantError when `supports` itself fails, or gives anything but None or a text.
        """
        if self.supports is None:
            return ""
        place = f"kernels {self.source}: `supports` of {self.layer} {self.name!r}"
        try:
            reason = self.supports(shapes, attributes)
        except Exception as error:  # a stranger's code may raise anything
            raise VariantError(f"{place}: {blame(error, self.source)}") from error
        if reason is not None and not isinstance(reason, str):
            raise VariantError(f"{place} gave {reason!r}, expected None or the reason as a text")
        return reason or ""


def variant(
    layer: str,
    name: str,
    supports: Supports | None = None,
    *,
    gate: str = "",
    bound: Bound | None = None,
) -> Callable[[Callable[..., Any]], Variant]:
    """Declare the decorated function as a variant of a layer or chain; SpecError if unknown."""
    find_chain(layer)

    def declare(launch: Callable[..., Any]) -> Variant:
        source = Path(inspect.getfile(launch)).resolve()
        declared = Variant(layer, name, launch, source, supports, gate, bound)
        launch.__globals__.setdefault(_DECLARED, []).append(declared)
        return declared

    return declare


def declared_in(module: ModuleType) -> tuple[Variant, ...]:
    """The module's variants, its own in order and then those that it imported."""
    imported = [value for value in vars(module).values() if isinstance(value, Variant)]
    return tuple(dict.fromkeys([*getattr(module, _DECLARED, []), *imported]))


def load_variants(path: Path) -> tuple[Variant, ...]:
    """The variants that a user's Python file declares; VariantError if it cannot be used."""
    if not path.is_file():
        raise VariantError(f"kernels {path}: there is no such file")
    spec = importlib.util.spec_from_file_location(f"clgold_kernels_{path.stem}", path)
    if path.suffix != ".py" or spec is None or spec.loader is None:
        raise VariantError(f"kernels {path}: expected a Python file that declares variants")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        with contextlib.redirect_stdout(sys.stderr):  # a user's print must not mix with answers
            spec.loader.exec_module(module)
    except SyntaxError as error:
        place = f", line {error.lineno}" if error.lineno else ""
        raise VariantError(f"kernels {path}{place}: {error.msg}") from error
    except (Exception, SystemExit) as error:  # whatever the file raises is the user's to see
        raise VariantError(f"kernels {path}: {blame(error, path)}") from error
    found = declared_in(module)
    if not found:
        raise VariantError(f"kernels {path}: it declares no @variant")
    refuse_duplicates(path, found)
    return found


def refuse_duplicates(path: Path, variants: Iterable[Variant]) -> None:
    """VariantError when two variants have the same layer and name."""
    seen: set[tuple[str, str]] = set()
    for one in variants:
        if (one.layer, one.name) in seen:
            raise VariantError(f"kernels {path}: declares {one.layer} {one.name!r} twice")
        seen.add((one.layer, one.name))


def blame(error: BaseException, path: Path) -> str:
    """An exception as a sentence with the last line of the file that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    file = path.resolve()
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == file]
    place = f"line {lines[-1]}: " if lines else ""
    return f"{place}{type(error).__name__}: {error}"
