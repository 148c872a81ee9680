"""Kernels that stand in no file of their own: texts, several parts, templates with values."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def is_text(part: str) -> bool:
    """Whether it is source, and not the name of a file."""
    return "\n" in part or "__kernel" in part or "kernel " in part


def joined(folder: Path, parts: tuple[str, ...], values: Mapping[str, Any]) -> str:
    """The parts one after another, {{name}} replaced by its value; ValueError, a sentence."""
    texts = []
    for part in parts:
        if is_text(part):
            texts.append(part)
        else:
            try:
                texts.append((folder / part).read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as reason:
                raise ValueError(f"source {part}: cannot be read: {reason}") from None
    text = "\n".join(texts)
    missing = sorted({name for name in PLACE.findall(text) if name not in values})
    if values and missing:
        raise ValueError(f"source: no value is given for {{{{{missing[0]}}}}}")
    return PLACE.sub(lambda found: str(values[found[1]]), text) if values else text


def written(cache: Path, stem: str, text: str) -> Path:
    """A file with that text, under a name that its content determines."""
    digits = hashlib.sha256(text.encode()).hexdigest()[:12]
    path = cache / "sources" / f"{stem}-{digits}.cl"
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path
