"""Fixtures that nobody honest wrote: one sentence, exit 2, nothing read beyond, nothing written."""

import io
import os
import pickle
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clgold.golden.archive import npy
from clgold.golden.store import MANIFEST, archive_name, read

Golden = Callable[..., tuple[int, str, str]]
Attack = Callable[[Path], None]
ONLY = "scale_shift-*"


def edit(folder: Path, pattern: str, replacement: str) -> None:
    path = folder / MANIFEST
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, count=1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def name_the_archive(folder: Path, name: str) -> None:
    edit(folder, r"arrays/scale_shift-\w+\.npz", name)


def put_archive(folder: Path, content: bytes) -> None:
    """An archive of this content, under the name that its bytes give, in place of the old one."""
    shutil.rmtree(folder / "arrays")
    (folder / "arrays").mkdir()
    name = archive_name("scale_shift", content)
    (folder / name).write_bytes(content)
    name_the_archive(folder, name)


def rewritten(folder: Path, content: Callable[[bytes], bytes], method: int) -> bytes:
    """The archive with another content for its first entry."""
    buffer = io.BytesIO()
    old = next((folder / "arrays").iterdir())
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(buffer, "w", method) as target:
        first, *others = source.infolist()
        target.writestr(first.filename, content(source.read(first)))
        for entry in others:
            target.writestr(entry.filename, source.read(entry))
    return buffer.getvalue()


def zip_bomb(folder: Path) -> None:
    bomb = rewritten(folder, lambda _: bytes(400_000), zipfile.ZIP_DEFLATED)
    put_archive(folder, bomb)


def long_entries(folder: Path) -> None:
    put_archive(folder, rewritten(folder, lambda old: old + bytes(1500), zipfile.ZIP_STORED))


def large_archive(folder: Path) -> None:
    put_archive(folder, bytes(1_000_000))


def lying_archive(folder: Path) -> None:
    """The lists at its end say that an entry is 2³¹ bytes long."""
    content = bytearray(next((folder / "arrays").iterdir()).read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (2**31).to_bytes(4, "little")
    put_archive(folder, bytes(content))


def pickled(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
            return os.mkdir, (str(folder / "sprung"),)

    text = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    bytes_of = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + pickle.dumps(Trap())
    put_archive(folder, rewritten(folder, lambda _: bytes_of, zipfile.ZIP_STORED))


def link_the_archive(folder: Path) -> None:
    archive = next((folder / "arrays").iterdir())
    archive.rename(folder.parent / "outside.npz")
    archive.symlink_to(folder.parent / "outside.npz")


def link_the_folder(folder: Path) -> None:
    (folder / "arrays").rename(folder.parent / "outside")
    (folder / "arrays").symlink_to(folder.parent / "outside")


def link_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).rename(folder.parent / "outside.toml")
    (folder / MANIFEST).symlink_to(folder.parent / "outside.toml")


def link_in_a_circle(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).symlink_to(folder / MANIFEST)


def write(content: bytes) -> Attack:
    return lambda folder: (folder / MANIFEST).write_bytes(content) and None


ATTACKS: dict[str, tuple[Attack, str]] = {
    "no TOML": (write(b"{"), "malformed: "),
    "empty": (write(b""), "is of version None, this clgold reads 1"),
    "no text": (write(b"\xff\xfe"), "is not UTF-8 text"),
    "too large": (write(b"#" * (2**24 + 1)), "larger than 16777216 bytes, no manifest"),
    "nested": (write(b"version = 1\na = " + b"[" * 100_000), "malformed: "),
    "nothing but a version": (write(b"version = 1"), "the manifest: has no field 'generator'"),
    "no manifest": (lambda f: (f / MANIFEST).unlink(), "there is no such manifest"),
    "a folder": (lambda f: (f / MANIFEST).unlink() or (f / MANIFEST).mkdir(), "no such manifest"),
    "newer": (lambda f: edit(f, "version = 1", "version = 2"), "is of version 2, this"),
    "no number": (lambda f: edit(f, "version = 1", "version = true"), "is of version True, this"),
    "unknown field": (lambda f: edit(f, "stored = true", "run = 1"), "has an unknown field 'run'"),
    "missing field": (lambda f: edit(f, "stored = true", ""), "has no field 'stored'"),
    "twice": (lambda f: edit(f, "stored = true", "stored = true\nstored = true"), "malformed: "),
    "dtype": (lambda f: edit(f, '"float32"', '"object"'), "dtype 'object', expected float32 or"),
    "negative": (lambda f: edit(f, r"shape = \[2", "shape = [-2"), "a length is -2, expected"),
    "huge": (lambda f: edit(f, r"shape = \[2", f"shape = [{2**40}"), "cannot have the shape"),
    "large": (lambda f: edit(f, r"(output = .*shape = \[)2", r"\g<1>2000"), "more than the 4096"),
    "digest": (lambda f: edit(f, 'sha256 = "', 'sha256 = "g'), "expected to match [0-9a-f]{64}"),
    "fixture": (lambda f: edit(f, r'fixture\."', 'fixture."../'), "fixture is '../scale_shift"),
    "outside": (lambda f: name_the_archive(f, "../a-000000000000.npz"), "expected to match"),
    "absolute": (lambda f: name_the_archive(f, "/etc/passwd"), "is '/etc/passwd', expected"),
    "a linked archive": (link_the_archive, "is a link that leads out of"),
    "a linked folder": (link_the_folder, "is a link that leads out of"),
    "a linked manifest": (link_the_manifest, "is a link that leads out of"),
    "a circle": (link_in_a_circle, "is a link that leads out of"),
    "a zip bomb": (zip_bomb, "is compressed or encrypted; expected it stored as it is"),
    "long entries": (long_entries, "declares 1832 bytes, expected 332"),
    "a large archive": (large_archive, "bytes, more than its arrays can take"),
    "a lying archive": (lying_archive, "declares 2147483648 bytes, expected 332"),
    "pickled objects": (pickled, "holds pickled objects; expected float32"),
}  # fmt: skip


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("attack", "command"),
    [
        (attack, command)
        for attack in ATTACKS
        for command in ("check", "regenerate", "export")
        if (attack, command) != ("no manifest", "regenerate")  # where nothing is, it starts anew
    ],
)
def test_what_is_hostile_is_refused(
    golden: Golden, folder: Path, tmp_path: Path, attack: str, command: str
) -> None:
    spoil, sentence = ATTACKS[attack]
    spoil(folder)
    before = listing(tmp_path)
    target = [tmp_path / "target", "--format", "npy"] if command == "export" else []
    reason = ["--reason", "none"] if command == "regenerate" else []
    code, stdout, stderr = golden(command, "--fixtures", folder, "--only", ONLY, *reason, *target)
    assert (code, stdout) == (2, "")
    assert stderr.startswith("clgold: ")
    assert sentence in stderr
    assert stderr.count("\n") == 1
    assert listing(tmp_path) == before
    assert not (folder / "sprung").exists()


def test_a_small_compressed_entry_is_refused_too(folder: Path) -> None:
    put_archive(folder, rewritten(folder, lambda old: old, zipfile.ZIP_DEFLATED))
    with pytest.raises(ValueError, match="is compressed or encrypted"):
        read(folder)


@pytest.mark.parametrize("shape", [(), (1,), (3, 1, 7), (0, 2), (123456, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_a_header_is_as_numpy_reads_it(shape: tuple[int, ...], dtype: type) -> None:
    values = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    found = np.load(io.BytesIO(npy(values)), allow_pickle=False)
    assert (found.dtype, found.shape) == (values.dtype, values.shape)
    np.testing.assert_array_equal(found, values)
