"""Whatever a file of kernels does to the process that loads it, the command's end is its own."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clgold.conformance.commands import cli
from clgold.device import contain
from clgold.device.session import Session
from clgold.device.variants import VariantError, load_variants
from clgold.golden.distrust import printable

from .command import PROGRAM, SECONDS, Answer, clgold

WRONG = """
from clgold.device import variant

@variant("relu", "wrong")
def wrong(cl, input):
    return cl.output()
"""
ALWAYS_0 = "import atexit, os\natexit.register(os._exit, 0)\n"
THREAD = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"


def verified(folder: Path, session: Session, text: str) -> Answer:
    (folder / "mine.py").write_text(text)
    options = ("--kernels", "mine.py", "--device", session.driver.name)
    return clgold("verify", "--case", "relu input=3,17", *options, folder=folder)


@pytest.mark.parametrize("status", [0, 1, 3])
def test_a_file_that_ends_its_process_is_bad_input(
    opencl: Session, tmp_path: Path, status: int
) -> None:
    answer = verified(tmp_path, opencl, f"import os\nos._exit({status})\n")
    assert (answer.code, answer.stdout) == (2, "")
    assert answer.stderr == (
        "clgold: a file of kernels has ended the command, "
        f"which exited with {status} and without a verdict\n"
    )


def test_neither_an_exit_handler_nor_a_thread_changes_the_verdict(
    opencl: Session, tmp_path: Path
) -> None:
    started = time.monotonic()
    answer = verified(tmp_path, opencl, ALWAYS_0 + THREAD + WRONG)
    assert answer.code == 1, answer.stderr
    assert answer.stdout.endswith("verdict: fail\n")
    assert time.monotonic() - started < 300  # of the 600 that the thread sleeps


def test_a_file_does_not_flood_the_screen(opencl: Session, tmp_path: Path) -> None:
    answer = verified(tmp_path, opencl, "print('x' * 5_000_000)\n" + WRONG)
    assert answer.code == 1
    assert len(answer.stderr) < 3000


def test_what_is_loaded_has_a_time_limit() -> None:
    with pytest.raises(contain.TooSlow), contain.contained(0.1):
        time.sleep(60)


def test_a_file_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clgold.device.variants.contained", lambda: contain.contained(0.1))
    path = tmp_path / "mine.py"
    path.write_text("while True:\n    pass\n")
    with pytest.raises(VariantError, match="not loaded within 60 seconds"):
        load_variants(path)


@pytest.mark.parametrize("name", ["a\x1b[2J", "", "x" * 81, "two\nlines"])
def test_a_variants_name_can_be_printed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(WRONG.replace('"wrong"', repr(name)))
    with pytest.raises(VariantError, match="printable letters"):
        load_variants(path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("over\rwritten", "over\\rwritten"),
        ("\x1b[1mbold\x1b[0m", "\x1b[1mbold\x1b[0m"),
        ("two\nlines\t×", "two\nlines\t×"),
    ],
)
def test_what_moves_the_cursor_is_spelt_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_fault_of_our_own_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("clgold.conformance.commands.numbers.plan_rows", lambda _: [][0])
    with pytest.raises(SystemExit) as end:
        cli.main(["plan", "stn"])
    said = capsys.readouterr().err
    assert end.value.code == 4
    assert said.startswith("clgold: a fault of clgold's own, IndexError: list index out of range;")
    kept = Path(said.split()[-1])
    assert "plan_rows" in kept.read_text()
    kept.unlink()


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "clgold: interrupted\n"),
        (ImportError("half"), 4, "clgold: a fault of clgold's own, ImportError: half\n"),
    ],
    ids=["interrupted", "half-imported"],
)
def test_what_comes_around_a_command_is_a_sentence(
    raised: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: list[str]) -> int:
        raise raised

    monkeypatch.setattr(cli, "run", fail)
    with pytest.raises(SystemExit) as end:
        cli.main(["plan", "stn"])
    assert (end.value.code, capsys.readouterr().err) == (code, said)


def test_an_interrupt_needs_no_import(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "clgold.golden.distrust", None)
    monkeypatch.setattr(cli.app, "main", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert cli.run(["plan", "stn"]) == 130
    assert capsys.readouterr().err == "clgold: interrupted\n"


WAITS = "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(600)\n"


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [("SIGTERM", -signal.SIGTERM, ""), ("SIGINT", 130, "\nclgold: interrupted\n")],
)
def test_a_signal_is_no_fault_of_the_file(tmp_path: Path, end: str, code: int, said: str) -> None:
    (tmp_path / "mine.py").write_text(WAITS)
    command = [sys.executable, "-P", "-c", PROGRAM, "verify", "relu", "--kernels", "mine.py"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
        process.send_signal(signal.Signals[end])
        _, heard = process.communicate(timeout=SECONDS)
    assert (process.returncode, heard) == (code, said)
