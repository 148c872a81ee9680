"""Edits of what is done when: statements, conditions, barriers, the bounds of loops."""

from collections.abc import Iterator

from .edit import Edit
from .tokens import TYPES, Function, partner, partner_before, stretch

ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "(", "[", "{", ",", ";", ":", "return"])
TERM = frozenset(["&&", "||", "?", ":", ";", ",", "=", "return"])
KEPT = frozenset(
    [
        "const",
        "for",
        "if",
        "else",
        "return",
        "enum",
        "typedef",
        "__global",
        "__local",
        "barrier",
        "while",
        "do",
    ]
)


def statements(text: str, function: Function) -> Iterator[Edit]:
    """A statement left out that declares nothing."""
    tokens = function.tokens
    for k in function.inside:
        begin = begins_statement(function, k)
        if begin and tokens[k].kind == "name" and tokens[k].text not in KEPT | TYPES:
            stop = stretch(tokens, k, 1, frozenset(";"))
            yield Edit("statement", tokens[k].start, tokens[stop].end, "")


def begins_statement(function: Function, k: int) -> bool:
    """Whether a statement begins there: after another, or after a condition."""
    tokens = function.tokens
    before = tokens[k - 1].text
    if before in ("{", "}", "else"):
        return True
    if before == ";":
        return not function.in_header(k)
    return before == ")" and tokens[partner_before(tokens, k - 1) - 1].text in ("for", "if")


def conditions(text: str, function: Function) -> Iterator[Edit]:
    """A condition that is always or never true, inverted, or of half its parts."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].text == "if":
            stop = partner(tokens, k + 1)
            for new in ("(1)", "(0)"):
                yield Edit("condition", tokens[k + 1].start, tokens[stop].end, new)
        if tokens[k].text == "?":
            begin = stretch(tokens, k, -1, ASSIGNMENTS)
            condition = text[tokens[begin].start : tokens[k - 1].end]
            for new in (f"!({condition})", "1", "0"):
                yield Edit("condition", tokens[begin].start, tokens[k - 1].end, new)
        if tokens[k].text in ("&&", "||"):
            begin, stop = stretch(tokens, k, -1, TERM), stretch(tokens, k, 1, TERM)
            yield Edit("condition", tokens[begin].start, tokens[k].end, "")
            yield Edit("condition", tokens[k].start, tokens[stop].end, "")


def barriers(text: str, function: Function) -> Iterator[Edit]:
    """A barrier left out."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].text == "barrier":
            yield Edit("barrier", tokens[k].start, tokens[partner(tokens, k + 1)].end, "")


def bounds(text: str, function: Function) -> Iterator[Edit]:
    """A loop that begins or ends one early or late, or takes other steps."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].text != "for":
            continue
        close = partner(tokens, k + 1)
        first, second = (j for j in range(k, close) if tokens[j].text == ";")
        for place in (tokens[first - 1].end, tokens[second - 1].end):
            for shift in (" - 1", " + 1"):
                yield Edit("bound", place, place, shift)
        step = text[tokens[second + 1].start : tokens[close - 1].end]
        new = f"{step.removeprefix('++')} += 2" if step.startswith("++") else f"{step} + 1"
        yield Edit("bound", tokens[second + 1].start, tokens[close - 1].end, new)
