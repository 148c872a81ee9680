"""The text of repro.py: tables that a person can read and edit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clgold.device.record import Launch

from .sources import build_options

TEXT = '''\
"""{title}

    python repro.py [--platform WORDS]

exits 1 while the fault is there, and 0 when it is gone: edit a kernel beside this file,
or the launches below, and run it again. It needs numpy and pyopencl.
"""

import sys

from replay import main

# What the fault was found on; taken where it is there.
DRIVER = {DRIVER}

# A file with an input's numbers, in brackets if it may be changed; or shape and dtype of an array
# full of NaN.
BUFFERS = {BUFFERS}

# Arguments: names of buffers, ints (int), floats (float), None (NULL),
# ('local', bytes), ('image', number), or a number of another type: ('int64', 3).
# Between them steps: a copy of an array, an image made of one, an array filled from one.
LAUNCHES = {LAUNCHES}

# What must come out: |buffer - expected| <= bound, element by element; where the bound is negative
# there is padding.
CHECKS = {CHECKS}

# How often everything is launched, with fresh memory; the bits must be the same.
RUNS = {RUNS}
# What a launch may take: a longer one counts as a hang.
SECONDS = {SECONDS}
# Bytes around every array that must stay as they are.
GUARD = {GUARD}
DEVICE = {DEVICE}
ENVIRONMENT = {ENVIRONMENT}
PRELOAD = {PRELOAD}

if __name__ == '__main__':
    sys.exit(main(globals()))
'''


def script(title: str, table: Mapping[str, Any]) -> str:
    """The text of repro.py; table holds what each of its names is."""
    plain = title.replace("\\", "/").replace('"', "'")
    return TEXT.format(title=plain, **{name: literal(value) for name, value in table.items()})


def literal(value: Any, margin: str = "") -> str:
    """The value in Python, with a line for each entry of a table and of a list of tables."""
    inner = margin + "    "
    if isinstance(value, dict) and value:
        rows = [f"{inner}{name!r}: {literal(one, inner)},\n" for name, one in value.items()]
        return f"{{\n{''.join(rows)}{margin}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = [f"{inner}{literal(one, inner)},\n" for one in value]
        return f"[\n{''.join(rows)}{margin}]"
    return repr(value)


def launch_table(
    launch: Launch, labels: Sequence[str], sources: Mapping[str, str]
) -> dict[str, Any]:
    """One launch as repro.py has it; labels are the buffers', sources the files' new names."""
    if not launch.source:
        source, target = (argument(kind, value, labels) for kind, value in launch.arguments)
        return {"step": launch.entry, "from": source, "to": target, "shape": launch.global_size}
    return {
        "file": sources[launch.source],
        "kernel": launch.entry,
        "global_size": launch.global_size,
        "local_size": launch.local_size,
        "options": build_options(launch.options),
        "arguments": [argument(kind, value, labels) for kind, value in launch.arguments],
    }


def argument(kind: str, value: Any, labels: Sequence[str]) -> Any:
    """A launch's argument as repro.py has it."""
    if kind == "buffer":
        return labels[value]
    if kind in ("null", "int32"):
        return value
    if isinstance(value, float) and not np.isfinite(value):
        return kind, str(value)
    if kind == "float32":
        return float(str(np.float32(value)))  # the shortest number that gives the same bits
    return kind, value
