"""What came of the kernels, in the tables of docs/detection.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .mutants import listed
from .rules import RULES

Record = Mapping[str, Any]
STAGES = ("verify", "draws", "simulator")
NO_CAUSE = "no known convention"
MISNAMED = Path(__file__).with_name("misnamed.toml")


def valid(records: Iterable[Record]) -> dict[str, dict[str, Record]]:
    """By mutant its record of each stage; without those that no compiler takes."""
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    for one in records:
        found[one["mutant"]][one["stage"]] = one
    return {m: s for m, s in found.items() if s["verify"]["verdict"] != "build-error"}


def killer(stages: Mapping[str, Record]) -> str:
    """The stage that rejects it; "survive" where none does."""
    return next((s for s in STAGES if s in stages and stages[s]["verdict"]), "survive")


def by_file(mutants: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """How many each stage rejects, file by file."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for stages in mutants.values():
        for file in (stages["verify"]["file"], "all"):
            rows[file].update(["valid", killer(stages)])
    columns = ("valid", *STAGES, "survive")
    order = [*sorted(file for file in rows if file != "all"), "all"]
    body = [[file, *(rows[file][name] or "" for name in columns)] for file in order if file in rows]
    return markdown(["file", *columns], body)


def by_kind(mutants: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """Kinds of edits, and the verdicts that they get."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for stages in mutants.values():
        where = killer(stages)
        verdict = stages[where]["verdict"] if where in stages else "survive"
        rows[stages["verify"]["kind"].split()[0]].update(["valid", verdict])
    names = Counter(name for row in rows.values() for name in row.elements() if name != "valid")
    columns = ["valid", *(name for name, _ in names.most_common())]
    body = [[kind, *(row[name] or "" for name in columns)] for kind, row in sorted(rows.items())]
    return markdown(["edit", *columns], body)


def by_rule(mutants: Mapping[str, Mapping[str, Record]], honest: Sequence[Record]) -> list[str]:
    """Of the same outputs, what each rule lets pass and rejects."""
    seen = [s["verify"] for s in mutants.values() if s["verify"]["outputs"]]
    right = [one for one in honest if one["outputs"]]
    body = [
        [
            rule,
            f"{sum(rule not in one['rejecting'] for one in seen)} of {len(seen)}",
            f"{sum(rule in one['rejecting'] for one in right)} of {len(right)}",
        ]
        for rule in RULES
    ]
    passed = sum(not one["verdict"] for one in seen)
    rejected = sum(bool(one["verdict"]) for one in right)
    body.append(["clgold verify", f"{passed} of {len(seen)}", f"{rejected} of {len(right)}"])
    return markdown(["rule", "wrong kernels passed", "right kernels rejected"], body)


def by_cause(mutants: Mapping[str, Mapping[str, Record]]) -> list[str]:
    """Every cause that verify names, with its mutant, and what it should have been if wrong."""
    body, wrong = [], listed(MISNAMED)
    for name, stages in sorted(mutants.items()):
        says = [line for line in stages["verify"]["cause"] if line.startswith("cause: ")]
        if says and NO_CAUSE not in says[0]:
            said = says[0].removeprefix("cause: ")
            body.append([f"`{name}`".replace("|", "\\|"), said, wrong.get(name, "")])
    return markdown(["mutant", "cause", "wrong: it is"], body)


def markdown(headings: Sequence[str], body: Iterable[Sequence[Any]]) -> list[str]:
    rows = [list(map(str, row)) for row in body]
    return [f"| {' | '.join(row)} |" for row in (headings, ["---"] * len(headings), *rows)]


def summary(mutants: Mapping[str, Mapping[str, Record]]) -> str:
    """One line: what is left after each stage."""
    where = Counter(map(killer, mutants.values()))
    total, killed, parts = max(len(mutants), 1), 0, []
    for stage in STAGES:
        killed += where[stage]
        parts.append(f"{stage} {killed} ({100 * killed / total:.2f} %)")
    compared = [s["verify"] for s in mutants.values() if s["verify"]["cause"]]
    named = sum(NO_CAUSE not in " ".join(one["cause"]) for one in compared)
    return (
        f"{len(mutants)} valid mutants; killed, one stage after another: {', '.join(parts)}. "
        f"A cause is named for {named} of {len(compared)} whose outputs are wrong."
    )


def survivors(mutants: Mapping[str, Mapping[str, Record]]) -> list[str]:
    return [name for name, stages in sorted(mutants.items()) if killer(stages) == "survive"]
