"""The text of repro.py: tables that a person can read and edit."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from clgold.device.record import Launch

from .sources import build_options

COMMENTS = {
    "DRIVER": ["# What the fault was found on; taken where it is there."],
    "BUFFERS": ["", "# A file with the array's contents, or shape and dtype of one full of NaN."],
    "LAUNCHES": [
        "",
        "# Arguments: names of buffers, ints (int), floats (float), None (NULL),",
        "# ('local', bytes), or a number of another type: ('int64', 3).",
    ],
    "CHECKS": ["", "# What must come out: |buffer - expected| <= bound, element by element."],
    "RUNS": [
        "",
        "# How often everything is launched, with fresh memory; the bits must be the same.",
    ],
    "SECONDS": ["# What a launch may take: a longer one counts as a hang."],
    "GUARD": ["# Bytes around every array that must stay as they are."],
}


def script(
    title: str, table: Mapping[str, Any], labels: list[str], sources: Mapping[str, str]
) -> str:
    """The text of repro.py."""
    lines = [
        '"""' + title.replace("\\", "/").replace('"', "'"),
        "",
        "    python repro.py [--platform WORDS]",
        "",
        "exits 1 while the fault is there, and 0 when it is gone: edit a kernel beside this file,",
        "or the launches below, and run it again. It needs numpy and pyopencl.",
        '"""',
        "",
        "import sys",
        "",
        "from replay import main",
        "",
    ]
    for name, value in table.items():
        lines += COMMENTS.get(name, [])
        if name == "LAUNCHES":
            lines += ["LAUNCHES = [", *(launch_lines(one, labels, sources) for one in value), "]"]
        elif isinstance(value, dict) and value:
            rows = [f"    {key!r}: {inner!r}," for key, inner in value.items()]
            lines += [f"{name} = {{", *rows, "}"]
        else:
            lines.append(f"{name} = {value!r}")
    return "\n".join(
        [*lines, "", "if __name__ == '__main__':", "    sys.exit(main(globals()))", ""]
    )


def launch_lines(launch: Launch, labels: list[str], sources: Mapping[str, str]) -> str:
    """One launch as a literal of several lines."""
    arguments = ", ".join(literal(kind, value, labels) for kind, value in launch.arguments)
    fields = {
        "file": repr(sources[launch.source]),
        "kernel": repr(launch.entry),
        "global_size": repr(launch.global_size),
        "local_size": repr(launch.local_size),
        "options": repr(build_options(launch.options)),
        "arguments": f"[{arguments}]",
    }
    return "\n".join(["    {", *(f"        {k!r}: {v}," for k, v in fields.items()), "    },"])


def literal(kind: str, value: Any, labels: list[str]) -> str:
    """An argument as it is written in repro.py."""
    if kind == "buffer":
        return repr(labels[value])
    if kind == "null":
        return "None"
    if kind == "int32":
        return repr(value)
    if kind == "float32" and np.isfinite(value):
        return str(np.float32(value))  # the shortest number that gives the same bits
    if isinstance(value, float) and not np.isfinite(value):
        return repr((kind, str(value)))
    return repr((kind, value))
