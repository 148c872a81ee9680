"""What is guarded is gone when its owner is, at whatever moment that ends."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from clgold.device import caches
from clgold.device.guardian import new_folder

from .lifetimes_test import mark, marked, waited_for  # noqa: F401 # a fixture

DIES = "os.kill(os.getpid(), signal.SIGKILL)"
SETUP = "import os, pathlib, signal, subprocess, sys, time\nfrom clgold.device import guardian\n"
FOLDER = "folder = guardian.new_folder(sys.argv[1])\n"
PROCESS = "guardian.guarded(['sh', '-c', 'touch $0/begun; sleep 600', sys.argv[1]])\n"


def killed(program: str, folder: Path) -> None:
    """Run the program, which kills itself."""
    done = subprocess.run([sys.executable, "-P", "-c", SETUP + program, str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_folder_is_removed_when_it_is_closed(tmp_path: Path) -> None:
    with closing(new_folder(tmp_path)) as folder:
        assert folder.path.name.startswith(f"clgold-{os.getpid()}-")
        assert folder.path.stat().st_mode & 0o777 == 0o700
        (folder.path / "sub").mkdir()
        (folder.path / "sub/file").touch()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        new_folder(tmp_path / "missing")


@pytest.mark.parametrize(
    "program",
    [
        f"pathlib.Path.mkdir = lambda *_, **__: {DIES}\n{FOLDER}",
        f"make = os.mkdir\nos.mkdir = lambda *a: (make(*a), {DIES})\n{FOLDER}",
        f"{FOLDER}(folder.path / 'a.npy').touch()\n{DIES}",
    ],
    ids=["before-it-is-made", "when-it-is-made", "when-it-is-full"],
)
def test_a_folder_is_gone_whenever_its_owner_is_killed(tmp_path: Path, program: str) -> None:
    killed(program, tmp_path)
    assert waited_for(lambda: not list(tmp_path.iterdir()))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
@pytest.mark.parametrize("number", [1, 2], ids=["guardian-alone", "process-not-told"])
def test_a_process_never_begins_whose_guardian_does_not_know_it(
    tmp_path: Path,
    mark: str,  # noqa: F811 # the fixture
    number: int,
) -> None:
    counting = f"""
begin, begun = subprocess.Popen.__init__, []
def counted(*words, **options):
    begin(*words, **options)
    begun.append(words)
    if len(begun) == {number}:
        {DIES}
subprocess.Popen.__init__ = counted
"""
    killed(counting + PROCESS, tmp_path)
    assert waited_for(lambda: not marked(mark)), marked(mark)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
def test_a_process_ends_with_its_owner(tmp_path: Path, mark: str) -> None:  # noqa: F811
    until = "while not (pathlib.Path(sys.argv[1]) / 'begun').exists(): time.sleep(0.01)\n"
    killed(PROCESS + until + DIES, tmp_path)
    assert (tmp_path / "begun").exists()
    assert waited_for(lambda: not marked(mark)), marked(mark)


def test_a_temporary_kernel_cache_is_gone_when_its_process_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    fake = "from clgold.device import caches, drivers\nfake = drivers.Driver('fake', '', '')\n"
    killed(f"{fake}assert caches.cache_folder(fake).parent.samefile(sys.argv[1])\n{DIES}", tmp_path)
    assert waited_for(lambda: not list(tmp_path.iterdir()))


def test_a_place_without_room_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "_temporary_place", lambda: str(tmp_path))
    monkeypatch.setattr(caches, "_held", {})
    monkeypatch.setattr(caches, "has_room", lambda _: False)
    with pytest.raises(caches.CacheFull):
        caches._new_folder("fake")
    assert list(tmp_path.iterdir()) == []
