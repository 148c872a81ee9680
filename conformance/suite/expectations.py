"""Known failures of a device: a TOML file, strict in both directions.

    [[expected]]
    layer = "conv2d"
    variant = "blocked"
    driver = "rusticl"
    probe = "special"
    verdict = "wrong"
    reason = "llvmpipe flushes the sign of NaN …"

What is not listed must pass, and what is listed must fail, in that very way. probe "*" stands for
all. An entry for what does not exist is refused: it would cover nothing, and nobody would know.
"""

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from clgold.device.drivers import NAMES, discover
from clgold.device.variants import Variant
from clgold.golden.probes import PROBES
from clgold.golden.whole import write_whole

from .ledger import Book

HEADER = re.compile(r"^\s*\[\[\s*expected\s*\]\]", re.MULTILINE)
CONTENT = re.compile(r"^(?!\s*#).*\S.*\n?", re.MULTILINE)  # a line that is no comment

FIELDS = ("layer", "variant", "driver", "probe", "verdict", "reason")
FAILURES = (
    *("wrong", "imprecise", "unwritten", "overrun", "input-modified", "nondeterministic"),
    *("crash", "timeout", "build-error", "wrapper-error", "vacuous"),
)


@dataclass(frozen=True)
class Expectation:
    """A variant that fails on a driver with a probe, how, and why."""

    layer: str
    variant: str
    driver: str
    probe: str
    verdict: str
    reason: str

    def covers(self, book: Book) -> bool:
        same = (self.layer, self.variant, self.driver) == (book.layer, book.variant, book.driver)
        return same and self.probe in ("*", book.probe)


def read(path: Path, variants: Collection[Variant]) -> list[Expectation]:
    """The file's entries; ValueError, as a sentence, where it is not such a file."""
    try:
        entries = tomlkit.parse(path.read_text(encoding="utf-8")).unwrap().get("expected", [])
    except (OSError, UnicodeDecodeError, TOMLKitError, RecursionError) as reason:
        raise ValueError(f"expectations {path}: cannot be read: {reason}") from None
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ValueError(f"expectations {path}: its entries must stand under [[expected]]")
    found = []
    for number, entry in enumerate(entries, start=1):
        texts = all(isinstance(value, str) and value.strip() for value in entry.values())
        if set(FIELDS) != set(entry) or not texts:
            raise ValueError(
                f"expectations {path}: entry {number} must have {', '.join(FIELDS)}, each a text"
            )
        if missing := what_is_not_there(entry, variants):
            raise ValueError(f"expectations {path}: entry {number}: there is no {missing}")
        found.append(Expectation(**entry))
    return found


def what_is_not_there(entry: Mapping[str, str], variants: Collection[Variant]) -> str:
    """What an entry names that does not exist; empty where all of it does."""
    of_layer = [one.name for one in variants if one.layer == entry["layer"]]
    drivers = {driver.name for driver in discover()} | set(NAMES.values())
    stem = re.sub(r"-\d+$", "", entry["driver"])  # of several with one name
    if not of_layer:
        return f"layer {entry['layer']!r} here"
    if entry["variant"] not in of_layer:
        return f"variant {entry['variant']!r} of {entry['layer']}, only {', '.join(of_layer)}"
    if not {entry["driver"], stem, stem.removesuffix("-wheel")} & drivers:
        return f"driver {entry['driver']!r}, only {', '.join(sorted(drivers))}"
    if entry["probe"] not in ("*", *PROBES):
        return f"probe {entry['probe']!r}, only *, {', '.join(PROBES)}"
    if entry["verdict"] not in FAILURES:
        return f"failure {entry['verdict']!r}, only {', '.join(FAILURES)}"
    return ""


def unmet(expected: Expectation, book: Book) -> str:
    """Why what a test found is not what was expected of it; empty where it is."""
    if not book.failure:
        return f"{expected.verdict} was expected ({expected.reason}), and it does not fail"
    if book.verdict != expected.verdict:
        return f"{expected.verdict} was expected ({expected.reason}), and it is {book.verdict}"
    return ""


def parts(path: Path) -> list[tuple[Expectation | None, str]]:
    """The file's text cut into entries and what stands between them; ValueError.

    What precedes an entry's header, a comment perhaps, is no part of the entry before it.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        cuts = [0, *(found.start() for found in HEADER.finditer(text)), len(text)]
        if len(tomlkit.parse(text).unwrap().get("expected", [])) != len(cuts) - 2:
            raise ValueError("its entries must stand under [[expected]]")
        pieces = [text[start:end] for start, end in itertools.pairwise(cuts)]
        found: list[tuple[Expectation | None, str]] = [(None, pieces[0])]
        for piece in pieces[1:]:
            (entry,) = tomlkit.parse(piece).unwrap()["expected"]
            end = max(one.end() for one in CONTENT.finditer(piece))
            found += [(Expectation(**entry), piece[:end]), (None, piece[end:])]
        return found
    except (OSError, UnicodeDecodeError, TOMLKitError, TypeError, KeyError, ValueError) as reason:
        raise ValueError(f"expectations {path}: cannot be read: {reason}") from None


def propose(path: Path, books: Sequence[Book]) -> int:
    """Make the file such that the same run passes with it; returns how many entries it has.

    Entries that hold stay as they stand, with their comments and reasons, and so do those that
    none of these tests was about.
    """
    known: list[Expectation] = []
    texts = []
    for entry, text in parts(path):
        if entry is not None:
            if any(unmet(entry, book) for book in books if entry.covers(book)):
                continue
            known.append(entry)
        texts.append(text)
    for book in books:
        if book.failure and not any(one.covers(book) for one in known):
            known.append(proposal(book))
            entry_text = tomlkit.dumps({"expected": [asdict(known[-1])]})
            texts += ["" if not "".join(texts).strip() else "\n", entry_text]
    write_whole(path, "".join(texts).encode())
    return len(known)


def proposal(book: Book) -> Expectation:
    message = book.failure.partition(": ")[2] or book.failure
    return Expectation(book.layer, book.variant, book.driver, book.probe, book.verdict, message)
