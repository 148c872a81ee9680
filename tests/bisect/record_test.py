"""A rehearsal notes what would be launched, starts nothing, and what it notes can be written."""

import json
from pathlib import Path

import numpy as np
import pytest

from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.record import Buffer, Launch, Record, from_json
from clgold.device.session import Session
from clgold.device.variants import load_variants
from clgold.diagnosis.reproduce.script import argument, literal
from clgold.diagnosis.reproduce.sources import build_options, flatten_sources
from clgold.diagnosis.reproduce.write import folder_name
from clgold.golden.cases import Case

FILE = Path(__file__).parent / "planted" / "odd.py"
PLANTED = {one.name: one for one in load_variants(FILE)}
CASES = {
    "linear": Case("linear", "real", ((2, 5), (3, 5), None), {}, 1),
    "conv2d": Case("conv2d", "real", ((2, 3, 5, 4), (4, 3, 3, 3), (4,)), {}, 1),
}


def rehearsed(session: Session, layer: str, name: str) -> Record:
    ours = {one.name: one for one in candidates(VARIANTS, layer)}
    case = CASES[layer]
    operands = tuple(
        None if values is None else session.upload(label, values)
        for label, values in zip(case.names, case.operands, strict=True)
    )
    variant = (ours | PLANTED)[name]
    run = session.run(variant, case.question, operands, rehearse=True)
    assert run.verdict == "", run.message
    assert run.output is None
    assert run.record is not None
    return run.record


def test_launches_arguments_and_arrays_are_noted(opencl: Session) -> None:
    record = rehearsed(opencl, "linear", "packed")
    source = str(FILE.parent / "odd.cl")
    assert record == Record(
        (
            Buffer("input", (2, 5), "float32", 0, fixed=True),
            Buffer("weight", (3, 5), "float32", 1, fixed=True),
            Buffer("scratch", (5, 3), "float32"),
            Buffer("output", (2, 3), "float32"),
        ),
        (
            Launch(source, "transpose", (3, 5), None, (("buffer", 1), ("buffer", 2))),
            Launch(
                source,
                "linear_columns",
                (3, 2),
                (1, 1),
                (("buffer", 0), ("buffer", 2), ("null", None), ("buffer", 3), ("int32", 5)),
            ),
        ),
        {"": 3},
    )


def test_what_is_made_once_is_noted_every_time(opencl: Session) -> None:
    first, second = (rehearsed(opencl, "linear", "packed") for _ in range(2))
    assert first == second


def test_every_launch_of_every_image_is_noted(opencl: Session) -> None:
    record = rehearsed(opencl, "conv2d", "im2col")
    entries = [launch.entry for launch in record.launches]
    assert entries == ["im2col", "filter_columns"] * 2
    assert all(launch.options == ("-DVEC=8", "-DROWS=8") for launch in record.launches)


def test_a_rehearsal_builds_nothing(opencl: Session) -> None:
    operand = opencl.upload("input", np.ones(3, np.float32))
    question = Case("relu", "real", ((3,),), {}, 1).question
    run = opencl.run(PLANTED["unbuildable"], question, (operand,), rehearse=True)
    assert run.record is not None
    assert [launch.entry for launch in run.record.launches] == ["relu"]


@pytest.mark.parametrize(("layer", "name"), [("linear", "packed"), ("conv2d", "winograd")])
def test_a_record_survives_json(opencl: Session, layer: str, name: str) -> None:
    record = rehearsed(opencl, layer, name)
    assert from_json(json.loads(json.dumps(record.to_json()))) == record


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("buffer", 1, "'weight'"),
        ("null", None, "None"),
        ("int32", -7, "-7"),
        ("float32", float(np.float32(0.1)), "0.1"),
        ("float32", float("inf"), "('float32', 'inf')"),
        ("int64", 2**40, "('int64', 1099511627776)"),
        ("local", 256, "('local', 256)"),
        ("bytes", "00ff", "('bytes', '00ff')"),
    ],
)
def test_an_argument_is_written_as_a_person_would(kind: str, value: object, text: str) -> None:
    assert literal(argument(kind, value, ["input", "weight"])) == text


def test_files_of_several_folders_lie_beside_one_another(tmp_path: Path) -> None:
    for folder, word in (("one", "first"), ("two", "second")):
        (tmp_path / folder / "parts").mkdir(parents=True)
        (tmp_path / folder / "parts" / "own.h").write_text(f"// {word}\n")
        text = f'#include "parts/own.h"\n#  include "common.h"\n#include <{word}>\n'
        (tmp_path / folder / "kernel.cl").write_text(text)
    sources = [tmp_path / folder / "kernel.cl" for folder in ("one", "two")]
    texts, names = flatten_sources((source, ()) for source in sources)
    assert [names[source] for source in sources] == ["kernel.cl", "kernel_2.cl"]
    assert sorted(texts) == ["common.h", "kernel.cl", "kernel_2.cl", "own.h", "own_2.h"]
    assert texts["kernel_2.cl"] == '#include "own_2.h"\n#  include "common.h"\n#include <second>\n'
    assert texts["own_2.h"] == "// second\n"


def test_a_header_that_includes_itself_is_added_once(tmp_path: Path) -> None:
    (tmp_path / "loop.h").write_text('#include "loop.h"\n')
    (tmp_path / "kernel.cl").write_text('#include "loop.h"\n#include "absent.h"\n')
    texts, _ = flatten_sources([(tmp_path / "kernel.cl", ())])
    assert texts == {
        "kernel.cl": '#include "loop.h"\n#include "absent.h"\n',
        "loop.h": '#include "loop.h"\n',
    }


def test_a_header_of_another_folder_is_found_by_the_build_options(tmp_path: Path) -> None:
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "far.h").write_text("// far\n")
    (tmp_path / "kernel.cl").write_text('#include "far.h"\n')
    folder = str(tmp_path / "include")
    for options in ((f"-I{folder}",), ("-I", folder)):
        texts, _ = flatten_sources([(tmp_path / "kernel.cl", options)])
        assert texts["far.h"] == "// far\n"


@pytest.mark.parametrize(
    ("given", "built"),
    [
        ((), ("-cl-std=CL1.2",)),
        (("-DVEC=8", "-I/somewhere"), ("-cl-std=CL1.2", "-DVEC=8")),
        (("-I", "/somewhere", "-cl-std=CL2.0"), ("-cl-std=CL2.0",)),
    ],
)
def test_options_keep_all_but_folders(given: tuple[str, ...], built: tuple[str, ...]) -> None:
    assert build_options(given) == built


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("conv2", "repro-conv2"),
        ("bn1.batch_norm", "repro-bn1.batch_norm"),
        ("a/../b c", "repro-a-..-b-c"),
        ("..", "repro-case"),
        ("ζ", "repro-case"),
    ],
)
def test_a_name_becomes_one_folder(name: str, folder: str) -> None:
    assert folder_name(name) == folder
