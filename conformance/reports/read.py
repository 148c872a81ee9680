"""Reads reports that anybody may have written; what is wrong with one is a sentence."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from clgold.golden.distrust import distrusted
from clgold.reference.spec import InputError

from .points import Point, points
from .schema import VERSION, Report

LEDGER = "ledger.jsonl"
MOST = 2**28  # bytes: 10⁶ cases


@dataclass(frozen=True)
class Loaded:
    """A report, where it stands, and what it has judged."""

    path: Path
    report: Report
    points: tuple[Point, ...]


def load(path: Path) -> Loaded:
    """The report in a file, or of a campaign in a folder; InputError where there is none."""
    if path.is_dir():
        return load_ledger(path)
    content = read_bytes(path)
    with distrusted(f"{path}: is no report"):
        report = msgspec.json.decode(content, type=Report)
    return Loaded(path, report, tuple(points(report)))


def load_ledger(folder: Path) -> Loaded:
    """The report of a campaign; a last line that has no end is not read."""
    content = limited(folder / LEDGER)
    with distrusted(f"{folder / LEDGER}: is no ledger"):
        lines = [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
        runs = [one for one in lines if one["kind"] == "run"]
        cases = [one for one in lines if one["kind"] == "case"]
        devices = {json.dumps(one): one for one in lines if one["kind"] == "device"}
        seconds = sum(one["seconds"] or 0.0 for one in cases)
        kept = {"kind": "campaign", "seconds": seconds, "devices": [*devices.values()]}
        report = msgspec.convert({**runs[-1], **kept, "cases": cases}, Report)
    return Loaded(folder, report, tuple(points(report)))


def load_all(paths: Sequence[Path]) -> list[Loaded]:
    return [load(path) for path in paths]


def limited(path: Path) -> bytes:
    """What is in a file that is not too large; InputError."""
    try:
        if path.stat().st_size > MOST:
            raise InputError(f"{path}: larger than {MOST} bytes, which is no report")
        return path.read_bytes()
    except OSError as reason:
        raise InputError(f"{path}: cannot be read: {reason.strerror}") from None


def read_bytes(path: Path) -> bytes:
    """What is in the file; InputError where it cannot be read, or says that it is another's."""
    content = limited(path)
    with distrusted(f"{path}: is no JSON"):
        found = json.loads(content)
    version = found.get("schema") if isinstance(found, dict) else None
    if version != VERSION:
        said = "is no report of clgold" if version is None else f"has the schema {version!r}"
        raise InputError(f"{path}: {said}, expected a JSON report with the schema {VERSION!r}")
    return content
