"""What GitHub is told stands at the line of the kernel that fails, whatever the names are."""

import json
from pathlib import Path
from typing import Any

import pytest

from clgold.conformance.commands import cli
from clgold.conformance.reports.schema import VERSION

KERNELS = """// Two kernels.
__kernel void right(__global float *output) { output[0] = 1.0f; }
__kernel void wrong(__global float *output)
{
    right(output);
}
"""
WRAPPERS = """
from clgold.device import variant

raise SystemExit("an annotation runs nothing")

@variant("relu", "mine", supports=lambda shapes, attributes: None)
def relu(cl, input):
    return cl.launch("mine.cl", "wrong", (1,), None, cl.output())

@variant("relu", "of text")
def other(cl, input):
    return cl.launch(cl.text(), "wrong", (1,), None, cl.output())
"""
ASSAY: dict[str, Any] = {
    "layer": "relu",
    "driver": "pocl",
    "cases": 0,
    "vacuous": 0,
    "unsupported": {},
    "budget_used": None,
    "precision": None,
    "replay": "clgold verify relu",
    "says": [],
    "seconds": 1.0,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository's root, kernels below it."""
    (tmp_path / "my kernels").mkdir()
    (tmp_path / "my kernels" / "mine.cl").write_text(KERNELS)
    (tmp_path / "my kernels" / "mine.py").write_text(WRAPPERS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def annotated(
    capsys: pytest.CaptureFixture[str], *failures: tuple[str, str, str], option: str = "--kernels"
) -> list[str]:
    """What the command says of these variants, probes and failures."""
    words = [option, "my kernels/mine.py"] if option == "--kernels" else [option]
    report = {
        **{"schema": VERSION, "kind": "suite", "clgold": "1", "command": ["suite", *words]},
        **{"began": "2026-01-01", "seconds": 1.0, "seed": None, "effort": None},
        **{"host": {"system": "", "python": "", "numpy": ""}, "verdict": "fail", "devices": []},
        "assays": [
            ASSAY | {"variant": variant, "probe": probe, "failure": failure}
            for variant, probe, failure in failures
        ],
        "failed_tests": [],
    }
    Path("report.json").write_text(json.dumps(report))
    assert cli.run(["report", "report.json", "--annotations"]) == 0
    return capsys.readouterr().out.splitlines()[:-1]


@pytest.mark.parametrize("option", ["--kernels", "--kernels=my kernels/mine.py"])
def test_a_failure_stands_at_its_kernel_or_at_its_wrapper(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    one = ("mine", "real", "wrong: 3 of 7 elements")
    two = ("mine", "wide", "wrong: 1 of 7 elements")
    other = ("of text", "real", "crash: it died")
    assert annotated(capsys, one, two, other, option=option) == [
        "::error file=my kernels/mine.cl,line=3,title=relu 'mine' on pocl::"
        "wrong: 3 of 7 elements (probe real; 1 more fail)%0Aclgold verify relu",
        "::error file=my kernels/mine.py,line=11,title=relu 'of text' on pocl::"
        "crash: it died (probe real)%0Aclgold verify relu",
    ]


def test_what_passes_is_not_mentioned(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert annotated(capsys, ("mine", "real", "")) == []


@pytest.mark.parametrize("content", ["def", "\0", "(" * 5000, None])
def test_a_source_that_cannot_be_read_has_no_line(
    folder: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    path = folder / "my kernels" / "mine.py"
    path.unlink() if content is None else path.write_text(content)
    (said,) = annotated(capsys, ("mine", "real", "wrong: 1"))
    assert said.startswith("::error title=relu 'mine' on pocl::wrong: 1 (probe real)")


def test_a_strangers_text_ends_no_annotation(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (said,) = annotated(
        capsys, ("a,b::c\n::set-env name=x::y", "real", "wrong: \x1b[2J\n::error::%0A")
    )
    assert said.count("::") - said.partition("::wrong: ")[2].count("::") == 2
    assert "%2C" in said
    assert "%250A" in said
    assert "\x1b" not in said
