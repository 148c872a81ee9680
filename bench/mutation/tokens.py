"""OpenCL C as a list of tokens, and the functions in it; comments and directives are left alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

PATTERN = re.compile(
    r"(?P<space>//[^\n]*|/\*.*?\*/|^[ \t]*#[^\n]*|\s+)"
    r"|(?P<number>(\d+\.\d*|\d+)([eE][-+]?\d+)?f?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\+\+|--|<<|>>|[<>=!+*/%|&-]=|&&|\|\||->|.)",
    re.M | re.S,
)
TYPES = frozenset(
    [
        "void",
        "char",
        "int",
        "uint",
        "float",
        "double",
        "size_t",
        "floatv",
        "float2",
        "half",
        "ushort",
    ]
)
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


Tokens = Sequence[Token]


@dataclass(frozen=True)
class Function:
    """A function's tokens, parameters and braces included; `body` is the place of its brace."""

    name: str
    tokens: Tokens
    body: int

    @property
    def inside(self) -> range:
        """The places between its braces."""
        return range(self.body + 1, len(self.tokens) - 1)

    def in_header(self, place: int) -> bool:
        """Whether the place is in a round bracket."""
        depth = 0
        for token in self.tokens[self.body : place]:
            depth += (token.text == "(") - (token.text == ")")
        return depth > 0


@cache
def tokens_of(text: str) -> Tokens:
    """The tokens of a file's text, which is asked for again for each function that is changed."""
    found = []
    for match in PATTERN.finditer(text):
        kind = match.lastgroup
        if kind is not None and kind != "space":
            found.append(Token(kind, match.group(), *match.span()))
    return tuple(found)


def functions(text: str) -> Iterator[Function]:
    """The functions of a file in order."""
    tokens, place = tokens_of(text), 0
    while place < len(tokens):
        if tokens[place].text == "{":
            stop = partner(tokens, place)
            if tokens[place - 1].text == ")":
                opening = partner_before(tokens, place - 1)
                begin = opening - 1
                while begin and tokens[begin - 1].text not in "};":
                    begin -= 1
                inside = tokens[begin : stop + 1]
                yield Function(tokens[opening - 1].text, inside, place - begin)
            place = stop
        place += 1


def partner(tokens: Tokens, place: int) -> int:
    """Where the bracket that opens at `place` closes."""
    depth = 0
    for k in range(place, len(tokens)):
        depth += (tokens[k].text in OPENING) - (tokens[k].text in CLOSING)
        if depth == 0:
            return k
    raise ValueError(f"a bracket at {tokens[place].start} is never closed")


def partner_before(tokens: Tokens, place: int) -> int:
    """Where the bracket that closes at `place` opens."""
    depth = 0
    for k in range(place, -1, -1):
        depth += (tokens[k].text in CLOSING) - (tokens[k].text in OPENING)
        if depth == 0:
            return k
    raise ValueError(f"a bracket at {tokens[place].start} is never opened")


def ends_operand(tokens: Tokens, place: int) -> bool:
    """Whether what stands there ends an operand, so that a sign after it is a binary one."""
    token = tokens[place]
    if token.text == ")":
        return not is_cast(tokens, partner_before(tokens, place))
    return token.text == "]" or (token.kind != "sign" and token.text not in TYPES | {"return"})


def is_cast(tokens: Tokens, place: int) -> bool:
    """Whether a cast opens there."""
    inside = tokens[place + 1 : partner(tokens, place)]
    types = TYPES | {"const", "__global", "__local", "*"}
    return bool(inside) and all(token.text in types for token in inside)


def operand_end(tokens: Tokens, place: int) -> int:
    """The place after the operand that begins there: a name, a number, a call, an element."""
    while tokens[place].text in "-!*&" or (tokens[place].text == "(" and is_cast(tokens, place)):
        place = partner(tokens, place) + 1 if tokens[place].text == "(" else place + 1
    if tokens[place].text == "(":
        place = partner(tokens, place)
    place += 1
    while tokens[place].text in "([" or tokens[place].text in ("->", "."):
        place = partner(tokens, place) + 1 if tokens[place].text in "([" else place + 2
    return place


def stretch(tokens: Tokens, place: int, step: int, stops: frozenset[str]) -> int:
    """The last place that belongs to the expression of `place`, forwards or backwards."""
    opening, closing = (OPENING, CLOSING) if step > 0 else (CLOSING, OPENING)
    depth = 0
    while True:
        text = tokens[place + step].text
        depth += (text in opening) - (text in closing)
        if depth < 0 or (depth == 0 and text in stops and text not in closing):
            return place
        place += step
