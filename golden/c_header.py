"""Fixtures for hosts in C and C++: the shapes of one, and a table of all.

Nothing has to be parsed: attributes are complete and normalised, words are text, all else is
numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .own_data import file_stem
from .produce import Made

Array = np.ndarray

C_TYPES = {"float32": "float", "int64": "int64_t"}
# Axes of an array, and values of an attribute, that the table has room for at least.
ROOM = 8

TYPES = """\
/* Every fixture of this folder, for C99 and C++: clgold_cases[0] to [CLGOLD_CASE_COUNT - 1]. */
#ifndef CLGOLD_CASES_H
#define CLGOLD_CASES_H

#include <string.h>

typedef struct {{
    const char *name;  /* the operand's as its layer calls it, or "output" */
    const char *file;  /* the numbers alone, row by row, little-endian */
    const char *dtype; /* "float32" or "int64" */
    long long count;   /* of numbers */
    int rank;
    long long shape[{room}];
}} clgold_array;

typedef struct {{
    const char *name; /* in a chain with its layer, "conv2d.stride" */
    const char *text; /* of a word, such as "bilinear"; else "" */
    int count;        /* of values; padding is top, bottom, left, right */
    double values[{room}]; /* true is 1, false is 0 */
}} clgold_attribute;

typedef struct {{
    const char *name; /* and that of its folder */
    const char *layer;
    int input_count; /* operands that are absent, such as a bias, are left out */
    const clgold_array *inputs;
    clgold_array output;
    int attribute_count;
    const clgold_attribute *attributes;
}} clgold_case;

"""
FIND = """
/* The attribute or input of that name; 0 where there is none. */
static inline const clgold_attribute *clgold_find(const clgold_case *one, const char *name) {
    for (int k = 0; k < one->attribute_count; k++)
        if (strcmp(one->attributes[k].name, name) == 0) return &one->attributes[k];
    return 0;
}

static inline const clgold_array *clgold_input(const clgold_case *one, const char *name) {
    for (int k = 0; k < one->input_count; k++)
        if (strcmp(one->inputs[k].name, name) == 0) return &one->inputs[k];
    return 0;
}

#endif
"""


def arrays_of(made: Made) -> dict[str, Array]:
    """The inputs that are present, and the output, by the names of their files."""
    operands = zip(made.spec.source.names, made.spec.source.operands, strict=True)
    inputs = {file_stem(name): values for name, values in operands if values is not None}
    return inputs | {"output": made.output}


def shapes_header(made: Made) -> str:
    """shapes.h: the shapes, under names of the fixture's own, and short ones.

    Where several are included the short names, which would mean several things, mean none.
    """
    own = file_stem(made.spec.identity)
    guard = f"CLGOLD_{own.upper()}_H"
    parts = [f"/* {made.fixture.case} */\n#ifndef {guard}\n#define {guard}\n"]
    short: dict[str, str] = {}
    for stem, values in arrays_of(made).items():
        big, rank = stem.upper(), max(values.ndim, 1)
        lengths = ", ".join(map(str, values.shape or (1,)))
        parts.append(
            f"\n/* {stem}.bin: {C_TYPES[values.dtype.name]} */\n"
            f"#define {own}_{big}_RANK {rank}\n"
            f"#define {own}_{big}_COUNT {values.size}\n"
            f"static const int {own}_{stem}_shape[{rank}] = {{{lengths}}};\n"
        )
        names = (f"{big}_RANK", f"{big}_COUNT", f"{stem}_shape")
        short |= {name: f"{own}_{name}" for name in names}
    parts += ["\n", *(f"#undef {name}\n" for name in short)]
    parts += ["#ifndef CLGOLD_SHAPES\n#define CLGOLD_SHAPES\n"]
    parts += [f"#define {name} {long}\n" for name, long in short.items()]
    return "".join([*parts, "#endif\n\n#endif\n"])


def cases_header(made: Sequence[Made]) -> str:
    """cases.h: a table of all fixtures."""
    attributes = [list(attributes_of(one.spec.source.question.flat)) for one in made]
    most = max((len(values) for some in attributes for _, _, values in some), default=0)
    room = max(ROOM, most, *(one.ndim for each in made for one in arrays_of(each).values()))
    parts, rows = [TYPES.format(room=room)], []
    for k, (one, some) in enumerate(zip(made, attributes, strict=True)):
        *inputs, output = table_of_arrays(one)
        parts.append(f"static const clgold_array clgold_inputs_{k}[] = {{{', '.join(inputs)}}};\n")
        if some:
            listed = ", ".join(
                f"{{{quoted(name)}, {quoted(text)}, {len(values)}, {braced(values)}}}"
                for name, text, values in some
            )
            parts.append(f"static const clgold_attribute clgold_attributes_{k}[] = {{{listed}}};\n")
        names = f"{quoted(one.spec.identity)}, {quoted(one.spec.source.layer)}"
        there = f"clgold_attributes_{k}" if some else "0"
        rows.append(
            f"    {{{names}, {len(inputs)}, clgold_inputs_{k}, {output}, {len(some)}, {there}}},\n"
        )
    table = (
        f"\n#define CLGOLD_CASE_COUNT {len(made)}\nstatic const clgold_case clgold_cases[] = {{\n"
    )
    return "".join([*parts, table, *rows, "};\n", FIND])


def table_of_arrays(made: Made) -> Iterator[str]:
    """Each present input, and last the output, as an initialiser."""
    operands = zip(made.spec.source.names, made.spec.source.operands, strict=True)
    present = [(name, values) for name, values in operands if values is not None]
    for name, values in [*present, ("output", made.output)]:
        file = f"{made.spec.identity}/{file_stem(name)}.bin"
        words = ", ".join(map(quoted, (name, file, values.dtype.name)))
        yield f"{{{words}, {values.size}, {values.ndim}, {braced(values.shape or (1,))}}}"


def attributes_of(given: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, str, list[float]]]:
    """Name, text and values of each attribute; of a chain with the layer's name before it."""
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from attributes_of(value, f"{name}.")
        elif isinstance(value, str):
            yield of + name, value, []
        else:
            yield of + name, "", list(numbers(value))


def numbers(value: Any) -> Iterator[float]:
    """The numbers of an attribute, in whatever pairs they stand."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from numbers(one)
    elif value is not None:
        yield float(value)


def braced(values: Sequence[float]) -> str:
    """An initialiser; 0 for none."""
    return f"{{{', '.join(f'{one:.17g}' for one in values) or '0'}}}"


def quoted(text: str) -> str:
    """A C string of printable letters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
