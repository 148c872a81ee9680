"""Where there are seals alone, as in a wheel, what is computed is compared with them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clgold.golden.seals import SEALS, SIZE, seals
from clgold.golden.store import ARCHIVES, FOLDER, MANIFEST, read
from clgold.golden.stored import stored_cases

Golden = Callable[..., tuple[int, str, str]]
ONLY = "scale_shift-*"


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """What an installed clgold has."""
    (tmp_path / "golden").mkdir()
    return Path(shutil.copy(FOLDER / SEALS, tmp_path / "golden")).parent


@pytest.fixture
def broken(sealed: Path) -> str:
    """The fixture whose seal is changed by a bit."""
    names = list(read(FOLDER).manifest.fixtures)
    name = next(name for name in names if name.startswith("scale_shift"))
    content = bytearray((sealed / SEALS).read_bytes())
    content[SIZE * names.index(name) + SIZE - 1] ^= 1
    (sealed / SEALS).write_bytes(content)
    return name


def test_the_seals_are_those_of_the_manifest() -> None:
    assert (FOLDER / SEALS).read_bytes() == seals(read(FOLDER).manifest)


def test_they_are_written_with_the_fixtures(folder: Path) -> None:
    assert (folder / SEALS).read_bytes() == seals(read(folder).manifest)


def test_what_is_as_it_was_sealed_passes(golden: Golden, sealed: Path) -> None:
    code, stdout, stderr = golden("check", "--fixtures", sealed, "--only", ONLY)
    assert (code, stderr) == (0, "")
    assert stdout.endswith("verdict: pass\n")


def test_what_is_not_is_named(golden: Golden, sealed: Path, broken: str) -> None:
    code, stdout, _ = golden("check", "--fixtures", sealed, "--only", ONLY)
    assert code == 1
    assert [line for line in stdout.splitlines() if "is not what was sealed" in line] == [
        f"{broken}: is not what was sealed; --fixtures with a checkout's golden/ tells what moves"
    ]


def test_seals_of_other_fixtures_are_no_seals(golden: Golden, sealed: Path) -> None:
    content = (sealed / SEALS).read_bytes()
    (sealed / SEALS).write_bytes(content[:-SIZE])
    code, stdout, _ = golden("check", "--fixtures", sealed, "--only", ONLY)
    assert (code, "seals.bin: is of " in stdout) == (1, True)
    (sealed / SEALS).write_bytes(content[:-1])
    code, _, stderr = golden("check", "--fixtures", sealed, "--only", ONLY)
    assert (code, f"expected {SIZE} for each fixture" in stderr) == (2, True)


def test_fixtures_are_regenerated_in_a_checkout(golden: Golden, sealed: Path) -> None:
    code, _, stderr = golden("regenerate", "--fixtures", sealed, "--only", ONLY, "--reason", "no")
    assert (code, "holds seals alone, as a wheel does" in stderr) == (2, True)
    assert [path.name for path in sealed.iterdir()] == [SEALS]


def test_the_cases_stored_are_the_same_with_the_outputs_and_without(sealed: Path) -> None:
    assert (FOLDER / ARCHIVES).is_dir()
    assert (FOLDER / MANIFEST).is_file()
    for one, other in zip(
        stored_cases("scale_shift"), stored_cases("scale_shift", sealed), strict=True
    ):
        assert (one.name, one.case) == (other.name, other.case)
        assert one.expected.tobytes() == other.expected.tobytes()
        assert one.expected.dtype == other.expected.dtype


def test_the_suite_refuses_what_is_not_what_was_sealed(sealed: Path, broken: str) -> None:
    with pytest.raises(ValueError, match=f"{broken} is not what was sealed"):
        list(stored_cases("scale_shift", sealed))
