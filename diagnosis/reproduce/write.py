"""The folder: a table of launches, the kernels, the data, and what there is to know, in words."""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from clgold.conformance.judge.assess import Checked
from clgold.device import pocl_cpu
from clgold.device.guardian import answered, new_folder
from clgold.device.layouts import find_layout
from clgold.device.record import Buffer, Record
from clgold.device.simulator import CHECK
from clgold.golden.whole import MARKER, whole_folder, writable
from clgold.reference import Question
from clgold.reference.spec import InputError

from . import replay
from .case import Trial
from .contents import answer, recorded, settings
from .script import launch_table, script
from .sources import flatten_sources, free_name
from .words import readme, title

OWN = "This folder was written by clgold, which may write it again."


class Silent(Exception):
    """That a folder does not show its fault, as a sentence."""


def folder_name(name: str) -> str:
    """repro-NAME, of characters that every file system takes."""
    return "repro-" + (re.sub(r"[^\w.+-]", "-", name, flags=re.ASCII).strip(".-") or "case")


def write_folder(parent: Path, name: str, trial: Trial, checked: Checked) -> Path:
    """Write parent/repro-NAME, which shows the failure on its own, whole or not at all.

    A folder of that name is replaced only if it was written here. Raises InputError where it
    cannot be, Irreproducible where the fault is not in the launches, Silent where they do not fail.
    """
    record, target = recorded(trial, checked.question), parent / folder_name(name)
    if os.path.lexists(target) and not (target / MARKER).is_file():
        raise InputError(f"{target} is there already and was not written by clgold")
    with writable(str(target)):
        parent.mkdir(parents=True, exist_ok=True)
        with whole_folder(target) as new:
            fill(new, trial, checked, record)
            confirm(new)
    return target


def fill(folder: Path, trial: Trial, checked: Checked, record: Record) -> None:
    """Write every file of the folder."""
    question, found = checked.question, checked.comparison
    texts, names = flatten_sources(
        (Path(one.source), one.options) for one in record.launches if one.source
    )
    sources = {str(path): name for path, name in names.items()}
    labels = label_buffers(record)
    buffers: dict[str, Any] = {}
    for label, buffer in zip(labels, record.buffers, strict=True):
        buffers[label] = described(folder, label, buffer, question)
    table = {
        "BUFFERS": buffers,
        "LAUNCHES": [launch_table(one, labels, sources) for one in record.launches],
        "CHECKS": {
            labels[place]: save(
                folder,
                f"-{layer}" if layer else "",
                in_memory(answer(trial, checked, layer), record.buffers[place]),
            )
            for layer, place in record.results.items()
            if place is not None
        },
    }
    for module in (replay, pocl_cpu):
        path = Path(str(module.__file__))
        texts[path.name] = path.read_text(encoding="utf-8")
    headline = title(trial, question, found.verdict)
    texts["repro.py"] = script(headline, table | settings(trial, found))
    texts["README.md"] = readme(headline, trial, question, found, record)
    texts[MARKER] = f"{OWN}\n"
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")


def described(folder: Path, label: str, buffer: Buffer, question: Question) -> Any:
    """A buffer as repro.py has it: the file of its numbers; shape and dtype where it has none."""
    if buffer.operand is not None:
        values = question.operands[buffer.operand]
        assert values is not None
    elif buffer.content:
        raw = np.frombuffer(bytes.fromhex(buffer.content), buffer.dtype)
        values = raw.reshape(buffer.shape)
    else:
        return buffer.shape, buffer.dtype
    (file,) = save(folder, "", {label: values})
    return file if buffer.fixed else (file,)


def in_memory(arrays: Mapping[str, np.ndarray], buffer: Buffer) -> dict[str, np.ndarray]:
    """What is expected of a result, as the buffer holds it: a bound of -1 marks padding."""
    found = dict(arrays)
    if buffer.layout:
        layout = find_layout(buffer.layout)
        found["expected"] = layout.pack(arrays["expected"], 0.0)
        found["bound"] = layout.pack(arrays["bound"], -1.0)
        if "choices" in found:
            found["choices"] = np.stack([layout.pack(one, 0.0) for one in arrays["choices"]])
    return {
        name: one.reshape((-1,) * (name == "choices") + tuple(buffer.shape))
        for name, one in found.items()
    }


def save(folder: Path, suffix: str, arrays: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """Write the arrays, and give the names of their files."""
    files = {f"{name}{suffix}.npy": values for name, values in arrays.items()}
    for file, values in files.items():
        np.save(folder / file, values)
    return tuple(files)


def label_buffers(record: Record) -> list[str]:
    """A name for each buffer, each once: input, weight, output, scratch, scratch_2."""
    labels: list[str] = []
    for buffer in record.buffers:
        plain = re.sub(r"\W+", "-", buffer.name).strip("-") or "array"
        labels.append(free_name(plain, "", labels))
    return labels


def confirm(folder: Path) -> None:
    """Run what was written: Silent if it does not fail on its own."""
    command = [sys.executable, "-B", str(folder / "repro.py")]
    others = {"OCL_ICD_VENDORS", "PYOPENCL_CTX", CHECK}
    environment = {name: value for name, value in os.environ.items() if name not in others}
    with closing(new_folder(tempfile.gettempdir())) as scratch:
        environment["TMPDIR"] = str(scratch.path)  # where repro.py would leave things if killed
        code, said, heard = answered(command, env=environment)
    if code == 1 and "WRONG" in said:
        return
    last = (said + heard).strip().splitlines()[-1:]
    raise Silent(
        f"its launches alone do not fail (exit code {code}: {' '.join(last)}): "
        "the fault needs what ran before it in the same process"
    )
