"""Drivers are found without being loaded, and whatever is wrong with one is an answer.

Nothing here needs a working driver, except one test that says so.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clgold.device import caches, drivers, isolated, loader, probe
from clgold.device.drivers import Driver, discover
from clgold.device.hanging import hung

WORKING: dict[str, Any] = {
    "name": "D",
    "version": "OpenCL 3.0",
    "driver_version": "1",
    "compute_units": 2,
    "max_work_group_size": 64,
    "local_memory": 32768,
    "global_memory": 1 << 30,
    "fp16": False,
    "fp64": True,
    "reason": "",
}
ANSWER = json.dumps({"platform": "P", "version": "OpenCL 3.0", "devices": [WORKING]})
FAKE = Driver("fake", "libfake.so", "fake.icd")
ASLEEP = "import time; time.sleep(600)"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own, without any driver: etc/, lib/, site/pyopencl/.libs/ and prefix/."""
    for folder in ("etc/OpenCL/vendors", "lib", "site/pyopencl/.libs", "prefix/lib"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "prefix/etc/OpenCL/vendors").mkdir(parents=True)
    (tmp_path / "site/pyopencl/__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.delitem(sys.modules, "pyopencl", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(drivers, "SYSTEM_VENDORS", tmp_path / "etc/OpenCL/vendors")
    monkeypatch.setattr(drivers, "SYSTEM_LIBRARIES", (tmp_path / "lib",))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    for variable in ("OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH", "LD_LIBRARY_PATH"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(caches, "_held", {})
    return tmp_path / "cache" / "clgold"


def install(folder: Path, icd: str, library: str) -> None:
    """Write an .icd file, and beside the other libraries the library that it names by a path."""
    (folder / icd).write_text(library + "\n")
    if "/" in library:
        Path(library).parent.mkdir(parents=True, exist_ok=True)
        Path(library).touch()


def test_a_machine_without_opencl_has_no_driver(root: Path) -> None:
    assert discover() == ()
    with pytest.raises(probe.NoDevice, match="no OpenCL driver here"):
        probe.select()


def test_installed_drivers_come_before_wheels_and_simulators_last(root: Path) -> None:
    system, libs = root / "etc/OpenCL/vendors", root / "site/pyopencl/.libs"
    for icd, library in [
        ("pocl.icd", "libpocl.so.2"),
        ("mesa.icd", "libMesaOpenCL.so.1"),
        ("rusticl.icd", "libRusticlOpenCL.so.1"),
    ]:
        (root / "lib" / library).touch()
        install(system, icd, library)
    install(system, "acme.icd", str(root / "opt/libacme.so"))
    for icd, library in [
        ("pocl.icd", "libpocl-21.so"),
        ("oclgrind.icd", "liboclgrind-rt-icd-9.so"),
    ]:
        (libs / library).touch()
        install(libs, icd, library)
    (root / "prefix/lib/libintelocl.so").touch()
    install(root / "prefix/etc/OpenCL/vendors", "intel-cpu.icd", "libintelocl.so")
    (root / "lib/oclgrind").mkdir()
    (root / "lib/oclgrind/liboclgrind-rt-icd.so").touch()

    found = {driver.name: driver for driver in discover()}
    expected = ["acme", "pocl", "intel", "pocl-wheel", "rusticl", "clover"]
    expected += ["oclgrind-wheel", "oclgrind"]
    assert list(found) == expected
    assert found["pocl"].library == str(root / "lib/libpocl.so.2")
    assert found["pocl"].source == str(system / "pocl.icd")
    assert found["pocl-wheel"].library == str(libs / "libpocl-21.so")
    assert [driver.name for driver in found.values() if not driver.guards] == expected[-2:]
    assert found["oclgrind"].environment["OCLGRIND_DATA_RACES"] == "1"
    assert found["rusticl"].environment == {"RUSTICL_ENABLE": "llvmpipe"}


def test_a_library_named_twice_is_one_driver(root: Path) -> None:
    vendors = root / "etc/OpenCL/vendors"
    install(vendors, "a.icd", str(root / "lib/liba.so.1"))
    (root / "lib/liba.so").symlink_to(root / "lib/liba.so.1")
    install(vendors, "b.icd", "liba.so")
    assert [driver.name for driver in discover()] == ["a"]


def test_two_libraries_of_one_kind_have_distinct_names(root: Path) -> None:
    for name in ("one", "two"):
        install(root / "etc/OpenCL/vendors", f"{name}.icd", str(root / name / "libpocl.so"))
    assert [driver.name for driver in discover()] == ["pocl", "pocl-2"]


@pytest.mark.parametrize("variable", ["OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH"])
@pytest.mark.parametrize("place", ["mine", "mine/acme.icd", "mine/libacme.so"])
def test_a_variable_may_name_a_folder_or_a_file(
    root: Path, monkeypatch: pytest.MonkeyPatch, variable: str, place: str
) -> None:
    (root / "mine").mkdir()
    install(root / "mine", "acme.icd", str(root / "mine/libacme.so"))
    monkeypatch.setenv(variable, str(root / place))
    assert [driver.library for driver in discover()] == [str(root / "mine/libacme.so")]


def test_intels_wheel_is_found_where_it_really_is(root: Path) -> None:
    """Its .icd file names the prefix that it was built for."""
    for library in ("libintelocl.so", "libintlc.so.5", "libsvml.so"):
        (root / "prefix/lib" / library).touch()
    icd = root / "prefix/etc/OpenCL/vendors/intel-cpu.icd"
    icd.write_text("/built/elsewhere/lib/libintelocl.so")
    (driver,) = discover()
    assert (driver.name, driver.library) == ("intel", str(root / "prefix/lib/libintelocl.so"))
    assert [Path(library).name for library in driver.preload] == ["libintlc.so.5", "libsvml.so"]


def test_discovery_does_not_import_pyopencl() -> None:
    code = (
        "import sys; from clgold.device.drivers import discover; discover();"
        "from clgold.device import probe; print('pyopencl' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "broken.icd is empty or cannot be read"),
        ("libmissing.so.7", "libmissing.so.7: cannot open shared object file"),
        ("/missing/lib/libacme.so", "/missing/lib/libacme.so: cannot open shared object file"),
        ("TEXT", "text.so: (file too short|invalid ELF header)"),
    ],
    ids=["empty", "missing-name", "missing-path", "text-file"],
)
def test_a_broken_icd_file_is_a_dead_driver(root: Path, content: str, reason: str) -> None:
    text = root / "text.so"
    text.write_text("This is not a library. " * 100)
    icd = root / "etc/OpenCL/vendors/broken.icd"
    icd.write_text(content.replace("TEXT", str(text)))
    (driver,) = discover()
    result = probe.probe(driver)
    assert (driver.name, result.alive, result.devices) == ("broken", False, ())
    with pytest.raises(probe.NoDevice, match=reason):
        probe.select("broken")


def test_an_unreadable_icd_file_is_a_dead_driver(root: Path) -> None:
    (root / "etc/OpenCL/vendors/broken.icd").mkdir()
    (driver,) = discover()
    assert "cannot be read" in probe.probe(driver).reason


def test_a_process_loads_one_driver_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_active", FAKE)
    with pytest.raises(loader.DriverError, match="has loaded fake, and other cannot join it"):
        loader.activate(replace(FAKE, name="other"))


@pytest.fixture
def examine_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a Python program in the place of the one that loads the driver."""

    def replace_program(code: str) -> None:
        monkeypatch.setattr(isolated, "command", lambda *_: [sys.executable, "-c", code])

    return replace_program


def programs(monkeypatch: pytest.MonkeyPatch, codes: Mapping[str, str]) -> None:
    """The same, for each driver another."""
    command = lambda _, driver: [sys.executable, "-c", codes[driver.name]]  # noqa: E731 # one line says it
    monkeypatch.setattr(isolated, "command", command)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import time; time.sleep(60)", "No answer, and nothing computed, for 2 seconds."),
        (
            "import subprocess as s; s.run(['sleep', '60'])",
            "No answer, and nothing computed, for 2 seconds.",
        ),
        ("import os, signal; os.kill(os.getpid(), 11)", "The process died of SIGSEGV."),
        (
            "import os; os.write(2, b'LLVM ERROR: twice.\\n'); os.abort()",
            "The process died of SIGABRT: LLVM ERROR: twice.",
        ),
        ("print('hello')", "The process ended with status 0 and without an answer."),
        ("print(7)", "The process ended with status 0 and without an answer."),
        ("raise SystemExit(3)", "The process ended with status 3 and without an answer."),
    ],
    ids=["hang", "child-hangs", "segfault", "abort", "chatter", "number", "status"],
)
def test_whatever_happens_to_the_process_is_a_reason(
    examine_by: Callable[[str], None], code: str, reason: str
) -> None:
    examine_by(code)
    assert probe.probe(FAKE, timeout=2) == probe.Probe(FAKE, False, reason)


ASKED = """
import os, sys
for number, line in enumerate(sys.stdin):
    if not number:
        os.write(2, b"a.cl:1:1: error: no\\n")
    os.write(2, b"1 error generated.\\n")
    if number:
        os.abort()
    print("{}", flush=True)
"""


def test_a_crash_quotes_what_was_printed_since_the_last_question(
    examine_by: Callable[[str], None],
) -> None:
    examine_by(ASKED)
    child = isolated.begin("examine", FAKE)
    try:
        assert child.ask({}, 20) == {}
        with pytest.raises(isolated.Lost, match=r"^the process died of SIGABRT$"):
            child.ask({}, 20)
    finally:
        child.kill()


def test_an_answer_counts_despite_chatter_before_and_an_abort_after(
    examine_by: Callable[[str], None],
) -> None:
    examine_by(f"import os; print('hi'); print({ANSWER!r}, flush=True); os.abort()")
    result = probe.probe(FAKE)
    assert (result.alive, result.platform, result.reason) == (True, "P", "")
    assert result.devices == (probe.DeviceRecord(**WORKING),)


def test_select_takes_the_first_driver_and_device_that_work(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        install(root / "etc/OpenCL/vendors", f"{name}.icd", str(root / f"lib{name}.so"))
    broken = {**WORKING, "reason": "It computes 3·1 + 1 as 5 in a small kernel."}
    platform = {"platform": "P", "version": "OpenCL 3.0"}
    said = {"a": {**platform, "devices": [broken]}, "b": {**platform, "devices": [broken, WORKING]}}
    programs(monkeypatch, {k: f"print({json.dumps(v)!r}, flush=True)" for k, v in said.items()})
    chosen = {name: probe.select(name) for name in (None, "b", "b:1")}
    assert {(driver.name, index) for driver, index, _ in chosen.values()} == {("b", 1)}
    for dead in ("a", "a:0", "b:0"):
        with pytest.raises(probe.NoDevice, match="does not work: It computes"):
            probe.select(dead)
    with pytest.raises(probe.UnknownDevice, match=r"b has 2 device\(s\), so no index 2"):
        probe.select("b:2")
    with pytest.raises(probe.UnknownDevice, match="no OpenCL driver 'c' here, known are: a, b"):
        probe.select("c:0")
    for index in ("", "-1", "x", "1:1", "¹"):
        with pytest.raises(probe.UnknownDevice, match="expected 0, 1, …"):
            probe.select(f"b:{index}")


def test_nobody_waits_twice_for_a_driver_that_hangs(
    root: Path, examine_by: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = root / "liba.so"
    library.write_text("one")
    install(root / "etc/OpenCL/vendors", "a.icd", str(library))
    (driver,) = discover()
    examine_by("import time; time.sleep(60)")
    assert not probe.probe(driver, timeout=2).alive
    asked = []

    def refuse(_module: str, one: Driver) -> isolated.Child:
        asked.append(one.name)
        raise isolated.Lost("crash", "it was asked")

    with monkeypatch.context() as patch:
        patch.setattr(probe, "begin", refuse)
        with pytest.raises(probe.NoDevice, match="`clgold devices` asks it again"):
            probe.select()
        assert asked == []
        with pytest.raises(probe.NoDevice, match="It was asked"):
            probe.select("a")
        library.write_text("another")
        with pytest.raises(probe.NoDevice, match="a: It was asked"):
            probe.select()
    library.write_text("one")
    examine_by(f"print({ANSWER!r}, flush=True)")
    assert probe.probe(driver).alive, "as `clgold devices` asks"
    assert probe.select()[0] == driver


def test_the_default_does_not_wait_long_for_a_driver_that_does_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        install(root / "etc/OpenCL/vendors", f"{name}.icd", str(root / f"lib{name}.so"))
    programs(monkeypatch, {"a": ASLEEP, "b": f"print({ANSWER!r}, flush=True)"})
    monkeypatch.setattr(probe, "REST", 1.0)
    hanging, works = discover()
    assert probe.select()[0] == works
    assert hung(hanging) == "No answer, and nothing computed, for 1 seconds."


def test_without_a_working_driver_every_reason_is_told(
    root: Path, examine_by: Callable[[str], None]
) -> None:
    for name in ("a", "b"):
        install(root / "etc/OpenCL/vendors", f"{name}.icd", str(root / f"lib{name}.so"))
    examine_by("raise SystemExit(3)")
    with pytest.raises(probe.NoDevice, match=r"a: The process ended(.|\n)*b: The process ended"):
        probe.select()


def test_a_driver_that_computes_wrongly_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        driver, _, _ = probe.select()
    except probe.NoDevice:
        pytest.skip("needs a working driver")
    code = (
        "import sys; from clgold.device import examine;"
        "examine.KERNEL = examine.KERNEL.replace(OLD, NEW); examine.main(sys.argv[1])"
    )
    arguments = [driver.to_json()]
    reasons = []
    for old, new in [("1.0f", "2.0f"), ("y[i]", "nonsense")]:
        program = code.replace("OLD", repr(old)).replace("NEW", repr(new))
        command = [sys.executable, "-c", program, *arguments]
        monkeypatch.setattr(isolated, "command", lambda *_, command=command: command)
        result = probe.probe(driver)
        assert not result.alive
        reasons.append(result.reason)
    assert reasons[0] == "It computes 3·1 + 1 as 5 in a small kernel."
    assert reasons[1].startswith("It cannot build and run a small kernel: ")


@contextmanager
def slot_owner() -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A process that owns a slot until its standard input is closed, and that slot."""
    code = (
        "import sys; from clgold.device import caches, drivers;"
        "print(caches.cache_folder(drivers.Driver('fake', 'libfake.so', '')), flush=True);"
        "sys.stdin.read()"
    )
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        yield Path(process.stdout.readline().strip()), process


def test_processes_never_share_a_cache(own_cache: Path) -> None:
    with slot_owner() as (first, _), slot_owner() as (second, _):
        assert (first.name, second.name) == ("slot-0", "slot-1")
        assert first.parent == second.parent
        assert first.parent.parent == own_cache
        assert first.is_dir()
        assert second.is_dir()


def test_a_cache_stays_warm_after_an_exit_and_is_emptied_after_a_crash() -> None:
    with slot_owner() as (first, _):
        (first / "kernel").touch()
    with slot_owner() as (second, process):
        assert second == first
        assert (second / "kernel").exists()
        process.kill()
    with slot_owner() as (third, _):
        assert third == first
        assert not (third / "kernel").exists()


def test_a_crash_costs_what_was_touched_since_a_run_went_well(own_cache: Path) -> None:
    with slot_owner() as (slot, process):
        for name in ("before", "compiling"):
            (slot / name / "hash").mkdir(parents=True)
            (slot / name / "hash" / "kernel.so").touch()
        (slot / caches.WENT_WELL).touch()
        old = time.time() - 60
        os.utime(slot / "before" / "hash" / "kernel.so", (old, old))
        for folder in (slot / "before" / "hash", slot / "before"):
            os.utime(folder, (old, old))
        last = (slot / caches.WENT_WELL).stat().st_mtime_ns
        os.utime(slot / "compiling" / "hash" / "kernel.so", ns=(last, last))  # a clock's same tick
        (slot / "program").touch()
        process.kill()
    with slot_owner() as (again, process):
        assert again == slot
        left = {p.name for p in slot.iterdir()}
        assert left == {"before", caches.WENT_WELL}
        (slot / caches.WENT_WELL).unlink()
        process.kill()
    with slot_owner() as (empty, _):
        assert list(empty.iterdir()) == []


def test_a_run_that_went_well_makes_its_cache_trusted() -> None:
    stamp = caches.cache_folder(FAKE) / caches.WENT_WELL
    assert not stamp.exists()
    caches.trust(FAKE)
    assert stamp.exists()


def test_another_build_of_a_library_has_another_cache(tmp_path: Path) -> None:
    library = tmp_path / "libfake.so"
    folders = []
    for content in ("one", "three"):
        library.write_text(content)
        folders.append(caches.cache_folder(Driver("fake", str(library), "")))
    assert folders[0].parent != folders[1].parent


def test_one_process_keeps_its_slot() -> None:
    assert caches.cache_folder(FAKE) == caches.cache_folder(FAKE)


def test_an_unwritable_cache_is_replaced_by_a_temporary_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    with slot_owner() as (folder, _):
        assert folder.name.startswith("clgold-")
        assert folder.is_dir()
    assert not folder.exists()


def test_a_full_disk_under_the_cache_is_avoided(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "has_room", lambda folder: own_cache not in folder.parents)
    folder = caches.cache_folder(FAKE)
    assert folder.name.startswith("clgold-")
    assert os.environ["XDG_CACHE_HOME"] == str(folder)


def test_without_room_anywhere_the_places_are_named(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "has_room", lambda folder: False)
    with pytest.raises(caches.CacheFull, match=f"no room for compiled kernels in {own_cache}, "):
        caches.cache_folder(FAKE)


def test_a_limit_on_files_is_no_room(tmp_path: Path) -> None:
    code = (
        "import resource, sys, pathlib; from clgold.device import caches;"
        "folder = pathlib.Path(sys.argv[1]);"
        "before = caches.has_room(folder);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (caches.ROOM - 1, caches.ROOM - 1));"
        "print(before, caches.has_room(folder), caches.has_room(folder / 'missing'))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "True False False\n"
    assert list(tmp_path.iterdir()) == []


def test_other_settings_have_another_cache() -> None:
    folders = [caches.cache_folder(replace(FAKE, environment=e)) for e in ({}, {"A": "1"})]
    assert folders[0].parent != folders[1].parent
