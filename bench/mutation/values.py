"""Edits of what is computed: operators, operands, numbers, names and indices, functions, starts."""

from collections.abc import Iterator
from itertools import pairwise

from .edit import Edit
from .tokens import TYPES, Function, ends_operand, operand_end, partner, stretch

OPERATORS = {
    "+": "-",
    "-": "+",
    "*": "+ /",
    "/": "*",
    "%": "/",
    "<": "<= >",
    "<=": "< >=",
    ">": ">= <",
    ">=": "> <=",
    "==": "!=",
    "!=": "==",
    "&&": "||",
    "||": "&&",
    "+=": "-= =",
    "-=": "+=",
    "*=": "/=",
    "/=": "*=",
}
FUNCTIONS = {
    "fmax": "fmin",
    "fmin": "fmax",
    "max": "min",
    "min": "max",
    "nan_max": "fmax",
    "group_max": "group_sum",
    "group_sum": "group_max",
    "max_of_lanes": "sum_of_lanes",
    "sum_of_lanes": "max_of_lanes",
    "exp": "exp2 expm1",
    "expm1": "exp exp2",
    "log": "log2 log1p",
    "sqrt": "rsqrt",
    "pow": "fmax",
    "tanh": "erf sin",
    "floor": "ceil trunc",
    "rint": "round floor",
    "fmod": "remainder",
    "fabs": "-",
    "isnan": "isinf",
}
NUMBERS = {"0.0f": "1.0f", "1.0f": "0.0f 2.0f", "2.0f": "1.0f", "0.5f": "1.0f 0.25f"}
STARTS = ("0.0f", "-INFINITY", "-FLT_MAX", "FLT_MIN")
CHAIN = frozenset(",;")
FIELDS = [
    "C",
    "H",
    "W",
    "M",
    "KH",
    "KW",
    "stride_h",
    "stride_w",
    "pad_top",
    "pad_left",
    "dilation_h",
    "dilation_w",
    "groups",
]


def operators(text: str, function: Function) -> Iterator[Edit]:
    """Another operator between two operands."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].text in OPERATORS and ends_operand(tokens, k - 1):
            for new in OPERATORS[tokens[k].text].split():
                yield Edit("operator", tokens[k].start, tokens[k].end, new)


def dropped(text: str, function: Function) -> Iterator[Edit]:
    """One of two operands alone."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].text in ("+", "-", "*", "/", "%") and ends_operand(tokens, k - 1):
            stop = tokens[operand_end(tokens, k + 1) - 1].end
            yield Edit("operand", tokens[k].start, stop, "")


def constants(text: str, function: Function) -> Iterator[Edit]:
    """Another number."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].kind != "number":
            continue
        number = tokens[k].text
        if number.isdigit():
            news = [str(int(number) + 1), *([str(int(number) - 1)] if int(number) else [])]
        else:
            news = NUMBERS.get(number, "0.0f").split()
        for new in news:
            yield Edit("constant", tokens[k].start, tokens[k].end, new)


def declared(function: Function) -> list[tuple[str, str, int]]:
    """(name, type, place) of parameters and variables that are no pointers, in order."""
    tokens, found = function.tokens, []
    for k, (one, two) in enumerate(pairwise(tokens)):
        if one.text in TYPES and two.kind == "name":
            found.append((two.text, one.text, k + 1))
            while (
                k > function.body and tokens[stop := stretch(tokens, k, 1, CHAIN) + 1].text == ","
            ):
                if tokens[stop + 1].kind != "name":
                    break
                found.append((tokens[stop + 1].text, one.text, stop + 1))
                k = stop + 1
    return found


def indices(text: str, function: Function) -> Iterator[Edit]:
    """A neighbour among the names of one type for a name; an index one further or one before."""
    tokens, known = function.tokens, declared(function)
    places = {place for _, _, place in known}
    for k in function.inside:
        for name, kind, _ in known:
            if tokens[k].text == name and k not in places and tokens[k - 1].text not in ("->", "."):
                names = [n for n, t, place in known if t == kind and place < k]
                at = names.index(name) if name in names else 0
                for other in (at - 1, at + 1):
                    if 0 <= other < len(names) and names[other] != name:
                        yield Edit("index", tokens[k].start, tokens[k].end, names[other])
                break
        if (
            tokens[k].text == "["
            and ends_operand(tokens, k - 1)
            and tokens[k - 2].text not in TYPES
        ):
            for shift in (" + 1", " - 1"):
                place = tokens[partner(tokens, k)].start
                yield Edit("index", place, place, shift)
        if tokens[k].text == "->":
            yield from members(function, k)


def members(function: Function, k: int) -> Iterator[Edit]:
    """A neighbour among a structure's members."""
    name = function.tokens[k + 1]
    for other in (-1, 1):
        place = FIELDS.index(name.text) + other if name.text in FIELDS else -1
        if 0 <= place < len(FIELDS):
            yield Edit("index", name.start, name.end, FIELDS[place])


def starts(text: str, function: Function) -> Iterator[Edit]:
    """Another initial value of what is added up or searched."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].text != "=" or tokens[k - 2].text not in ("float", "floatv"):
            continue
        stop = stretch(tokens, k, 1, frozenset(",;"))
        now = text[tokens[k + 1].start : tokens[stop].end]
        for new in STARTS if now in ("0.0f", "-INFINITY") else ():
            if new != now:
                yield Edit("initial value", tokens[k + 1].start, tokens[stop].end, new)


def calls(text: str, function: Function) -> Iterator[Edit]:
    """Another function."""
    tokens = function.tokens
    for k in function.inside:
        if tokens[k].text in FUNCTIONS and tokens[k + 1].text == "(":
            for new in FUNCTIONS[tokens[k].text].split():
                yield Edit("function", tokens[k].start, tokens[k].end, new)
