"""Fixtures for others: a folder each, with inputs, output and a description.

npy    INPUT.npy, output.npy, case.json
bin    INPUT.bin, output.bin: the numbers alone, row by row, little-endian; case.json; shapes.h;
       beside the folders cases.h, a table of all of them for C and C++ (c_header.py)
onnx   model.onnx and test_data_set_0/, as ONNX's own backend tests (onnx_export.py)
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clgold.networks.onnx import NoOperator
from clgold.reference.spec import InputError

from .archive import DTYPES, npy, raw
from .c_header import arrays_of, cases_header, shapes_header
from .onnx_export import write_onnx
from .own_data import file_stem
from .produce import Made
from .whole import whole_folder, writable

Array = np.ndarray
Writer = Callable[[Path, Made], None]

DESCRIPTION = "case.json"


def describe(made: Made, suffix: str) -> dict[str, Any]:
    """What case.json holds."""
    fixture, source = made.fixture, made.spec.source
    arrays = [*fixture.inputs.items(), ("output", fixture.output)]
    files = [
        {
            "name": name,
            "file": f"{file_stem(name)}.{suffix}",
            "dtype": DTYPES[one.dtype],
            "shape": list(one.shape),
            "layout": "row-major, little-endian",
            "sha256": one.sha256,
        }
        for name, one in arrays
    ]
    return {
        "name": made.spec.identity,
        "case": fixture.case,
        "why": fixture.why,
        "layer": source.layer,
        "attributes": source.question.flat,  # complete: no host repeats the defaults
        "inputs": files[:-1],
        "output": files[-1],
    }


def write_npy(folder: Path, made: Made) -> None:
    for stem, values in arrays_of(made).items():
        (folder / f"{stem}.npy").write_bytes(npy(values))
    write_description(folder, made, "npy")


def write_bin(folder: Path, made: Made) -> None:
    for stem, values in arrays_of(made).items():
        (folder / f"{stem}.bin").write_bytes(raw(values))
    write_description(folder, made, "bin")
    (folder / "shapes.h").write_text(shapes_header(made), encoding="utf-8")


def write_description(folder: Path, made: Made, suffix: str) -> None:
    text = json.dumps(describe(made, suffix), indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")


WRITERS: dict[str, Writer] = {"npy": write_npy, "bin": write_bin, "onnx": write_onnx}
FORMATS = tuple(WRITERS)


def export_fixtures(target: Path, form: str, made: Sequence[Made]) -> dict[str, str]:
    """Every fixture into a folder of its name, all or none; those left out, with the reason.

    InputError where the folder is in use or cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"export: {target} is in use, expected a new folder or an empty one")
    if not target.absolute().parent.is_dir():
        raise InputError(f"export: there is no folder {target.parent}")
    without: dict[str, str] = {}
    with writable(f"export: {target}"), whole_folder(target) as whole:
        for one in made:
            folder = whole / one.spec.identity
            folder.mkdir()
            try:
                WRITERS[form](folder, one)
            except NoOperator as reason:
                without[one.spec.identity] = str(reason)
                shutil.rmtree(folder)
        if form == "bin":
            (whole / "cases.h").write_text(cases_header(made), encoding="utf-8")
    return without
