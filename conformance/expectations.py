"""Known failures of a device: a TOML file, strict in both directions.

    [[expected]]
    layer = "conv2d"
    variant = "blocked"
    driver = "rusticl"
    probe = "special"
    verdict = "wrong"
    reason = "llvmpipe flushes the sign of NaN …"

What is not listed must pass, and what is listed must fail. probe "*" stands for all.
"""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .assay import Assay
from .ledger import Book

FIELDS = ("layer", "variant", "driver", "probe", "verdict", "reason")


@dataclass(frozen=True)
class Expectation:
    """A variant that fails on a driver with a probe, how, and why."""

    layer: str
    variant: str
    driver: str
    probe: str
    verdict: str
    reason: str

    def covers(self, assay: Assay) -> bool:
        return (
            (self.layer, self.variant) == (assay.variant.layer, assay.variant.name)
            and self.driver == (assay.device or "default").partition(":")[0]
            and self.probe in ("*", assay.probe)
        )


def read(path: Path) -> list[Expectation]:
    """The file's entries; ValueError, as a sentence, where it is not such a file."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("expected", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as reason:
        raise ValueError(f"expectations {path}: cannot be read: {reason}") from None
    found = []
    for number, entry in enumerate(entries, start=1):
        wrong = set(FIELDS) ^ set(entry)
        if wrong or not all(isinstance(v, str) and v.strip() for v in entry.values()):
            raise ValueError(
                f"expectations {path}: entry {number} must have {', '.join(FIELDS)}, each a text"
            )
        found.append(Expectation(**entry))
    return found


def write(path: Path, books: Sequence[Book]) -> int:
    """Propose an entry for every book that failed; returns how many."""
    blocks = []
    for book in books:
        verdict, _, message = book.failure.partition(": ")
        values = (book.layer, book.variant, book.driver, book.probe, verdict, message)
        pairs = zip(FIELDS, values, strict=True)
        blocks.append(
            "[[expected]]\n"
            + "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in pairs)
        )
    path.write_text("\n".join(blocks), encoding="utf-8")
    return len(blocks)
