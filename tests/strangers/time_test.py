"""Times beside verdicts: what is counted, what is printed, and the run that watches its sources."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
from harness.command import PROGRAM, clgold, device_name

from clgold.conformance.run.rate import Pace, operations, pace, time_text
from clgold.device.session import Session
from clgold.golden.cases import parse_case

FORMS = Path(__file__).parent / "forms"
POOL = ("--shape", "input=2,6,9,7", "--set", "kernel_size=3", "--probe", "real")


def test_operations_are_the_summarys_multiply_adds_twice() -> None:
    conv = parse_case("conv2d input=1,6,8,8 weight=4,3,3,3 groups=2 padding=1").question
    assert operations(conv) == 2 * (4 * 8 * 8) * (3 * 3 * 3)
    fused = parse_case("linear+relu input=3,67 weight=5,67").question
    assert operations(fused) == 2 * (3 * 5) * 67
    assert operations(parse_case("relu input=3,17").question) == 0


def test_a_pace_is_said_by_what_there_is_to_do() -> None:
    question = parse_case("relu input=1000").question
    assert pace(question, ()) is None
    found = pace(question, (1e-6, 2e-6, 9e-6))
    assert found == Pace(2e-6, 0, 8000)
    assert found.text == "2 µs, 4 GB/s"
    assert Pace(1e-3, 2 * 10**9, 0).rate_text == "2e+03 GFLOP/s"
    assert [time_text(s) for s in (2.5, 0.0125, 3e-9)] == ["2.5 s", "12.5 ms", "3 ns"]


def test_times_stand_beside_ours(opencl: Session, tmp_path: Path) -> None:
    options = ("--kernels", FORMS / "nhwc.py", *POOL, "--device", device_name(opencl))
    answer = clgold("verify", "max_pool2d", *options, "--time", folder=tmp_path)
    assert answer.code == 0, answer.stderr
    assert re.search(r"nhwc .* [µm]?s, \S+ GB/s .* 1 pass", answer.stdout)
    assert re.search(r"nhwc +│ max_pool2d input=.*× │ .*× \(\w+\) │", answer.stdout)


def test_a_networks_kernels_are_timed_beside_ours(opencl: Session, tmp_path: Path) -> None:
    image = np.full((1, 3, 32, 32), 0.5, np.float32)
    np.save(tmp_path / "grey.npy", image)
    options = ("--input", "grey.npy", "--device", device_name(opencl), "--time", "--primitive")
    answer = clgold("verify", "cifar10", *options, "--json", "-", folder=tmp_path)
    assert answer.code == 0, answer.stderr
    assert all(one["seconds"] > 0 for one in answer.json["times"])
    layers = {one["case"].split()[0] for one in answer.json["times"]}
    assert {"conv2d", "linear", "softmax"} <= layers
    assert all(one["naive"] > 0 for one in answer.json["times"])


def test_a_changed_source_is_run_again(opencl: Session, tmp_path: Path) -> None:
    for name in ("nhwc.py", "nhwc.cl"):
        shutil.copy(FORMS / name, tmp_path)
    command = [sys.executable, "-P", "-c", PROGRAM, "verify", "max_pool2d", *POOL, "--watch"]
    options = ["--kernels", "nhwc.py", "--device", device_name(opencl)]
    with subprocess.Popen(
        [*command, *options],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdout is not None
        verdicts = (line for line in process.stdout if line.startswith("verdict: "))
        assert next(verdicts) == "verdict: pass\n"
        kernel = tmp_path / "nhwc.cl"
        kernel.write_text(kernel.read_text().replace("-INFINITY", "0"))
        assert next(verdicts) == "verdict: fail\n"
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode == 130
