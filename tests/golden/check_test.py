"""Whatever is damaged in a folder of fixtures, `clgold golden check` names it, and exits with 1."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clgold.golden.store import MANIFEST, read, stored_names
from clgold.reference.spec import InputError

Golden = Callable[..., tuple[int, str, str]]
Damage = Callable[[Path], str]

ONLY = "scale_shift-*"
NAME = "scale_shift-exact-0-"


def archive(folder: Path) -> Path:
    return next((folder / "arrays").iterdir())


def first(folder: Path) -> str:
    """The name of the first fixture."""
    return next(name for name in read(folder).manifest.fixtures if name.startswith(NAME))


def edit(folder: Path, pattern: str, replacement: str) -> str:
    """Change the manifest where the pattern first matches; the first fixture's name."""
    path, name = folder / MANIFEST, first(folder)
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, count=1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return name


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def flip_a_stored_bit(folder: Path) -> str:
    content = archive(folder).read_bytes()
    flip(archive(folder), content.index(b"\x93NUMPY") + 128)
    entry = re.search(rb"(scale_shift-[\w-]+)\.npy", content)
    assert entry is not None
    return entry[1].decode()


def flip_the_archives_date(folder: Path) -> str:
    flip(archive(folder), 12)
    return archive(folder).name


def truncate_the_archive(folder: Path) -> str:
    archive(folder).write_bytes(archive(folder).read_bytes()[:-1000])
    return first(folder)


def remove_the_archive(folder: Path) -> str:
    name = first(folder)
    archive(folder).unlink()
    return name


def truncate_the_manifest(folder: Path) -> str:
    path = folder / MANIFEST
    text = path.read_text(encoding="utf-8")
    cut = text.rindex("[fixture.")
    path.write_text(text[:cut], encoding="utf-8")
    return text[cut:].split('"')[1]


def add_a_stray_file(folder: Path) -> str:
    (folder / "arrays" / "stray.npz").write_bytes(b"")
    return "stray.npz"


def add_a_stray_fixture(folder: Path) -> str:
    path = folder / MANIFEST
    text = path.read_text(encoding="utf-8")
    last = text[text.rindex("[fixture.") :].replace('"scale_shift-', '"scale_shift-stray-', 1)
    path.write_text(f"{text}\n{last.replace('true', 'false')}", encoding="utf-8")
    return last.split('"')[1]


DAMAGES: dict[str, Damage] = {
    "a stored bit": flip_a_stored_bit,
    "the archive's date": flip_the_archives_date,
    "the archive's end": truncate_the_archive,
    "no archive": remove_the_archive,
    "the manifest's end": truncate_the_manifest,
    "a stray file": add_a_stray_file,
    "a stray fixture": add_a_stray_fixture,
    "an output's digest": lambda f: edit(f, r'(output = .*sha256 = ")....', r"\g<1>0000"),
    "an input's digest": lambda f: edit(f, r'("input".*sha256 = ")....', r"\g<1>0000"),
    "an input's shape": lambda f: edit(f, r'("input".*shape = \[)2, 3', r"\g<1>3, 2"),
    "an input's name": lambda f: edit(f, r'name = "shift"', 'name = "bias"'),
    "an output's shape": lambda f: edit(f, r'("output".*shape = \[)2, 3', r"\g<1>3, 2"),
    "an output's dtype": lambda f: edit(f, r'("output", dtype = )"float32"', r'\1"int64"'),
    "a seed": lambda f: edit(f, '(case = "scale_shift .*probe=exact)"', r'\1 seed=7"'),
    "a shape in the case": lambda f: edit(f, "scale_shift input=2,3", "scale_shift input=3,3"),
    "an attribute": lambda f: edit(f, "(scale_shift .*)probe=exact", r"\1stride=2 probe=exact"),
    "the reason": lambda f: edit(f, 'why = "', 'why = "not '),
    "what is stored": lambda f: edit(f, "stored = true", "stored = false"),
}


@pytest.fixture
def whole(golden: Golden, folder: Path) -> Path:
    """The folder, of which the command says that it passes."""
    assert golden("check", "--fixtures", folder, "--only", ONLY)[0] == 0
    return folder


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named(golden: Golden, whole: Path, damage: str) -> None:
    name = DAMAGES[damage](whole)
    code, stdout, stderr = golden("check", "--fixtures", whole, "--only", ONLY, "--json", "-")
    answer = json.loads(stdout)
    assert (code, answer["verdict"], stderr) == (1, "fail", "")
    assert name in {Path(one["name"]).name for one in answer["findings"]}


@pytest.mark.parametrize("generator", ["0", "2"])
def test_inputs_of_another_generator_are_named(golden: Golden, whole: Path, generator: str) -> None:
    edit(whole, "generator = 1", f"generator = {generator}")
    code, stdout, _ = golden("check", "--fixtures", whole, "--only", ONLY)
    assert code == 1
    assert f"the inputs are of generator {generator}, here it is 1" in stdout


def test_what_passes_says_so(golden: Golden, whole: Path) -> None:
    code, stdout, stderr = golden("check", "--fixtures", whole, "--only", ONLY)
    assert (code, stderr) == (0, "")
    assert stdout.splitlines()[-1] == "verdict: pass"


def noticed(folder: Path) -> bool:
    """Whether the damage is found, or refused as hostile."""
    try:
        return bool(read(folder).damage)
    except InputError:
        return True


def test_any_bit_of_an_archive_matters(whole: Path) -> None:
    """One of many bits in turn: the fixtures are read as damaged, and nothing else happens."""
    path = archive(whole)
    content = path.read_bytes()
    for place in range(0, len(content), 61):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        assert noticed(whole), f"byte {place}"


def test_the_stored_outputs_are_those_of_the_manifest(whole: Path) -> None:
    store = read(whole)
    assert set(store.outputs) == {
        n for names in stored_names(store.manifest).values() for n in names
    }
