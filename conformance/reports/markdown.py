"""Reports as Markdown, for the summary of a CI: less than 1 MiB, which is what these take."""

import re
from collections.abc import Iterator, Sequence

from clgold.golden.distrust import printable

from .matrix import Cell, Failure, drivers, failures, matrix
from .page import devices, overall, share
from .points import command_text
from .read import Loaded

LIMIT = 2**20 - 4096  # bytes
SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$@]|(?<=:)/(?=/))")
LETTERS = 500  # of a text that somebody reads


def markdown(reports: Sequence[Loaded]) -> str:
    """The text; what does not fit is counted."""
    found = [point for one in reports for point in one.points]
    failed, rows = failures(found), matrix(found)
    count = sum(one.failed for one in found)
    lines = [f"# clgold: {overall(found)}", "", f"{len(found)} judged, {count} failed.", ""]
    for one in devices(reports):
        lines.append(f"- **{words(one.driver)}**: {words(one.name)}, {words(one.platform_version)}")
    lines += [f"- {coded(command_text(one.report.command))}, {run(one)}" for one in reports]
    kept, left = fitting((failure_text(one) for one in failed), LIMIT // 2)
    lines += ["", *(["## Failures", ""] if kept else []), *kept]
    lines += [f"{left} more failures are left out.", ""] if left else []
    columns = drivers(found)
    if rows:
        lines += ["## Layer × variant × driver", ""]
        lines.append(f"| layer | variant | {' | '.join(map(words, columns))} |")
        lines.append("|---|---|" + "---|" * len(columns))
        texts = (
            f"| {words(row.layer)} | {words(row.variant)} | {' | '.join(map(cell, row.cells))} |"
            for row in rows
        )
        kept, left = fitting(texts, LIMIT - size(lines))
        lines += kept
        lines += ["", f"{left} more rows are left out."] if left else []
    return "\n".join(lines) + "\n"


def run(one: Loaded) -> str:
    report = one.report
    return f"clgold {words(report.clgold)}, {words(report.began)}, {report.seconds:.3g} s"


def cell(one: Cell | None) -> str:
    """A verdict, and the largest share of a bound."""
    if one is None:
        return ""
    mark = {"pass": "✅", "fail": "❌", "known": "⚠️"}.get(one.standing, "➖")
    return f"{mark} {words(one.verdict)}" + (f" {share(one.most)}" if one.budgets else "")


def failure_text(one: Failure) -> str:
    """What failed, why, and how to see it again."""
    point = one.shown
    lines = [f"### {words(point.layer)} {words(point.variant)}: {words(point.verdict)}", ""]
    lines.append(
        f"on {words(', '.join(one.drivers))}, at {coded(point.place)}: {words(point.message)}"
    )
    lines += ["", *(f"- {words(said)}" for said in point.says)]
    if point.replay:
        lines += ["", *fenced(point.replay)]
    if one.count > 1:
        lines += ["", f"{one.count - 1} more fail alike."]
    return "\n".join([*lines, ""])


def fitting(texts: Iterator[str], room: int) -> tuple[list[str], int]:
    """The texts that there is room for, and how many are left."""
    kept: list[str] = []
    left = 0
    for text in texts:
        room -= size([text])
        if room < 0:
            left += 1
        else:
            kept.append(text)
    return kept, left


def size(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def one_line(text: str, most: int) -> str:
    return printable(" ".join(text.split()), most)


def words(text: str) -> str:
    """The text with what Markdown reads as markup taken literally."""
    return SPECIAL.sub(r"\\\1", one_line(text, LETTERS))


def coded(text: str) -> str:
    """The text as code."""
    plain = one_line(text, LETTERS).replace("|", "¦")
    fence = "`" * (1 + max(map(len, re.findall("`+", plain)), default=0))
    return f"{fence} {plain} {fence}" if len(fence) > 1 else f"`{plain}`"


def fenced(text: str) -> list[str]:
    """A block of code of one line."""
    plain = one_line(text, 4 * LETTERS)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", plain)), default=0))
    return [fence, plain, fence]
