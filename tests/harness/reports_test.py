"""Reports that are kept: one schema, comparison, and pages that show a stranger's text as text."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from dumps import dump, traced
from faults import FOLDER as FAULTS
from harness.command import clgold, device_name
from harness.published import SHIPPED, published

from clgold import __version__
from clgold.conformance.reports import schema
from clgold.conformance.reports.diff import difference, difference_json
from clgold.conformance.reports.markdown import markdown
from clgold.conformance.reports.page import page
from clgold.conformance.reports.points import Point
from clgold.conformance.reports.read import Loaded, load
from clgold.device.session import Session
from clgold.golden.photographs import FOLDER as PHOTOGRAPHS
from clgold.reference.spec import InputError

WRONG = ("--kernels", FAULTS / "pooling.py", "--variant", "max_pool2d=F20_maximum_starts_at_0")
FEW = ("--case", "max_pool2d input=1,2,6,5 kernel_size=2 probe=real")
NORMS = ("--kernels", FAULTS / "channels.py", "--variant", "batch_norm=F24_eps_of_another_library")
CAT = PHOTOGRAPHS / "cat.png"
# Kind: exit code and command; JSON goes into a file of that name.
COMMANDS = {
    "verify-layer": (1, ("verify", "max_pool2d", *WRONG, *FEW, "--time")),
    "verify-network": (1, ("verify", "stn", *NORMS, "--image", CAT)),
    "bisect-layer": (1, ("bisect", "max_pool2d", *WRONG, *FEW)),
    "bisect-network": (0, ("bisect", "lenet5", "--image", CAT)),
    "bisect-trace": (0, ("bisect", "stn", "--trace", "dump")),
    "bench-layer": (1, ("bench", "max_pool2d", *WRONG, *FEW, "--repeat", "1")),
    "bench-network": (0, ("bench", "lenet5", "--repeat", "1")),
    "golden-check": (0, ("golden", "check", "--only", "relu-*")),
    "suite": (1, ("suite", *WRONG[:2], "--layer", "max_pool2d", "-k", "F20 and real", "-q")),
}
WITHOUT_DEVICE = ("bisect-trace", "golden-check")
HOSTILE = "\x1b[2J<script>document.title = 'taken'</script>|`*[a](javascript:b)\u202e"


@pytest.fixture(scope="module")
def reports(opencl: Session, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A real report of each kind."""
    folder = tmp_path_factory.mktemp("reports")

    dump(folder / "dump", traced())

    def make(kind: str) -> Path:
        code, words = COMMANDS[kind]
        option = "--suite-json" if kind == "suite" else "--json"
        device = () if kind in WITHOUT_DEVICE else ("--device", device_name(opencl))
        answer = clgold(*words, *device, option, f"{kind}.json", folder=folder)
        assert answer.code == code, (kind, answer.stdout + answer.stderr)
        return folder / f"{kind}.json"

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(COMMANDS, pool.map(make, COMMANDS), strict=True))


def test_the_schema_that_is_shipped_is_that_of_the_records() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == schema.schema_text()


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_real_report_is_valid_and_holds_nothing_undeclared(
    reports: dict[str, Path], kind: str
) -> None:
    found = published(reports[kind])
    assert found["kind"] == kind.replace("trace", "network")
    assert found["clgold"] == __version__
    assert found["command"][0] in ("verify", "bisect", "bench", "golden", "suite")
    assert found["seconds"] > 0
    assert found["effort"] == ("standard" if kind == "suite" else None)
    if kind not in WITHOUT_DEVICE:
        (device,) = found.get("devices", [found.get("device")])
        assert device["driver_version"]
        assert device["platform_version"]
        assert load(reports[kind]).points


def test_a_failure_has_its_cause_its_picture_and_its_replay_line(reports: dict[str, Path]) -> None:
    for kind in ("verify-layer", "verify-network", "suite"):
        failed = [one for one in load(reports[kind]).points if one.failed and one.says]
        assert failed, kind
        assert all(one.replay.startswith("clgold verify ") for one in failed)
        assert any(said.startswith("cause: ") for said in failed[0].says)
        assert any(one.picture.startswith("data:image/png;base64,") for one in failed)


BEFORE = [
    Point("relu", "mine", "a", "1", "wrong"),
    Point("relu", "mine", "a", "2", "pass", budget_used=0.1),
    Point("relu", "mine", "a", "3", "pass", budget_used=0.1),
    Point("relu", "mine", "a", "4", "crash"),
    Point("relu", "mine", "a", "5", "pass", budget_used=0.1),
    Point("relu", "mine", "a", "7", "unsupported"),
]
AFTER = [
    Point("relu", "mine", "b", "1", "pass"),
    Point("relu", "mine", "b", "2", "wrong"),
    Point("relu", "mine", "b", "3", "pass", budget_used=0.2),
    Point("relu", "mine", "b", "4", "timeout"),
    Point("relu", "mine", "b", "6", "pass"),
    Point("relu", "mine", "b", "7", "unsupported"),
]


def test_what_two_reports_differ_in_is_of_five_kinds() -> None:
    found = difference(BEFORE, AFTER)
    names = [name for name in vars(found) if name != "same"]
    places = {name: [one.point.place for one in getattr(found, name)] for name in names}
    assert places == {
        "fixed": ["1"],
        "broken": ["2"],
        "changed": ["4", "3"],  # another verdict first
        "new": ["6"],
        "missing": ["5"],
    }
    assert found.same == 1
    assert found.worse
    assert not difference(AFTER, AFTER).worse
    told = difference_json(found)
    assert told["broken"][0]["after"]["verdict"] == "wrong"
    assert told["missing"][0]["after"] is None


def test_of_several_drivers_each_is_compared_with_itself() -> None:
    both = [*BEFORE, *(replace(one, driver="b") for one in AFTER)]
    found = difference(BEFORE, both)
    assert len(found.new) == len(AFTER)
    assert [found.fixed, found.broken, found.changed, found.missing] == [[], [], [], []]


def test_diff_compares_files(reports: dict[str, Path], tmp_path: Path) -> None:
    path = reports["verify-layer"]
    other = json.loads(path.read_text())
    for case in other["cases"]:
        case |= {"verdict": "pass"}
    (tmp_path / "right.json").write_text(json.dumps(other))
    better = clgold("diff", path, "right.json", "--json", "-", folder=tmp_path)
    worse = clgold("diff", "right.json", path, folder=tmp_path)
    assert (better.code, worse.code) == (0, 1)
    assert better.json["verdict"] == "pass"
    assert len(better.json["fixed"]) == 1
    assert worse.stdout.splitlines()[-1] == "1 broken, 0 the same"


class Tags(HTMLParser):
    """The elements of a page, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]


def test_a_page_needs_no_network_and_shows_pictures(
    reports: dict[str, Path], tmp_path: Path
) -> None:
    written = ("--html", "page.html", "--markdown", "page.md")
    answer = clgold("report", *reports.values(), *written, folder=tmp_path)
    assert answer.code == 0, answer.stderr
    tags = Tags((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert tags.fetched
    assert all(one.startswith("data:image/png;base64,") for one in tags.fetched)
    assert not {"script", "link", "iframe"} & set(tags.names)
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "a window that starts at 0" in text
    assert "| max\\_pool2d | F20\\_maximum\\_starts\\_at\\_0 | ❌ wrong" in text


def hostile(value: Any, key: str = "") -> Any:
    """A report in which every text that is a stranger's is one that would do harm."""
    if isinstance(value, dict):
        return {k: hostile(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [hostile(one, key) for one in value]
    own = ("schema", "kind", "began", "clgold", "verdict", "failure", "picture")
    return HOSTILE if isinstance(value, str) and key not in own else value


@pytest.fixture(scope="module")
def taken(reports: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[Loaded]:
    folder = tmp_path_factory.mktemp("hostile")
    for kind, path in reports.items():
        (folder / path.name).write_text(json.dumps(hostile(json.loads(path.read_text()))))
        assert load(folder / path.name).points or kind == "golden-check"
    return [load(folder / path.name) for path in reports.values()]


def test_a_strangers_text_is_no_markup(taken: list[Loaded]) -> None:
    html, text = page(taken), markdown(taken)
    assert "script" not in Tags(html).names
    assert "&lt;script&gt;" in html
    for shown in (html, text):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text.replace("\\`", ""), flags=re.DOTALL)
    assert "<script>" not in outside.replace("\\<", "")
    rows = [line.replace("\\|", "") for line in text.splitlines() if line.startswith("| ")]
    assert len({row.count("|") for row in rows}) == 1


def test_markdown_is_shorter_than_what_a_ci_takes(taken: list[Loaded]) -> None:
    one = next(loaded for loaded in taken if loaded.report.__class__ is schema.VerifyLayer)
    failed = next(point for point in one.points if point.failed)
    many = tuple(
        replace(failed, variant=f"{k}", message="x" * 5000, says=("y" * 5000,) * 9)
        for k in range(2000)
    )
    text = markdown([replace(one, points=many)])
    assert len(text.encode()) < 2**20
    assert "more failures are left out" in text


def test_the_page_opens_in_a_browser(taken: list[Loaded], tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium is installed")
    (tmp_path / "page.html").write_text(page(taken), encoding="utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/kept")
    done = subprocess.run(
        [browser, *options, "--dump-dom", (tmp_path / "page.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "<title>clgold: fail</title>" in done.stdout, "and no script has changed it"
    assert done.stdout.count('<svg class="strip"') == 3, "two cells' and the legend's"


def test_a_letter_to_a_drivers_makers_shows_the_fault(
    reports: dict[str, Path], tmp_path: Path
) -> None:
    answer = clgold("report", reports["bisect-layer"], "--vendor", "fault.zip", folder=tmp_path)
    assert answer.code == 0, answer.stderr
    with zipfile.ZipFile(io.BytesIO((tmp_path / "fault.zip").read_bytes())) as archive:
        archive.extractall(tmp_path / "there")
    letter = (tmp_path / "there" / "REPORT.md").read_text()
    assert "driver_version: " in letter
    (folder,) = (path for path in (tmp_path / "there").iterdir() if path.is_dir())
    done = subprocess.run(
        [sys.executable, str(folder / "repro.py")], capture_output=True, text=True
    )
    assert (done.returncode, "WRONG" in done.stdout) == (1, True), done.stdout + done.stderr
    none = clgold("report", reports["suite"], "--vendor", "none.zip", folder=tmp_path)
    assert none.code == 2
    assert "clgold bisect LAYER|NETWORK --json FILE writes such a report" in none.stderr


NO_REPORTS = {
    "no JSON": "{",
    "no object": "[]",
    "no report": "{}",
    "another version": '{"schema": "clgold/2"}',
    "no such kind": '{"schema": "clgold/1", "kind": "dream"}',
    "a number too few": '{"schema": "clgold/1", "kind": "golden-check"}',
    "deep": "[" * 100_000,
    "no text": "\ud800",
}


@pytest.mark.parametrize("case", NO_REPORTS)
def test_what_is_no_report_is_a_sentence(tmp_path: Path, case: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(NO_REPORTS[case].encode(errors="surrogatepass"))
    with pytest.raises(InputError, match=r"report\.json: (is no|has the schema)"):
        load(path)


def test_a_file_that_a_report_names_is_shown_only_if_it_is_a_picture_beside_it(
    taken: list[Loaded], tmp_path: Path
) -> None:
    from clgold.conformance.reports.page import picture

    inside = tmp_path / "inside"
    inside.mkdir()
    shutil.copy(CAT, inside / "cat.png")
    shutil.copy(CAT, tmp_path / "cat.png")
    (inside / "secret.png").write_text("secret")
    seen = {
        name: picture([inside], replace(BEFORE[0], picture=name))
        for name in ("cat.png", "../cat.png", str(tmp_path / "cat.png"), "secret.png", "none.png")
    }
    assert [name for name, shown in seen.items() if shown] == ["cat.png"]
    assert os.sep not in seen["cat.png"][:22].removeprefix("data:image/")
