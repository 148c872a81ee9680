"""Holds a report to the schema that is shipped."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from clgold.conformance.reports import schema
from clgold.conformance.reports.read import load

SHIPPED = Path(schema.__file__).with_name("report.schema.json")


def published(path: Path) -> Any:
    """The report in a file, or a campaign's folder, which is valid and holds nothing undeclared."""
    found = msgspec.to_builtins(load(path).report)
    jsonschema.validate(found, json.loads(SHIPPED.read_text(encoding="utf-8")))
    assert path.is_dir() or json.loads(path.read_text(encoding="utf-8")) == found
    return found
