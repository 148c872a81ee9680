"""Fixtures for others: what is written can be read without clgold, and outputs come back."""

import json
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clgold.golden.store import FOLDER, Store, read

Golden = Callable[..., tuple[int, str, str]]
ONLY = "scale_shift-*"
C_PROGRAM = """
#include "shapes.h"
int main(void) {
    float input[INPUT_COUNT];
    return sizeof input == 4 * INPUT_COUNT && sizeof input_shape == sizeof(int) * INPUT_RANK
        && sizeof output_shape / sizeof(int) == OUTPUT_RANK ? 0 : 1;
}
"""


@pytest.fixture(scope="module")
def store() -> Store:
    return read(FOLDER)


@pytest.fixture
def exported(golden: Golden, tmp_path: Path) -> Callable[[str], Path]:
    """Exports the fixtures of one layer in a format."""

    def run(form: str, only: str = ONLY) -> Path:
        target = tmp_path / form
        code, stdout, stderr = golden("export", "--format", form, "--only", only, target)
        assert (code, stderr) == (0, "")
        assert " fixtures in " in stdout
        return target

    return run


def one_of(folder: Path) -> tuple[Path, dict[str, Any]]:
    """A fixture's folder and its description."""
    place = sorted(one for one in folder.iterdir() if one.is_dir())[0]
    return place, json.loads((place / "case.json").read_text(encoding="utf-8"))


def test_numpy_reads_npy(exported: Callable[[str], Path], store: Store) -> None:
    folder = exported("npy")
    assert len(list(folder.iterdir())) == 24
    place, case = one_of(folder)
    for one in (*case["inputs"], case["output"]):
        values = np.load(place / one["file"], allow_pickle=False)
        assert list(values.shape) == one["shape"]
        assert values.dtype == one["dtype"]
    assert values.tobytes() == store.outputs[place.name].tobytes()
    assert [one["name"] for one in case["inputs"]] == ["input", "scale", "shift"]


def test_the_attributes_are_complete(exported: Callable[..., Path]) -> None:
    _, case = one_of(exported("npy", "max_pool2d-real-0-50c544e6"))
    assert case["attributes"] == {
        "kernel_size": [3, 2],
        "stride": [2, 1],
        "padding": [[1, 0], [0, 1]],
        "dilation": [1, 1],
        "ceil_mode": False,
    }


def test_the_numbers_alone_are_little_endian(exported: Callable[[str], Path], store: Store) -> None:
    place, case = one_of(exported("bin"))
    values = np.fromfile(place / "output.bin", case["output"]["dtype"])
    np.testing.assert_array_equal(
        values.reshape(case["output"]["shape"]), store.outputs[place.name]
    )


@pytest.mark.parametrize("only", ["scale_shift-real-0-*", "concat-real-0-*"])
def test_a_c_compiler_reads_the_shapes(exported: Callable[..., Path], only: str) -> None:
    compiler = shutil.which("cc")
    for place in sorted(one for one in exported("bin", only).iterdir() if one.is_dir()):
        text = (place / "shapes.h").read_text(encoding="utf-8")
        assert "#define OUTPUT_COUNT " in text
        if compiler is not None and "#define INPUT_COUNT" in text:
            (place / "main.c").write_text(C_PROGRAM)
            binary = str(place / "program")
            options = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-o", binary]
            done = subprocess.run(
                [compiler, *options, str(place / "main.c")], capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            assert subprocess.run([binary]).returncode == 0


TABLE = """
#include <stdio.h>
#include "cases.h"
int main(void) {
    for (int k = 0; k < CLGOLD_CASE_COUNT; k++) {
        const clgold_case *one = &clgold_cases[k];
        for (int i = 0; i < one->attribute_count; i++) {
            const clgold_attribute *each = clgold_find(one, one->attributes[i].name);
            printf("%s|%s|%s|%s|", one->name, one->layer, each->name, each->text);
            for (int j = 0; j < each->count; j++) printf(" %g", each->values[j]);
            printf("\\n");
        }
        for (int i = 0; i <= one->input_count; i++) {
            const clgold_array *each = i < one->input_count ? &one->inputs[i] : &one->output;
            printf("%s|%s|%s|%s|", one->name, each->file, each->name, each->dtype);
            for (int j = 0; j < each->rank; j++) printf(" %lld", each->shape[j]);
            printf("\\n");
        }
    }
    return clgold_input(&clgold_cases[0], "no such input") != 0;
}
"""


def spread(value: Any) -> list[float]:
    """The numbers of an attribute out of case.json, in a row."""
    return [one for part in value for one in spread(part)] if isinstance(value, list) else [value]


def told(place: Path) -> list[str]:
    """What the program prints of a fixture, by its case.json."""
    case = json.loads((place / "case.json").read_text(encoding="utf-8"))
    parts = case["attributes"].items()
    if "+" in case["layer"]:
        parts = [(f"{k}.{n}", v) for k, some in parts for n, v in some.items()]
    lines = []
    for name, value in parts:
        words = isinstance(value, str)
        numbers = "" if words else "".join(f" {float(one):g}" for one in spread(value))
        lines.append(f"{case['name']}|{case['layer']}|{name}|{value if words else ''}|{numbers}")
    for one in (*case["inputs"], case["output"]):
        shape = "".join(f" {length}" for length in one["shape"])
        dtype = one["dtype"].replace("<f4", "float32").replace("<i8", "int64")
        lines.append(f"{case['name']}|{case['name']}/{one['file']}|{one['name']}|{dtype}|{shape}")
    return lines


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
@pytest.mark.parametrize("only", ["grid_sample-real-0-*", "conv2d+max_pool2d+elu-real-0-*"])
def test_one_header_tells_a_c_program_every_case(exported: Callable[..., Path], only: str) -> None:
    folder = exported("bin", only)
    places = sorted(one for one in folder.iterdir() if one.is_dir())
    (folder / "main.c").write_text(TABLE)
    options = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-o", "program", "main.c")
    done = subprocess.run(["cc", *options], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    printed = subprocess.run(["./program"], cwd=folder, capture_output=True, text=True, check=True)
    assert sorted(printed.stdout.splitlines()) == sorted(
        line for place in places for line in told(place)
    )


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_the_shapes_of_two_fixtures_meet_in_one_program(exported: Callable[..., Path]) -> None:
    folder = exported("bin", "scale_shift-real-0-*")
    one, two, *_ = sorted(place.name for place in folder.iterdir() if place.is_dir())
    first, second = (name.replace("-", "_") for name in (one, two))
    (folder / "main.c").write_text(
        f'#include "{one}/shapes.h"\n#include "{two}/shapes.h"\n'
        f"int main(void) {{ return {first}_INPUT_COUNT < 1 || {second}_input_shape[0] < 1; }}\n"
        "#ifdef INPUT_COUNT\n#error of which?\n#endif\n"
    )
    options = ("-std=c99", "-Wall", "-Werror", "-o", "program", "main.c")
    done = subprocess.run(["cc", *options], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert subprocess.run(["./program"], cwd=folder, check=False).returncode == 0


def test_a_folder_in_use_is_left_alone(golden: Golden, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    for target in ("mine", "mine/file", "nowhere/below"):
        code, _, stderr = golden("export", "--format", "npy", "--only", ONLY, tmp_path / target)
        assert code == 2
        assert stderr.startswith("clgold: export: ")
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == [
        "mine",
        "mine/file",
    ]


@pytest.mark.parametrize("form", ["npy", "bin"])
@pytest.mark.parametrize("only", [ONLY, "argmax-real-*", "linear+softmax+argmax-exact-*"])
def test_the_golden_outputs_are_within_their_own_bounds(
    golden: Golden, exported: Callable[..., Path], form: str, only: str
) -> None:
    folder = exported(form, only)
    code, stdout, _ = golden("check", "--only", only, "--against", folder)
    assert code == 0
    assert stdout.endswith("verdict: pass\n")


def test_hosts_get_plain_cases_and_cases_of_their_own(golden: Golden, tmp_path: Path) -> None:
    line = "conv2d input=1,8,19,19 weight=8,8,3,3 padding=1"
    own = ("--plain", "max_pool2d", "--case", line)
    code, _, stderr = golden("export", "--format", "npy", *own, tmp_path / "cases")
    assert (code, stderr) == (0, "")
    places = list((tmp_path / "cases").iterdir())
    cases = [json.loads((place / "case.json").read_text(encoding="utf-8")) for place in places]
    shapes = [case["inputs"][0]["shape"] for case in cases if case["layer"] == "max_pool2d"]
    square = [shape for shape in shapes if len(shape) == 4 and shape[2] == shape[3]]
    assert len(square) >= 4
    assert line in {case["case"] for case in cases}
    code, stdout, _ = golden("check", *own, "--against", tmp_path / "cases")
    assert (code, f"{len(places)} of {len(places)} fixtures" in stdout) == (0, True)
    assert golden("check", *own)[0] == 2


def test_a_wrong_output_is_named(golden: Golden, exported: Callable[..., Path]) -> None:
    only = "conv2d-real-0-*"
    folder = exported("npy", only)
    places = sorted(folder.iterdir())
    close, wrong, absent = (place / "output.npy" for place in places[:3])
    values = np.load(close)
    np.save(close, np.nextafter(values, np.float32(0)))
    values = np.load(wrong)
    values[-1, -1, -1, -1] += 1
    np.save(wrong, values)
    absent.unlink()
    code, stdout, _ = golden("check", "--only", only, "--against", folder, "--json", "-")
    found = {one["name"]: one["problem"] for one in json.loads(stdout)["findings"]}
    assert code == 1
    assert set(found) == {wrong.parent.name, absent.parent.name}
    last = [length - 1 for length in values.shape]
    assert f"at {last} got " in found[wrong.parent.name]
    assert found[absent.parent.name] == "has no output there"


def test_what_the_host_does_not_support_is_counted(
    golden: Golden, exported: Callable[..., Path]
) -> None:
    only = "scale_shift-exact-*"
    folder = exported("npy", only)
    first, *others = sorted(folder.iterdir())
    (first / "output.npy").unlink()
    (first / "unsupported").write_text("no scale\n")
    code, stdout, _ = golden("check", "--only", only, "--against", folder)
    total = len(others) + 1
    expected = f"{total} of {total} fixtures against {folder}, of which the host does not support 1"
    assert (code, f"{expected} (1 because of: no scale)" in stdout) == (0, True)
    for one in others:
        (one / "unsupported").write_text("")
    code, stdout, _ = golden("check", "--only", only, "--against", folder)
    assert (code, "every case is marked unsupported" in stdout) == (1, True)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("output.bin", b"\0" * 5, "holds 5 bytes, expected"),
        ("output.npy", b"no array", "cannot be read as .npy"),
        ("output.npy", bytes(10**6), "larger than an output of"),
    ],
)
def test_an_unreadable_output_is_refused(
    golden: Golden, tmp_path: Path, store: Store, name: str, content: bytes, sentence: str
) -> None:
    fixture = next(name for name in store.outputs if name.startswith("scale_shift"))
    (tmp_path / "theirs" / fixture).mkdir(parents=True)
    (tmp_path / "theirs" / fixture / name).write_bytes(content)
    code, _, stderr = golden("check", "--only", fixture, "--against", tmp_path / "theirs")
    assert code == 2
    assert sentence in stderr


def test_a_folder_without_outputs_is_refused(golden: Golden, tmp_path: Path) -> None:
    for folder, sentence in (
        (tmp_path, "has no folder of any"),
        (tmp_path / "x", "no such folder"),
    ):
        code, _, stderr = golden("check", "--only", ONLY, "--against", folder)
        assert code == 2
        assert sentence in stderr


@pytest.mark.skipif(find_spec("onnx") is not None, reason="onnx is installed")
def test_without_onnx_a_sentence_says_how_to_get_it(golden: Golden, tmp_path: Path) -> None:
    code, _, stderr = golden("export", "--format", "onnx", "--only", ONLY, tmp_path / "x")
    assert (code, stderr) == (2, 'clgold: onnx is not installed: pip install "clgold[onnx]"\n')
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(find_spec("onnx") is None, reason="onnx is not installed")
@pytest.mark.parametrize("only", ["conv2d-real-*", "batch_norm-exact-*", "linear+softmax+argmax-*"])
def test_onnx_itself_stays_within_the_bounds(
    golden: Golden, exported: Callable[..., Path], tmp_path: Path, only: str
) -> None:
    """Its own evaluator, on the models and inputs exported."""
    onnx = pytest.importorskip("onnx")
    evaluator = pytest.importorskip("onnx.reference").ReferenceEvaluator
    places = sorted(
        place for place in exported("onnx", only).iterdir() if "special" not in place.name
    )
    for place in places:
        model = onnx.load(place / "model.onnx")
        data = place / "test_data_set_0"
        inputs = {
            one.name: onnx.numpy_helper.to_array(onnx.load_tensor(data / f"input_{k}.pb"))
            for k, one in enumerate(model.graph.input)
        }
        (output,) = evaluator(model).run(None, inputs)
        theirs = tmp_path / "theirs" / place.name / "test_data_set_0"
        theirs.mkdir(parents=True)
        onnx.save_tensor(onnx.numpy_helper.from_array(output), theirs / "output_0.pb")
    code, stdout, _ = golden("check", "--only", only, "--against", tmp_path / "theirs")
    assert (code, stdout.splitlines()[-1]) == (0, "verdict: pass")


@pytest.mark.skipif(find_spec("onnx") is None, reason="onnx is not installed")
def test_what_onnx_cannot_say_is_listed(golden: Golden, tmp_path: Path) -> None:
    code, stdout, _ = golden("export", "--format", "onnx", "--only", "local2d-*", tmp_path / "x")
    assert code == 0
    assert stdout.count("ONNX has no operator for it") == 36
    assert stdout.endswith(f"0 fixtures in {tmp_path / 'x'}, 36 left out\n")
