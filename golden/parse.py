"""Reads a manifest as what anybody may have written: each field is checked before it is used."""

import re
import tomllib
from math import prod
from pathlib import Path
from typing import Any

from clgold.reference.spec import InputError

from .archive import DTYPES, Digest
from .manifest import STORED_LIMIT, VERSION, Change, Fixture, Manifest

LARGEST = 2**24  # bytes of a manifest
MOST = 2**40  # elements of an array, and any other number

IDENTITY = re.compile(r"[a-z0-9_][A-Za-z0-9_+.-]*")
ARCHIVE = re.compile(r"arrays/[a-z0-9_+-]+-[0-9a-f]{12}\.npz")
SHA256 = re.compile(r"[0-9a-f]{64}")


def read_text(path: Path) -> str:
    """The manifest's text; InputError where it cannot be one."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such manifest")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise InputError(f"{path}: larger than {LARGEST} bytes, no manifest")
        return content.decode()
    except OSError as reason:
        raise InputError(f"{path}: cannot be read: {reason.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text") from None


def parse(text: str, where: Path) -> Manifest:
    """The manifest that to_text wrote; InputError, as a sentence, for any other text."""
    try:
        found = tomllib.loads(text)
        version = found.pop("version", None)
        if type(version) is not int or version != VERSION:
            raise InputError(f"{where}: is of version {version!r}, this clgold reads {VERSION}")
        fields("the manifest", found, "generator", "change", "archives", "fixture")
        for group, name in texts("archives", found["archives"]).items():
            matching(f"the archive of {group}", name, ARCHIVE)
        return Manifest(
            whole("generator", found["generator"]),
            tuple(change(one) for one in found["change"]),
            found["archives"],
            fixtures(found["fixture"]),
        )
    except InputError:
        raise
    except (ValueError, TypeError, AttributeError, RecursionError) as reason:
        raise InputError(f"{where}: malformed: {reason}") from None


def fixtures(found: Any) -> dict[str, Fixture]:
    """Every fixture by its name."""
    for name in found:
        matching("fixture", name, IDENTITY)
    return {name: fixture(name, one) for name, one in found.items()}


def fixture(name: str, found: Any) -> Fixture:
    fields(name, found, "case", "why", "inputs", "output", "stored")
    inputs = [named_digest(name, one) for one in found["inputs"]]
    output = named_digest(name, found["output"])[1]
    stored = found["stored"]
    if type(stored) is not bool:
        raise ValueError(f"{name}: stored is {stored!r}, expected true or false")
    if stored and output.nbytes > STORED_LIMIT:
        size = f"{output.nbytes} bytes, more than the {STORED_LIMIT} of a stored one"
        raise ValueError(f"{name}: its output of shape {output.shape} takes {size}")
    case, why = (words(f"{name}: {key}", found[key]) for key in ("case", "why"))
    return Fixture(case, why, dict(inputs), output, stored)


def named_digest(owner: str, found: Any) -> tuple[str, Digest]:
    fields(owner, found, "name", "dtype", "shape", "sha256")
    if found["dtype"] not in DTYPES:
        raise ValueError(f"{owner}: dtype {found['dtype']!r}, expected {' or '.join(DTYPES)}")
    shape = tuple(whole(f"{owner}: a length", length) for length in found["shape"])
    if len(shape) > 8 or prod(shape) > MOST:
        raise ValueError(f"{owner}: an array cannot have the shape {shape}")
    sha256 = matching(f"{owner}: sha256", found["sha256"], SHA256)
    return words(f"{owner}: name", found["name"]), Digest(found["dtype"], shape, sha256)


def change(found: Any) -> Change:
    fields("change", found, "reason", "fixtures", "computed_by")
    reason, computed_by = (words(key, found[key]) for key in ("reason", "computed_by"))
    return Change(reason, whole("fixtures", found["fixtures"]), computed_by)


def fields(owner: str, found: Any, *expected: str) -> None:
    """Refuse a table that has not these fields, and no others."""
    if not isinstance(found, dict):
        raise ValueError(f"{owner} is {type(found).__name__}, expected a table")
    for name in (*found, *expected):
        if name not in expected:
            raise ValueError(f"{owner}: has an unknown field {name!r}")
        if name not in found:
            raise ValueError(f"{owner}: has no field {name!r}")


def texts(owner: str, found: Any) -> dict[str, str]:
    if not isinstance(found, dict):
        raise ValueError(f"{owner} is {type(found).__name__}, expected a table")
    return {key: words(f"{owner}: {key}", value) for key, value in found.items()}


def words(owner: str, found: Any) -> str:
    if not isinstance(found, str):
        raise ValueError(f"{owner} is {found!r}, expected text")
    return found


def matching(owner: str, found: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise ValueError(f"{owner} is {found!r}, expected to match {pattern.pattern}")
    return found


def whole(owner: str, found: Any) -> int:
    if type(found) is not int or not 0 <= found <= MOST:
        raise ValueError(f"{owner} is {found!r}, expected a whole number up to {MOST}")
    return found
