"""Right kernels: ours, in other orders, with and without fused products, more precise."""

import re
from collections.abc import Callable, Iterator

from .mutants import Mutant, files
from .tokens import functions, partner, tokens_of

NOT_FUSED = "#pragma OPENCL FP_CONTRACT OFF\n"
PRODUCT = re.compile(r"\b(sum|sums\[\w+\]) \+= (\w+(?:\[\w+\])?) \* ([^;*+]+);")
UPWARDS = re.compile(r"for \(int (\w+) = ([^;]+); \1 < ([^;&]+); \+\+\1\)")
STEPPING = re.compile(r"for \([^)]*, \w+ \+= ")  # a pointer beside the index
BIAS_LAST = re.compile(r"float sum = 0\.0f;(.*?)return bias \? sum \+ (bias\[\w+\]) : sum;", re.S)
SCALAR = ("exp", "expm1", "log", "sqrt", "tanh")


def honest_kernels() -> list[Mutant]:
    """Every kernel file as it is, and each rewriting that changes it."""
    return [one for path in files() for one in rewritten(path.name, path.read_text("utf-8"))]


def rewritten(file: str, text: str) -> Iterator[Mutant]:
    """The file as each rewriting has it, where that is another text; a header's functions alone."""
    seen, header = set[str](), file.endswith(".h")
    for name, rewrite in REWRITINGS.items():
        changed = rewrite(text)
        if changed in seen or (header and (changed == text or NOT_FUSED in changed)):
            continue
        seen.add(changed)
        pairs = zip(bodies(text), bodies(changed), strict=True)
        functions_changed = [one for one, other in pairs if one != other or not header]
        yield Mutant(file, functions_changed[-1][0], "honest", name, changed)


def bodies(text: str) -> list[tuple[str, str]]:
    """Every function's name and text."""
    return [(f.name, text[f.tokens[0].start : f.tokens[-1].end]) for f in functions(text)]


def reverse(text: str) -> str:
    """Loops from the end, where no step depends on the one before."""
    if STEPPING.search(text):
        return text
    return UPWARDS.sub(r"for (int \1 = (\3) - 1; \1 >= \2; --\1)", text)


def in_doubles(text: str) -> str:
    """Sums in double precision, rounded once."""
    if "pow(" in text:  # takes no double beside a float
        return text
    return re.sub(r"\bfloat sum = 0\.0f;", "double sum = 0.0;", text)


def precise(text: str) -> str:
    """Scalar functions in double precision, rounded once."""
    if "floatv" in text:
        return text
    tokens, changes = tokens_of(text), []
    for k, token in enumerate(tokens[:-1]):
        if token.text in SCALAR and tokens[k + 1].text == "(":
            stop = tokens[partner(tokens, k + 1)]
            first = tokens[k + 1]
            changes += [(token.start, "(float)"), (first.end, "(double)("), (stop.start, ")")]
    for place, new in sorted(changes, reverse=True):
        text = text[:place] + new + text[place:]
    return text


REWRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "without fused products": lambda text: NOT_FUSED + text if "*" in text else text,
    "with fused products": lambda text: PRODUCT.sub(r"\1 = fma(\2, \3, \1);", text),
    "loops reversed": reverse,
    "sums reversed, not fused": lambda text: NOT_FUSED + reverse(text),
    "sums in doubles": in_doubles,
    "functions in doubles": precise,
    "bias first": lambda text: BIAS_LAST.sub(r"float sum = bias ? \2 : 0.0f;\1return sum;", text),
}
