"""Campaigns: what is killed goes on, each case is judged once, a case that kills is a crash."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from harness.command import PROGRAM, clgold, device_name
from harness.published import published

from clgold.conformance.campaign.ledger import FILE, IN_HAND, open_ledger
from clgold.conformance.campaign.local import run_local
from clgold.conformance.campaign.plan import Item, planned, read_list
from clgold.conformance.reports.read import load
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.session import Session
from clgold.reference.spec import InputError

DEADLY = Path(__file__).parent / "kernels" / "deadly.py"
RELU = candidates(VARIANTS, "relu")[:1]


@pytest.fixture
def cases(opencl: Session, tmp_path: Path) -> Path:
    """A list of a few dozen small cases."""
    path = tmp_path / "list.txt"
    items = [*planned(RELU, [device_name(opencl)], [0], ["exact", "real"], "quick")]
    path.write_text("# small\n" + "".join(f"{one}\n" for one in items))
    return path


def entries(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    return [one for one in map(json.loads, lines) if one["kind"] == "case"]


def start(cases: Path, *options: object) -> subprocess.Popen[str]:
    words = ("campaign", "run", cases.name, "--ledger", "kept", *map(str, options))
    command = [sys.executable, "-P", "-c", PROGRAM, *words]
    return subprocess.Popen(
        command, cwd=cases.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def judged(process: subprocess.Popen[str], folder: Path, count: int) -> None:
    """Wait until so many cases are in the ledger."""
    while not (folder / FILE).exists() or len(entries(folder)) < count:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_a_plan_is_a_list_that_can_be_read_back(opencl: Session, tmp_path: Path) -> None:
    options = ("--device", device_name(opencl), "--probe", "exact", "--seeds", "3:5")
    answer = clgold("campaign", "plan", "relu", *options, "--output", "a.txt", folder=tmp_path)
    assert answer.code == 0, answer.stderr
    found = read_list(tmp_path / "a.txt", VARIANTS)
    assert answer.stdout == f"a.txt: {len(found)} cases\n"
    assert len(found) > 30
    assert all("probe=exact" in one.case for one in found)
    assert (tmp_path / "a.txt").read_text() == "".join(f"{one}\n" for one in found)


def test_a_killed_run_goes_on_where_it_was(cases: Path) -> None:
    folder, expected = cases.parent / "kept", read_list(cases, VARIANTS)
    first = start(cases)
    judged(first, folder, 3)
    first.kill()
    first.communicate()
    before = len(entries(folder))
    with (folder / FILE).open("a") as file:
        file.write('{"kind": "case", "torn')  # as a full disk leaves it
    second = start(cases, "--repeat", 2)
    out, err = second.communicate(timeout=600)
    assert second.returncode == 0, err
    found = Counter((one["round"], one["driver"], one["case"]) for one in entries(folder))
    assert found == Counter((n, one.driver, one.case) for n in (0, 1) for one in expected)
    assert f"; {2 * len(expected)} in all, 0 failed, 0 left\n" in out
    assert int(out.split()[0]) == 2 * len(expected) - before
    assert not (folder / IN_HAND).exists()
    report = clgold("report", "kept", "--markdown", "-", folder=cases.parent)
    assert report.code == 0, report.stderr
    assert f"{2 * len(expected)} judged, 0 failed" in report.stdout
    assert load(folder).points[0].verdict == "pass"
    kept = published(folder)
    assert (kept["kind"], len(kept["cases"]), kept["devices"] != []) == (
        "campaign",
        2 * len(expected),
        True,
    )


def test_when_the_time_is_up_no_case_is_begun(cases: Path) -> None:
    process = start(cases, "--for", "0s")
    out, err = process.communicate(timeout=300)
    count = len(read_list(cases, VARIANTS))
    assert (process.returncode, err) == (0, "")
    assert out == f"0 cases judged; 0 in all, 0 failed, {count} left\n"


def test_a_case_that_takes_its_run_along_three_times_is_a_crash(
    opencl: Session, tmp_path: Path
) -> None:
    key = (0, Item(device_name(opencl), "naive", "relu input=3,17"))
    for _ in range(3):
        ledger = open_ledger(tmp_path / "kept")
        ledger.take(key)
        os.close(ledger.descriptor)  # as a kill leaves it
    ledger = open_ledger(tmp_path / "kept")
    run_local(ledger, [key], {("relu", "naive"): RELU[0]}, float("inf"), lambda _: None)
    ledger.close()
    (found,) = entries(tmp_path / "kept")
    assert (found["verdict"], found["message"]) == ("crash", "3 runs were killed over it")


def test_a_kernel_that_crashes_is_tried_three_times(opencl: Session, tmp_path: Path) -> None:
    item = Item(device_name(opencl), "aborts", "relu input=3,17")
    (tmp_path / "list.txt").write_text(f"{item}\n")
    options = ("--kernels", DEADLY, "--ledger", "kept")
    answer = clgold("campaign", "run", "list.txt", *options, folder=tmp_path)
    assert answer.code == 1, answer.stderr
    (found,) = entries(tmp_path / "kept")
    assert (found["verdict"], found["lost"]) == ("crash", 3)
    assert load(tmp_path / "kept").points[0].failed


def test_two_campaigns_do_not_write_one_ledger(tmp_path: Path) -> None:
    first = open_ledger(tmp_path / "kept")
    with pytest.raises(InputError, match="another campaign is writing it"):
        open_ledger(tmp_path / "kept")
    first.close()


LISTS = {
    "": "has no cases",
    "relu input=1": "line 1: expected a driver, a variant and a case, between tabs",
    "pocl\tnaive\trelu input=-1": "line 1: ",
    "pocl\tnone\trelu input=1": "line 1: there is no variant 'none' of relu here",
    "\udcff": "cannot be read",
}


@pytest.mark.parametrize("text", LISTS)
def test_what_is_no_list_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError) as found:
        read_list(path, VARIANTS)
    assert LISTS[text] in str(found.value)


def test_a_cluster_that_loses_a_worker_loses_no_case(cases: Path) -> None:
    pytest.importorskip("dask", reason="dask is not installed")
    import distributed

    folder, expected = cases.parent / "kept", read_list(cases, VARIANTS)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        process = start(cases, "--engine", "dask", "--scheduler", cluster.scheduler_address)
        judged(process, folder, 4)
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        out, err = process.communicate(timeout=600)
    assert process.returncode == 0, out + err
    found = Counter(one["case"] for one in entries(folder))
    assert found == Counter(one.case for one in expected)
    assert {one["verdict"] for one in entries(folder)} <= {"pass", "vacuous"}
