"""A file or a folder is written whole or left as it was; what is no file is never replaced."""

import contextlib
import os
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from clgold.golden.whole import whole_folder, writable, write_whole
from clgold.reference.spec import InputError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", b"content")
        with whole_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "new").read_bytes() == b"content"
    assert (mode(tmp_path / "new"), mode(tmp_path / "folder")) == (0o640, 0o750)


@pytest.mark.parametrize("wanted", [0o600, 0o644, 0o755])
def test_a_file_keeps_its_mode(tmp_path: Path, wanted: int) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(wanted)
    write_whole(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", wanted)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    link.symlink_to("file")
    write_whole(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert not file.is_symlink()


def test_a_link_to_nothing_gets_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_device_is_written_into() -> None:
    before = Path(os.devnull).stat()
    write_whole(Path(os.devnull), b"content")
    after = Path(os.devnull).stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


def test_a_full_device_is_a_sentence() -> None:
    said = r"^--json /dev/full: cannot be written: No space left on device$"
    with pytest.raises(InputError, match=said), writable("--json /dev/full:"):
        write_whole(Path("/dev/full"), b"content")


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"content")
    reader.join()
    assert read == [b"content"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"same")
    before = path.stat().st_ino
    write_whole(path, b"same")
    assert path.stat().st_ino == before


def test_a_file_that_cannot_be_finished_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"), writable("it"):
        write_whole(path, b"new")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_links_in_a_circle_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InputError, match=r"^it cannot be written: "), writable("it"):
        write_whole(tmp_path / "a", b"new")


def test_a_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target, link = tmp_path / "folder", tmp_path / "link"
    target.mkdir()
    (target / "old").touch()
    link.symlink_to("folder")
    with whole_folder(link) as new:
        (new / "new").touch()
        assert (target / "old").exists()
    assert link.is_symlink()
    assert [path.name for path in target.iterdir()] == ["new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link"]


def test_a_folder_that_is_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").touch()
    with contextlib.suppress(FileExistsError), whole_folder(target) as new:
        (new / "new").mkdir()
        (new / "new").mkdir()
    assert list(tmp_path.iterdir()) == [target]
    assert [path.name for path in target.iterdir()] == ["old"]


def test_what_killed_writers_left_goes_with_the_next_write(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for name in (f".a.{ended.pid}-01234567", f".a.{os.getpid()}-01234567", ".a.x", ".b.1-0"):
        (tmp_path / name).touch()
    (tmp_path / f".a.{ended.pid}-89abcdef").mkdir()
    left = [f".a.{os.getpid()}-01234567", ".a.x", ".b.1-0", "a"]
    write_whole(tmp_path / "a", b"content")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(left)
    (tmp_path / f".c.{ended.pid}-89abcdef").mkdir()
    with whole_folder(tmp_path / "c"):
        assert len(list(tmp_path.iterdir())) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*left, "c"])
