"""The list of a campaign: a case a line, with the driver and the variant that it is for.

    DRIVER <tab> VARIANT <tab> CASE

What begins with # is a comment.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clgold.device.variants import Variant
from clgold.golden.cases import Case, fixed_cases, parse_case
from clgold.golden.tiers import judged_cases
from clgold.golden.whole import writable, write_whole
from clgold.reference import SpecError
from clgold.reference.spec import InputError

EFFORTS = ("quick", "standard")  # the fixtures' cases, or all that `clgold verify LAYER` runs
MOST = 2**28  # bytes of a list: 10⁶ lines and more


@dataclass(frozen=True)
class Item:
    """A line of the list."""

    driver: str
    variant: str
    case: str

    def __str__(self) -> str:
        return f"{self.driver}\t{self.variant}\t{self.case}"


def planned(
    variants: Sequence[Variant],
    drivers: Sequence[str],
    seeds: Sequence[int],
    probes: Sequence[str],
    effort: str,
) -> Iterator[Item]:
    """Every variant on every driver: the cases of its layer for every seed, each once."""
    for variant in variants:
        cases: dict[str, Case] = {}
        for seed in seeds:
            some = judged_cases if effort == "standard" else fixed_cases
            # Seeds of a layer's cases follow on one another: those of the next begin far behind.
            cases |= {str(one): one for one in some(variant.layer, 1000 * seed)}
        for line, case in cases.items():
            if not probes or case.probe in probes:
                yield from (Item(driver, variant.name, line) for driver in drivers)


def read_list(path: Path, variants: Iterable[Variant]) -> list[Item]:
    """The items of a list; InputError, with the line's number, for what is none."""
    known = {(one.layer, one.name) for one in variants}
    try:
        if path.stat().st_size > MOST:
            raise InputError(f"campaign {path}: larger than {MOST} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise InputError(f"campaign {path}: cannot be read: {reason}") from None
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.startswith("#"):
            found.append(read_line(f"campaign {path}, line {number}", line, known))
    if not found:
        raise InputError(f"campaign {path}: has no cases")
    return list(dict.fromkeys(found))


def read_line(where: str, line: str, known: set[tuple[str, str]]) -> Item:
    """The item of a line; InputError."""
    parts = line.split("\t")
    if len(parts) != 3:
        raise InputError(f"{where}: expected a driver, a variant and a case, between tabs")
    try:
        case = parse_case(parts[2])
    except (SpecError, InputError) as reason:
        raise InputError(f"{where}: {reason}") from None
    if (case.layer, parts[1]) not in known:
        raise InputError(f"{where}: there is no variant {parts[1]!r} of {case.layer} here")
    return Item(parts[0].strip(), parts[1], str(case))


def write_list(path: Path, items: list[Item]) -> None:
    """The list as a file, whole."""
    with writable(f"campaign plan {path}:"):
        write_whole(path, "".join(f"{one}\n" for one in items).encode())
