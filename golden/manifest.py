"""The manifest: every fixture with what it is made from and the digests of what it is made of.

The same text for the same fixtures. docs/golden.md describes every field; parse.py reads it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .archive import Digest

VERSION = 1  # of the manifest's format
GENERATOR = 1  # of what makes the inputs: probes, shapes, weights, images
STORED_LIMIT = 4096  # bytes of an output that is stored, and not only digested

TITLE = "# Golden fixtures, written by `clgold golden regenerate`; docs/golden.md explains them.\n"


@dataclass(frozen=True)
class Fixture:
    """What is recorded of a fixture. `stored`: whether an archive holds its output."""

    case: str
    why: str
    inputs: Mapping[str, Digest]
    output: Digest
    stored: bool


@dataclass(frozen=True)
class Change:
    """Why fixtures changed, how many, and by what they were computed, for information alone."""

    reason: str
    fixtures: int
    computed_by: str


@dataclass(frozen=True)
class Manifest:
    """fixtures by name; archives by group, as paths from the manifest's folder."""

    generator: int = GENERATOR
    changes: tuple[Change, ...] = ()
    archives: Mapping[str, str] = field(default_factory=dict)
    fixtures: Mapping[str, Fixture] = field(default_factory=dict)


def to_text(manifest: Manifest) -> str:
    """The manifest as TOML."""
    parts = [TITLE + f"version = {VERSION}\ngenerator = {manifest.generator}\n"]
    for change in manifest.changes:
        parts.append(f"[[change]]\n{pairs(vars(change))}")
    parts.append(f"[archives]\n{pairs(manifest.archives)}")
    parts += [entry(name, fixture) for name, fixture in manifest.fixtures.items()]
    return "\n".join(parts)


def entry(name: str, fixture: Fixture) -> str:
    """A fixture as TOML."""
    inputs = "".join(f"    {inline(k, one)},\n" for k, one in fixture.inputs.items())
    return (
        f"[fixture.{quoted(name)}]\n{pairs({'case': fixture.case, 'why': fixture.why})}"
        f"inputs = [\n{inputs}]\noutput = {inline('output', fixture.output)}\n"
        f"stored = {str(fixture.stored).lower()}\n"
    )


def pairs(values: Mapping[str, Any]) -> str:
    return "".join(f"{bare(key)} = {quoted(value)}\n" for key, value in values.items())


def quoted(value: str | int) -> str:
    """A TOML string, or a number as it is."""
    return json.dumps(value, ensure_ascii=False)


def bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)


def inline(name: str, one: Digest) -> str:
    shape = ", ".join(map(str, one.shape))
    known = f'name = {quoted(name)}, dtype = "{one.dtype}", shape = [{shape}]'
    return f'{{ {known}, sha256 = "{one.sha256}" }}'
