"""`clgold golden regenerate` changes what differs, says what moves, is never caught half-way."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from harness.published import published

from clgold.golden import produce
from clgold.golden.cases import Case
from clgold.golden.fixtures import Source, golden_output
from clgold.golden.movement import movement
from clgold.golden.store import MANIFEST, read, strays

Golden = Callable[..., tuple[int, str, str]]
Listing = dict[str, tuple[bytes, int]]
F = np.float32
ONLY = "scale_shift-*"


def listing(folder: Path) -> Listing:
    """Every file with its content and the time of its last change."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference whose second element is two float32 further up, in the real cases alone."""

    def nudged(source: Source) -> np.ndarray:
        output = golden_output(source)
        if isinstance(source, Case) and source.probe == "real":
            for _ in range(2):
                output.flat[1] = np.nextafter(output.flat[1], F(np.inf))
        return output

    monkeypatch.setattr(produce, "golden_output", nudged)


def test_nothing_is_written_where_nothing_differs(golden: Golden, folder: Path) -> None:
    before = listing(folder)
    code, stdout, _ = golden("regenerate", "--fixtures", folder, "--only", ONLY)
    assert (code, stdout) == (0, "24 fixtures, 0 differ\n")
    assert listing(folder) == before


def test_made_anew_they_are_the_same_bytes(golden: Golden, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    time.sleep(0.01)
    golden("regenerate", "--fixtures", other, "--only", ONLY, "--reason", "the first")
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (folder, other)
    )
    assert one == two


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ([], "fixtures differ; say why with --reason"),
        (["--reason", "  "], "fixtures differ; say why with --reason"),
        (["--reason", "a\x07bell"], "--reason holds what cannot be printed"),
    ],
)
def test_without_a_reason_nothing_is_written(
    golden: Golden, folder: Path, reason: list[str], sentence: str
) -> None:
    before = listing(folder)
    code, stdout, stderr = golden("regenerate", "--fixtures", folder, "--only", ONLY, *reason)
    assert code == 2
    assert sentence in stderr
    # What is given and cannot be used is refused before any work.
    assert stdout == "" if reason else stdout.endswith("24 fixtures, 4 differ\n")
    assert listing(folder) == before


@pytest.mark.usefixtures("moved")
def test_it_shows_what_moves_and_keeps_the_reason(golden: Golden, folder: Path) -> None:
    old = read(folder)
    reason = "the second element\nis further up"
    options = ("--fixtures", folder, "--only", ONLY, "--reason", reason)
    code, stdout, _ = golden("regenerate", *options, "--json", folder.parent / "found.json")
    assert code == 0
    report = published(folder.parent / "found.json")
    assert (report["kind"], report["changed"]) == ("golden-regenerate", 4)
    assert len(report["findings"]) == 4
    shown = " ".join(stdout.split())
    assert len(re.findall(r"1 of \d+ elements move, by at most 2 ulp, most at \[", shown)) == 4
    new = read(folder)
    assert [change.reason for change in new.manifest.changes] == [
        "the first",
        "the second element is further up",
    ]
    assert new.manifest.changes[1].fixtures == 4
    assert new.damage == ()
    changed = {n for n, o in new.outputs.items() if o.tobytes() != old.outputs[n].tobytes()}
    assert {name.split("-")[1] for name in changed} == {"real"}
    assert strays(folder, new.manifest) == []
    assert golden("check", "--fixtures", folder, "--only", ONLY)[0] == 0


@pytest.mark.usefixtures("moved")
def test_only_leaves_the_others_as_they_are(golden: Golden, folder: Path) -> None:
    name = next(name for name in read(folder).outputs if "real-0" in name)
    arguments = ("--fixtures", folder, "--reason", "one alone")
    code, stdout, _ = golden("regenerate", *arguments, "--only", name)
    assert (code, stdout.splitlines()[-1]) == (0, "1 fixtures, 1 differ")
    assert len(read(folder).manifest.fixtures) == 24
    _, stdout, _ = golden("check", "--fixtures", folder, "--only", ONLY)
    assert len(re.findall(r"elements move", " ".join(stdout.split()))) == 3


def test_a_damaged_archive_is_made_whole(golden: Golden, folder: Path) -> None:
    before = listing(folder)
    archive = next((folder / "arrays").iterdir())
    archive.write_bytes(archive.read_bytes()[:-100])
    arguments = ("--fixtures", folder, "--only", ONLY, "--reason", "it was damaged")
    assert golden("regenerate", *arguments)[0] == 0
    assert archive.read_bytes() == before[str(archive)][0]
    assert read(folder).damage == ()


@pytest.mark.parametrize("pattern", ["conv-*", "", "["])
def test_a_pattern_that_matches_nothing_is_refused(
    golden: Golden, folder: Path, pattern: str
) -> None:
    for command in ("check", "regenerate"):
        code, _, stderr = golden(command, "--fixtures", folder, "--only", pattern)
        assert code == 2
        assert f"--only {pattern}: no fixture has such a name" in stderr


# Writes other outputs, and kills itself at one of the calls that touch the disk.
KILLED = """
import os, pathlib, signal, sys
from dataclasses import replace
from clgold.golden.archive import digest
from clgold.golden.store import read
from clgold.golden.write import write

def deadly(function):
    def counted(*arguments, **keywords):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return counted

folder, left = pathlib.Path(sys.argv[1]), int(sys.argv[2])
old = read(folder)
outputs = {name: values + 1 for name, values in old.outputs.items()}
fixtures = {
    name: replace(one, output=digest(outputs[name])) for name, one in old.manifest.fixtures.items()
}
os.fsync = deadly(os.fsync)
pathlib.Path.replace = deadly(pathlib.Path.replace)
pathlib.Path.chmod = deadly(pathlib.Path.chmod)
pathlib.Path.unlink = deadly(pathlib.Path.unlink)
write(folder, replace(old.manifest, fixtures=fixtures), outputs)
"""


def test_killed_at_any_moment_it_leaves_whole_fixtures(
    golden: Golden, pristine: Path, tmp_path: Path
) -> None:
    before = (pristine / MANIFEST).read_bytes()
    seen = []
    for moment in range(1, 20):
        folder = Path(shutil.copytree(pristine, tmp_path / str(moment)))
        command = [sys.executable, "-P", "-c", KILLED, str(folder), str(moment)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        store = read(folder)
        assert store.damage == ()
        assert len(store.outputs) == 24
        old = (folder / MANIFEST).read_bytes() == before
        seen.append(old)
        if old:
            assert golden("regenerate", "--fixtures", folder, "--only", ONLY)[0] == 0
            assert strays(folder, store.manifest) == []
            assert golden("check", "--fixtures", folder, "--only", ONLY)[0] == 0
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
    assert seen == sorted(seen, reverse=True)
    assert len(seen) >= 6
    assert not seen[-1]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([1, 2], [1, 2], "no element moves"),
        ([1, 2], [1, 2 + 2**-22], "1 of 2 elements move, by at most 1 ulp, most at [1]: 2.0 → "),
        ([-0.0, 2], [0, 2], "1 of 2 elements move, by at most 1 ulp, most at [0]: -0.0 → 0.0"),
        ([-(2.0**-149)], [2.0**-149], "1 of 1 elements move, by at most 3 ulp, most at [0]: -1"),
        ([np.nan, 1], [1, 5], "2 of 2 elements move, some from or to NaN, most at [0]: nan → 1"),
        ([1, 1], [np.inf, np.nan], "2 of 2 elements move, some from or to NaN, most at [1]: 1.0"),
        ([1], [1, 2], "was float32 of shape (1,), is float32 of shape (2,)"),
    ],
)
def test_movement_in_words(old: list[float], new: list[float], expected: str) -> None:
    found = movement(np.array(old, F), np.array(new, F))
    assert found.startswith(expected)
