"""Which OpenCL drivers this machine may have, found without loading any of them.

A driver is one OpenCL implementation: the library that an installable-client-driver (.icd) file
names. Two LLVM-based ones in one process abort it, so finding them reads files and nothing else;
`loader.activate` loads one, `probe.probe` tells whether it works.
"""

import importlib.util
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

SYSTEM_VENDORS = Path("/etc/OpenCL/vendors")
SYSTEM_LIBRARIES = (
    Path(f"/usr/lib/{platform.machine()}-linux-gnu"),
    Path("/usr/lib64"),
    Path("/usr/local/lib"),
    Path("/usr/lib"),
)

# How the driver's library is called, and how its users call the driver.
NAMES = {
    "libpocl": "pocl",
    "libintelocl.": "intel",
    "libigdrcl": "intel-gpu",
    "libRusticlOpenCL": "rusticl",
    "libMesaOpenCL": "clover",
    "libnvidia-opencl": "nvidia",
    "liboclgrind-rt-icd": "oclgrind",
}

ENVIRONMENTS = {
    "rusticl": {"RUSTICL_ENABLE": "llvmpipe"},
    "oclgrind": {
        "OCLGRIND_DATA_RACES": "1",
        "OCLGRIND_UNINITIALIZED": "1",
        "OCLGRIND_MAX_ERRORS": "2000000000",  # after as many errors it would fall silent
    },
}

# Intel's wheel leaves these unresolved: its compiler driver would have set the search path.
PRELOADS = {"intel": ("libintlc.so.5", "libirng.so", "libimf.so", "libsvml.so")}


@dataclass(frozen=True)
class Driver:
    """One OpenCL implementation, perhaps a broken one: what is needed to load it.

    `library` is a path or a name for dlopen, empty when the .icd file named none.
    """

    name: str
    library: str
    source: str  # the .icd file, or the library itself where there is none
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    preload: tuple[str, ...] = ()
    guards: bool = True  # False: it checks bounds itself, and guard zones would hide overruns

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def from_json(text: str) -> Driver:
    """The driver that `to_json` wrote."""
    fields = json.loads(text)
    return Driver(**{**fields, "preload": tuple(fields["preload"])})


def discover() -> tuple[Driver, ...]:
    """Return every candidate driver, dead ones included, best first, each with its own name.

    Installed drivers come first, then those from Python wheels, then the simulators.
    Nothing is loaded or run, and nothing is raised for unreadable files.
    """
    found: dict[str, Driver] = {}
    for driver in _candidates():
        same = os.path.realpath(driver.library) if driver.library else driver.source
        found.setdefault(same, driver)
    return _with_distinct_names(sorted(found.values(), key=_rank))


def _candidates() -> Iterator[Driver]:
    """Yield the drivers of every place where OpenCL loaders look, in that order."""
    for place in _vendor_places():
        if place.is_dir():
            # Path.glob gives nothing, rather than an error, for a folder that cannot be read.
            yield from map(_from_icd, sorted(place.glob("*.icd")))
        elif place.suffix == ".icd" and place.exists():
            yield _from_icd(place)
        elif place.is_file():
            yield _driver(str(place), source=place)
    # Debian's oclgrind comes without an .icd file.
    for folder in SYSTEM_LIBRARIES:
        library = folder / "oclgrind" / "liboclgrind-rt-icd.so"
        if library.exists():
            yield _driver(str(library), source=library)


def _vendor_places() -> Iterator[Path]:
    """Yield the folders with .icd files, and the single file that a variable may name."""
    for variable in ("OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH"):
        if os.environ.get(variable):
            yield Path(os.environ[variable])
    yield SYSTEM_VENDORS
    yield Path(sys.prefix) / "etc" / "OpenCL" / "vendors"
    # The wheels of PoCL and Oclgrind put themselves beside pyopencl's own loader.
    spec = importlib.util.find_spec("pyopencl")
    for folder in (spec and spec.submodule_search_locations) or ():
        yield Path(folder) / ".libs"


def _from_icd(icd: Path) -> Driver:
    """Return the driver that an .icd file names on its first line."""
    try:
        lines = icd.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        lines = [""]
    return _driver(_locate(lines[0].strip(), icd.parent), source=icd)


def _locate(library: str, vendors: Path) -> str:
    """Return the path of the library that an .icd file in `vendors` names, or its bare name."""
    if not library:
        return ""
    # …/etc/OpenCL/vendors belongs to …/lib; Intel's wheel names the prefix it was built for.
    relocated = vendors.parent.parent.parent / "lib" / Path(library).name
    if Path(library).is_absolute():
        paths = [Path(library), relocated]
    else:
        search = [Path(p) for p in os.environ.get("LD_LIBRARY_PATH", "").split(":") if p]
        paths = [folder / library for folder in (vendors, *search, *SYSTEM_LIBRARIES)]
        paths.append(relocated)
    return next((str(path) for path in paths if path.is_file()), library)


def _driver(library: str, source: Path) -> Driver:
    """Return the driver of a library, named after the library if known, else after its source."""
    file = Path(library)
    kind = next((NAMES[stem] for stem in NAMES if file.name.startswith(stem)), source.stem)
    preload = (file.parent / name for name in PRELOADS.get(kind, ()))
    return Driver(
        name=f"{kind}-wheel" if file.parent.name == ".libs" else kind,
        library=library,
        source=str(source),
        environment=ENVIRONMENTS.get(kind, {}),
        preload=tuple(str(path) for path in preload if path.exists()),
        guards=kind != "oclgrind",
    )


def _rank(driver: Driver) -> int:
    """Return where a driver stands among the others: lower ones are tried first."""
    if not driver.guards:
        return 4
    if driver.name == "clover":  # lists no device on most machines: not worth asking early
        return 3
    if driver.name == "rusticl":  # by default on Mesa's software rasteriser, which ends long loops
        return 2
    wheel = driver.name.endswith("-wheel") or Path(driver.source).is_relative_to(sys.prefix)
    return 1 if wheel else 0


def _with_distinct_names(drivers: list[Driver]) -> tuple[Driver, ...]:
    """Return the drivers with the second `pocl` called `pocl-2`, and so on."""
    seen: dict[str, int] = {}
    distinct = []
    for driver in drivers:
        count = seen[driver.name] = seen.get(driver.name, 0) + 1
        distinct.append(driver if count == 1 else replace(driver, name=f"{driver.name}-{count}"))
    return tuple(distinct)
