"""Edits that keep operands, sums or functions in fewer bits."""

from collections.abc import Iterator

from .edit import Edit
from .tokens import Function, partner, stretch

# `cut` is put before the function that uses it.
CUTS = {
    "bf16": "as_float(as_uint(x) & 0xffff0000u)",
    "tf32": "as_float(as_uint(x) & 0xffffe000u)",
    "fp16": "(vstore_half(x, 0, (__private half *)place), vload_half(0, (__private half *)place))",
}
SCALAR = "float __attribute__((overloadable)) cut(float x) {{ ushort place[1]; return {}; }}\n"
LANES = """floatv __attribute__((overloadable)) cut(floatv x)
{
    float lanes[VEC];
    vstorev(x, 0, lanes);
    for (int i = 0; i < VEC; ++i)
        lanes[i] = cut(lanes[i]);
    return vloadv(0, lanes);
}
"""
ROUNDED = frozenset(
    ["exp", "expm1", "log", "sqrt", "pow", "tanh", "conv2d_at", "linear_at", "sum_of_lanes"]
)


def precisions(text: str, function: Function) -> Iterator[Edit]:
    """Operands, sums or functions of fewer bits."""
    tokens = function.tokens
    integer = any(
        t.text == "int" and tokens[k - 1].text == "__global" for k, t in enumerate(tokens)
    )
    places = []
    for k in function.inside:
        if tokens[k].text in ROUNDED and tokens[k + 1].text == "(":
            places.append((k, partner(tokens, k + 1)))
        summed = tokens[k].text == "+=" and not function.in_header(k)
        stored = tokens[k].text == "=" and tokens[k - 1].text == "]" and not integer
        if summed or stored:
            places.append((k + 1, stretch(tokens, k + 1, 1, frozenset(";"))))
        if summed:
            begin = stretch(tokens, k, -1, frozenset("{};)"))
            yield from coarser_sum(text, function, begin, k)
    for number, (begin, stop) in enumerate(places):
        name, before = coarse(text, number + len(function.name))
        start, end = tokens[begin].start, tokens[stop].end
        yield Edit(f"precision {name}", start, end, f"cut({text[start:end]})", before)


def coarser_sum(text: str, function: Function, begin: int, k: int) -> Iterator[Edit]:
    """A sum that is kept in fewer bits."""
    tokens = function.tokens
    stop = stretch(tokens, k + 1, 1, frozenset(";"))
    total = text[tokens[begin].start : tokens[k - 1].end]
    term = text[tokens[k + 1].start : tokens[stop].end]
    name, before = coarse(text, k)
    new = f"{total} = cut({total} + ({term}))"
    yield Edit(f"precision {name}", tokens[begin].start, tokens[stop].end, new, before)


def coarse(text: str, number: int) -> tuple[str, str]:
    """One of the CUTS and what defines it; for vectors too where there are any."""
    name = list(CUTS)[number % len(CUTS)]
    vectors = "vector.h" in text or "matrix_product.h" in text or "floatv" in text
    return name, SCALAR.format(CUTS[name]) + (LANES if vectors else "")
