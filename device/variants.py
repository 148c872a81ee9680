"""Variants: the ways to compute a layer, ours and a user's alike.

    @variant("max_pool2d", "mine", supports=lambda shapes, attrs: None)
    def max_pool2d(cl, input, *, kernel_size, stride, padding, dilation, ceil_mode): ...

A variant is known to the file that declares it; `load_variants` collects a file's.
"""

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from clgold.reference import Enclosure, Profile, find_chain
from clgold.reference.spec import Shape, SpecError

from .contain import SECONDS, TooSlow, contained
from .declarations import checked_options

Supports = Callable[[tuple[Shape | None, ...], Mapping[str, Any]], str | None]
Bound = Callable[[Profile, tuple[Enclosure | None, ...], Mapping[str, Any]], np.ndarray]
Height = int | Callable[[int], float]

ADDED = "+accumulate"  # of a variant that adds to its output: the chain that it computes
_DECLARED = "__clgold_variants__"
LETTERS = 80  # of a variant's name, which stands in tables and in replay lines


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
    height    how often it rounds any one term of a sum of K (products, and one for a bias), its
              product included: a number, or K → number; makes the bound of long sums smaller
    much      comes before the naive one where there is much to do; a number says how much
    requires  what a device must have: "cl_khr_fp16", …, "opencl_c 2.0"; else it is unsupported
    layout    of images, "NHWC" (layouts.py), or of each operand and "output" by name
    lanes     what padding of such a layout holds in operands: "poison", or "zero" if relied on
    finite    promises nothing where an operand holds NaN or infinity
    in_place  overwrites its first operand, of which it is given a copy
    order     "any": adds up in an order that changes from run to run, as atomics do; two runs may
              differ, and each must be within the bound
    accumulate  adds its result to what its output holds
    """

    layer: str
    name: str
    launch: Callable[..., Any]
    source: Path
    supports: Supports | None = None
    gate: str = ""
    bound: Bound | None = None
    height: Height | None = None
    much: bool | int = False
    requires: tuple[str, ...] = ()
    layout: str | Mapping[str, str] = field(default_factory=dict, hash=False)
    lanes: str = "poison"
    finite: bool = False
    in_place: bool = False
    order: str = ""
    accumulate: bool = False

    def place(self, option: str) -> str:
        """Where one of its options is declared, as the beginning of a sentence about it."""
        return f"kernels {self.source}: `{option}` of {self.layer} {self.name!r}"

    def refusal(self, shapes: tuple[Shape | None, ...], attributes: Mapping[str, Any]) -> str:
        """Why the variant does not apply to these operands; empty when it does.

        Raises VariantError when `supports` itself fails, or gives anything but None or a text.
        """
        if self.supports is None:
            return ""
        place = self.place("supports")
        try:
            reason = self.supports(shapes, attributes)
        except Exception as error:  # a stranger's code may raise anything
            raise VariantError(f"{place}: {blame(error, self.source)}") from error
        if reason is not None and not isinstance(reason, str):
            raise VariantError(f"{place} gave {reason!r}, expected None or the reason as a text")
        return reason or ""


def declared_at(variant: Variant) -> str:
    """Where a person finds what the variant says of itself: the file, and the line if known."""
    return defined_at(variant.supports or variant.launch, variant.source)


def defined_at(function: Callable[..., Any], source: Path) -> str:
    """The name of a function's file, and the line if known."""
    code = getattr(function, "__code__", None)
    return source.name + (f", line {code.co_firstlineno}" if code is not None else "")


def variant(
    layer: str,
    name: str,
    supports: Supports | None = None,
    *,
    gate: str = "",
    bound: Bound | None = None,
    height: Height | None = None,
    much: bool | int = False,
    **said: Any,
) -> Callable[[Callable[..., Any]], Variant]:
    """Declare the decorated function as a variant of a layer or chain; SpecError if unknown.

    `said` is what declarations.py knows beside. Raises SpecError for what cannot be meant.
    """
    chain = find_chain(layer)
    if not (isinstance(name, str) and name.isprintable() and 0 < len(name) <= LETTERS):
        raise SpecError(
            f"variant of {layer}: its name is {str(name)[:LETTERS]!r}, "
            f"expected at most {LETTERS} printable letters"
        )
    options = checked_options(f"{layer} {name!r}", (*chain.operands, "output"), **said)
    if options["accumulate"]:
        if chain.dtype != np.float32 or bound is not None:
            why = "its output is an index" if bound is None else "with a bound of its own"
            raise SpecError(f"{layer} {name!r}: cannot accumulate: {why}")
        find_chain(f"{layer}{ADDED}")

    def declare(launch: Callable[..., Any]) -> Variant:
        source = Path(inspect.getfile(launch)).resolve()
        declared = Variant(
            layer, name, launch, source, supports, gate, bound, height, much, **options
        )
        launch.__globals__.setdefault(_DECLARED, []).append(declared)
        return declared

    return declare


def declared_in(module: ModuleType) -> tuple[Variant, ...]:
    """The module's variants, its own in order and then those that it imported."""
    imported = [value for value in vars(module).values() if isinstance(value, Variant)]
    return tuple(dict.fromkeys([*getattr(module, _DECLARED, []), *imported]))


def load_variants(path: Path) -> tuple[Variant, ...]:
    """The variants that a user's Python file declares; VariantError if it cannot be used."""
    found = declared_in(load_module("kernels", path))
    if not found:
        raise VariantError(f"kernels {path}: it declares no @variant")
    refuse_duplicates(path, found)
    return found


def load_files(paths: Iterable[Path]) -> tuple[Variant, ...]:
    """The variants of several files, in their order; VariantError."""
    return tuple(variant for path in paths for variant in load_variants(path))


def load_module(what: str, path: Path) -> ModuleType:
    """A user's Python file as a module; VariantError, which begins with `what` it is to hold."""
    if not path.is_file():
        raise VariantError(f"{what} {path}: there is no such file")
    spec = importlib.util.spec_from_file_location(f"clgold_{what}_{path.stem}", path)
    if path.suffix != ".py" or spec is None or spec.loader is None:
        raise VariantError(f"{what} {path}: expected a Python file that declares variants")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        with contained():
            spec.loader.exec_module(module)
    except TooSlow:
        raise VariantError(f"{what} {path}: not loaded within {SECONDS:g} seconds") from None
    except SyntaxError as error:
        place = f", line {error.lineno}" if error.lineno else ""
        raise VariantError(f"{what} {path}{place}: {error.msg}") from error
    except (Exception, SystemExit) as error:  # whatever the file raises is the user's to see
        raise VariantError(f"{what} {path}: {blame(error, path)}") from error
    return module


def refuse_duplicates(path: Path, variants: Iterable[Variant]) -> None:
    """VariantError when two variants have the same layer and name."""
    seen: set[tuple[str, str]] = set()
    for one in variants:
        if (one.layer, one.name) in seen:
            raise VariantError(f"kernels {path}: declares {one.layer} {one.name!r} twice")
        seen.add((one.layer, one.name))


def accusation(variant: Variant, error: BaseException) -> str:
    """An exception in a variant as a sentence: its file, and the line that led to it."""
    words = blame(error, variant.source)
    if words.startswith("line "):
        return f"{variant.source.name}, {words}"
    return f"{defined_at(variant.launch, variant.source)}: {words}"


def blame(error: BaseException, path: Path) -> str:
    """An exception as a sentence with the last line of the file that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    file = path.resolve()
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == file]
    place = f"line {lines[-1]}: " if lines else ""
    return f"{place}{type(error).__name__}: {error}"
