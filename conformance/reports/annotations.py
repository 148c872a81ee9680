"""Failures as GitHub's annotations, each at the line of the kernel that fails.

    ::error file=kernels/mine.cl,line=7,title=relu 'mine' on pocl::wrong: …

Where a kernel stands is read from the files that the report's command names, and nothing of them is
run: the function that declares the variant, and the kernel whose file and name it gives.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

from clgold.golden.distrust import printable

from .points import Point
from .read import Loaded

LARGEST = 2**20  # bytes of a source
LONGEST = 1000  # letters of a message


@dataclass(frozen=True)
class Place:
    """A line of a file."""

    path: Path
    line: int


def annotations(found: Sequence[Loaded]) -> list[str]:
    """One for each variant that fails on a driver, with its first failure."""
    return [
        annotation(failing, place_of(sources(one.report.command), failing[0]))
        for one in found
        for failing in by_variant(one.points)
    ]


def by_variant(points: Sequence[Point]) -> Iterator[list[Point]]:
    """The failures, those of a variant on a driver together."""

    def key(point: Point) -> tuple[str, str, str]:
        return point.layer, point.variant, point.driver

    failed = sorted((point for point in points if point.failed), key=key)
    return (list(group) for _, group in groupby(failed, key))


def annotation(failing: Sequence[Point], place: Place | None) -> str:
    first = failing[0]
    further = f"; {len(failing) - 1} more fail" if len(failing) > 1 else ""
    words = f"{first.verdict}: {first.message} ({first.place}{further})"
    lines = [words, *first.says, *filter(None, [first.replay])]
    properties = {"title": f"{first.layer} {first.variant!r} on {first.driver}"}
    if place is not None:
        properties = {"file": shown(place.path), "line": str(place.line), **properties}
    told = ",".join(f"{name}={escaped(text, ':,')}" for name, text in properties.items())
    message = "\n".join(printable(line, LONGEST) for line in lines)
    return f"::error {told}::{escaped(message)}"


def escaped(text: str, more: str = "") -> str:
    """The text without what ends a command of GitHub's, or one of its properties."""
    return "".join(f"%{ord(c):02X}" if c in f"%\r\n{more}" else c for c in printable(text))


def shown(path: Path) -> str:
    """The path as the repository has it, where the working folder is its root."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def sources(command: Sequence[str]) -> list[Path]:
    """The files of kernels that a command names, as --kernels FILE or --kernels=FILE."""
    behind = [word for flag, word in pairwise(command) if flag == "--kernels"]
    joined = [word.partition("=")[2] for word in command if word.startswith("--kernels=")]
    return [Path(word).absolute() for word in (*behind, *joined)]


def place_of(files: Sequence[Path], point: Point) -> Place | None:
    """Where the variant's kernel stands, else the variant; None where that is not found."""
    for path in files:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef) and declares(node, point.layer, point.variant):
                return kernel_of(path, node) or Place(path, node.lineno)
    return None


def parsed(path: Path) -> ast.Module:
    """The file's syntax; empty where it has none."""
    try:
        return ast.parse(text_of(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def text_of(path: Path) -> str:
    """What is in a file of a reasonable size; empty where it cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def declares(node: ast.FunctionDef, layer: str, variant: str) -> bool:
    """Whether the function is decorated by `@variant(layer, variant, …)`."""
    calls = (one for one in node.decorator_list if isinstance(one, ast.Call))
    return any(words(one)[:2] == [layer, variant] for one in calls)


def words(node: ast.AST) -> list[str]:
    """The texts in a part of a program."""
    constants = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return [one for one in constants if isinstance(one, str)]


def kernel_of(path: Path, node: ast.FunctionDef) -> Place | None:
    """The kernel whose file and name stand in the function."""
    known = words(node)
    for file in (path.parent / word for word in known if word.endswith(".cl")):
        for number, line in enumerate(text_of(file).splitlines(), start=1):
            found = re.search(r"\bkernel\b|\b__kernel\b", line)
            names = re.findall(r"\b(\w+)\s*\(", line)
            if found and any(name in known for name in names):
                return Place(file, number)
    return None
