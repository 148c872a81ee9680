"""What the documentation shows works as it stands."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from harness.command import PROGRAM, clgold

from clgold.conformance.commands import cli
from clgold.device.session import Session

DOCS = Path(__file__).parent.parent / "docs"


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    text = (DOCS / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A folder with the files of docs/your-kernel.md."""
    (tmp_path / "my_pool.cl").write_text(blocks("your-kernel.md", "c")[0])
    (tmp_path / "my_kernels.py").write_text(blocks("your-kernel.md", "python")[0])
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)


def test_the_example_is_at_most_20_lines_of_python() -> None:
    assert len(blocks("your-kernel.md", "python")[0].splitlines()) <= 20


def test_the_example_kernel_passes_on_the_command_line(example: Path, opencl: Session) -> None:
    device = ("--device", opencl.driver.name)
    done = clgold("verify", "max_pool2d", "--kernels", "my_kernels.py", *device, folder=example)
    assert done.code == 0, done.stdout + done.stderr
    assert "verdict: pass" in done.stdout


QUOTED = re.findall(
    r"<!-- (tests/\S+) -->\n```python\n(.*?)```",
    (DOCS / "your-kernel.md").read_text(encoding="utf-8"),
    re.DOTALL,
)


@pytest.mark.parametrize(("file", "block"), QUOTED, ids=[Path(file).stem for file, _ in QUOTED])
def test_what_is_quoted_stands_in_a_file_that_a_test_runs(file: str, block: str) -> None:
    assert block in (DOCS.parent / file).read_text(encoding="utf-8")


SHOWN = re.compile(r"^(?: {4}|.*&& )?clgold ((?:[a-z]+)(?: .*)?)$", re.MULTILINE)


def shown() -> list[str]:
    """Every command line of the documentation, without what is said beside it."""
    files = (*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md")
    found = []
    for file in files:
        text = re.sub(r"\\\n\s*", "", file.read_text(encoding="utf-8"))
        lines = [re.split(r" {2,}|`", one)[0] for one in SHOWN.findall(text)]
        found += [one for one in lines if one.split()[0] in cli.COMMANDS]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("line", shown())
def test_every_command_that_is_shown_is_one(line: str) -> None:
    command: click.Command | None = cli.app
    context, rest = click.Context(cli.app), shlex.split(line)
    while isinstance(command, click.Group):
        name, *rest = rest
        command = command.get_command(context, name)
    assert command is not None
    with command.make_context(name, rest, parent=context) as parsed:
        assert not parsed.args or command.ignore_unknown_options


LIGHT = [one for one in shown() if one.split()[0] in ("plan", "summary") and ".onnx" not in one]


@pytest.mark.parametrize("line", LIGHT)
def test_what_needs_no_device_runs_as_it_is_shown(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cli.main(shlex.split(line))
    assert capsys.readouterr().out


SUITE = {
    "the command": (sys.executable, "-P", "-c", PROGRAM, "suite"),
    "another project's pytest": (
        *(sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider"),
        *("-p", "clgold.conformance.suite.plugin", "--pyargs", "clgold.conformance.suite"),
    ),
}


@pytest.mark.parametrize("way", SUITE)
def test_the_example_kernel_passes_in_the_suite(example: Path, opencl: Session, way: str) -> None:
    options = ("--kernels", "my_kernels.py", "--layer", "max_pool2d", "--effort", "quick", "-q")
    done = run(example, *SUITE[way], *options, "--device", opencl.driver.name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"max_pool2d +mine +\S+ +\d+ .* pass", done.stdout), done.stdout
