"""The folder: a table of launches, the kernels, the data, and what there is to know, in words."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clgold.device import pocl_cpu
from clgold.device.record import Record

from . import replay
from .script import script
from .sources import flatten_sources

MARKER = ".written-by-clgold"
OWN = "This folder was written by clgold, which may write it again."


class Unwritable(Exception):
    """Why there can be no folder, as a sentence."""


@dataclass(frozen=True)
class Answer:
    """What is expected of one result: `bound` on |got − expected|; `choices` would do as well."""

    expected: np.ndarray
    bound: np.ndarray
    choices: np.ndarray | None = None


@dataclass(frozen=True)
class Contents:
    """What goes into a folder.

    title, readme  the first line of repro.py, and README.md
    record         the launches
    data           what the record's operands hold, by their place
    answers        by the layer of the record's results, "" for the output
    settings       further names of repro.py: DRIVER, ENVIRONMENT, …
    """

    title: str
    readme: str
    record: Record
    data: Mapping[int, np.ndarray]
    answers: Mapping[str, Answer]
    settings: Mapping[str, Any]


def folder_name(name: str) -> str:
    """repro-NAME, of characters that every file system takes."""
    return "repro-" + (re.sub(r"[^\w.+-]", "-", name, flags=re.ASCII).strip(".-") or "case")


def write_folder(
    parent: Path, name: str, contents: Contents, inspect: Callable[[Path], None]
) -> Path:
    """Write parent/repro-NAME, whole or not at all; Unwritable, as a sentence.

    A folder of that name is replaced only if it was written here. `inspect` sees the new one
    before it is in its place; what it raises leaves everything as it was.
    """
    target = parent / folder_name(name)
    if os.path.lexists(target) and not (target / MARKER).is_file():
        raise Unwritable(f"{target} is there already and was not written by clgold")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=parent, prefix=f".{target.name}."))
        try:
            fill(new, contents)
            inspect(new)
            new.chmod(0o755)
            exchange(new, target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as reason:
        raise Unwritable(f"{target} cannot be written: {reason.strerror}") from None
    return target


def exchange(new: Path, target: Path) -> None:
    """Put the new folder in the place of the old one, which goes."""
    old = new.with_name(f"{new.name}.old")
    with contextlib.suppress(FileNotFoundError):
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def fill(folder: Path, contents: Contents) -> None:
    """Write every file of the folder."""
    launches = contents.record.launches
    texts, names = flatten_sources((Path(one.source), one.options) for one in launches)
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    labels = label_buffers(contents.record)
    buffers: dict[str, Any] = {}
    for place, buffer in enumerate(contents.record.buffers):
        label = labels[place]
        if buffer.operand is None:
            buffers[label] = (buffer.shape, buffer.dtype)
        else:
            buffers[label] = f"{label}.npy"
            np.save(folder / f"{label}.npy", contents.data[buffer.operand])
    checks: dict[str, Any] = {}
    for layer, answer in contents.answers.items():
        result = contents.record.results[layer]
        assert result is not None
        checks[labels[result]] = save_answer(folder, f"-{layer}" if layer else "", answer)
    table = {"DRIVER": "", "BUFFERS": buffers, "LAUNCHES": launches, "CHECKS": checks}
    sources = {str(path): name for path, name in names.items()}
    text = script(contents.title, {**table, **contents.settings}, labels, sources)
    (folder / "repro.py").write_text(text, encoding="utf-8")
    for module in (replay, pocl_cpu):
        source = Path(str(module.__file__))
        shutil.copyfile(source, folder / source.name)
    (folder / "README.md").write_text(contents.readme, encoding="utf-8")
    (folder / MARKER).write_text(f"{OWN}\n")


def save_answer(folder: Path, suffix: str, answer: Answer) -> tuple[str, ...]:
    """The files of one result."""
    arrays = {"expected": answer.expected, "bound": answer.bound}
    if answer.choices is not None:
        arrays["choices"] = answer.choices
    files = {f"{name}{suffix}.npy": values for name, values in arrays.items()}
    for file, values in files.items():
        np.save(folder / file, values)
    return tuple(files)


def label_buffers(record: Record) -> list[str]:
    """A name for each buffer, each once: input, weight, output, scratch, scratch-2."""
    labels: list[str] = []
    for buffer in record.buffers:
        plain = re.sub(r"\W+", "-", buffer.name).strip("-") or "array"
        number, label = 1, plain
        while label in labels:
            number += 1
            label = f"{plain}-{number}"
        labels.append(label)
    return labels
