"""The house is in order: who imports whom, what every layer has, what no file may hold."""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from clgold.device.catalogue import VARIANTS
from clgold.device.session import Session
from clgold.networks import NETWORKS, Network, view
from clgold.reference import LAYERS

ROOT = Path(__file__).parents[2]

# Which of our folders each folder may import; every one may import itself.
MAY_IMPORT: dict[str, set[str]] = {
    "reference": set(),
    "networks": {"reference"},
    "ranks": {"reference", "networks"},
    "golden": {"reference", "networks"},
    "device": {"reference", "networks"},
    "conformance": {"reference", "networks", "ranks", "golden", "device", "diagnosis"},
    "distributed": {
        "reference",
        "networks",
        "ranks",
        "golden",
        "device",
        "conformance",
        "diagnosis",
    },
    "diagnosis": {"reference", "networks", "golden", "device", "conformance"},
}
CORRIDOR = ("conformance", "diagnosis")
MODULES = sorted(path for folder in MAY_IMPORT for path in (ROOT / folder).rglob("*.py"))
KERNELS = sorted((ROOT / "kernels").glob("*.cl"))
NAMES = [layer.name for layer in LAYERS]

# What neither a kernel's launch nor a network may ask the reference for: the answer.
ANSWERS = {"forward", "formula", "enclose", "enclose_resolved", "evaluate", *NAMES}

GENERATED = {"build", "dist", "__pycache__"}
TEXT = {".py", ".cl", ".h", ".md", ".toml", ".txt", ".yml", ".yaml", ".json", ".sh", ""}
# Written in halves, so that this file does not hold them itself.
UNWELCOME = [
    *("/ro" "ot/", "/wo" "rk/", "/ho" "me/", "/user" "s/"),
    *("pypi" ".org", "python" "hosted", "artifact" "ory", "index-" "url"),
    *("clau" "de", "anthro" "pic", "chat" "gpt", "co-authored" "-by", "sub" "agent"),
]  # fmt: skip


def identity(path: Path) -> str:
    return str(path.relative_to(ROOT))


def in_folders(*folders: str) -> list[Path]:
    return [path for path in MODULES if path.parent.name in folders]


def imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Every imported module by its absolute name, with the names taken from it."""
    package = f"clgold.{path.relative_to(ROOT).parent.as_posix().replace('/', '.')}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = parts[: len(parts) + 1 - node.level] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            yield module, [alias.name for alias in node.names]


def our_modules(path: Path) -> Iterator[Path]:
    """What a module imports of ours: folders and modules, without an ending."""
    for module, names in imports(path):
        first, *rest = module.split(".")
        if first == "clgold":
            yield from (ROOT.joinpath(*rest, name) for name in names)


def our_folders(path: Path) -> set[str]:
    """Our folders that a module imports from."""
    return {found.relative_to(ROOT).parts[0] for found in our_modules(path)}


def room(path: Path) -> str:
    """The folder in conformance/ or diagnosis/ that a module stands in; a module beside them."""
    house, name, *_ = path.relative_to(ROOT).parts
    return f"{house}/{name.removesuffix('.py')}"


def rooms() -> dict[str, set[str]]:
    """Every room of conformance/ and diagnosis/, with those that it imports from."""
    found: dict[str, set[str]] = {}
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] in CORRIDOR and path.parent.parent != ROOT:
            others = {
                one for one in our_modules(path) if one.relative_to(ROOT).parts[0] in CORRIDOR
            }
            found.setdefault(room(path), set()).update({room(one) for one in others} - {room(path)})
    return found


def repository_files() -> Iterator[Path]:
    """Every text file that is not generated."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(p.startswith(".") and p not in (".ci", ".gitignore") for p in parts)
        generated = GENERATED & set(parts) or any(p.endswith(".egg-info") for p in parts)
        if path.is_file() and path.suffix in TEXT and not hidden and not generated:
            yield path


@pytest.mark.parametrize("path", MODULES, ids=identity)
def test_a_module_imports_only_the_folders_that_its_own_may(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    commands = {"distributed"} if "commands" in path.parts else set()  # they may import everything
    assert our_folders(path) <= MAY_IMPORT[folder] | {folder} | commands


def test_one_module_knows_mpi() -> None:
    knowing = [
        identity(path)
        for path in MODULES
        if any(module.split(".")[0] == "mpi4py" for module, _ in imports(path))
    ]
    assert knowing == ["distributed/comm.py"]


@pytest.mark.parametrize("path", MODULES, ids=identity)
def test_imports_are_relative_within_a_folder_and_absolute_across(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    if path.name.endswith("_test.py"):  # pytest does not know of the package that it stands in
        folder = "none"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            own = (node.module or "").startswith(f"clgold.{folder}")
            assert not own, f"line {node.lineno}: from {node.module}"
            depth = len(path.relative_to(ROOT).parts) - 1
            assert node.level <= depth, f"line {node.lineno}: reaches out of {folder}"


def floors_of_rooms() -> dict[str, int]:
    """Every room with its floor: one above the highest of those that it imports from."""
    found = rooms()
    floors: dict[str, int] = {}
    for name in TopologicalSorter(found).static_order():  # refuses a circle, and shows it
        floors[name] = 1 + max((floors[other] for other in found.get(name, ())), default=0)
    return floors


def test_judging_and_diagnosing_have_few_rooms_on_few_floors() -> None:
    floors = floors_of_rooms()
    assert {len(name.split("/")) for name in floors} == {2}
    assert len(floors) <= 12, floors
    assert max(floors.values()) <= 6, floors


def test_the_map_shows_every_room_on_its_floor() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    shown = {
        name: int(floor)
        for floor, names in re.findall(r"^\| (\d) \| (\S.*) \|$", text, re.MULTILINE)
        for name in names.split(", ")
    }
    floors = floors_of_rooms()
    assert shown == floors, floors


@pytest.mark.parametrize("name", rooms())
def test_a_room_says_what_it_is_for(name: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / name / "__init__.py").read_text()))


@pytest.mark.parametrize("path", in_folders("reference"), ids=identity)
def test_the_reference_needs_numpy_scipy_and_mpmath_alone(path: Path) -> None:
    allowed = {"clgold", "numpy", "scipy", "mpmath"} | sys.stdlib_module_names
    assert {module.split(".")[0] for module, _ in imports(path)} <= allowed


@pytest.mark.parametrize("path", in_folders("device", "networks", "ranks"), ids=identity)
def test_devices_and_networks_know_shapes_but_no_answers(path: Path) -> None:
    for module, names in imports(path):
        if module.startswith("clgold.reference"):
            assert not ANSWERS & set(names), f"imports {ANSWERS & set(names)} from {module}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("forward", "formula"), f"line {node.lineno}: .{node.attr}"


@pytest.mark.parametrize("layer", NAMES)
@pytest.mark.parametrize(
    "place", ["reference/{}.py", "kernels/{}.cl", "device/{}.py", "tests/layers/{}_test.py"]
)
def test_a_layers_name_is_the_name_of_its_files(layer: str, place: str) -> None:
    assert (ROOT / place.format(layer)).is_file()


@pytest.mark.parametrize("layer", NAMES)
def test_every_layer_keeps_a_naive_variant(layer: str) -> None:
    naive = [v for v in VARIANTS if (v.layer, v.name) == (layer, "naive")]
    assert [variant.source for variant in naive] == [ROOT / "device" / f"{layer}.py"]


def test_every_device_module_that_declares_a_variant_has_its_kernel_file() -> None:
    stems = {variant.source.stem for variant in VARIANTS}
    tools = {path.stem for path in KERNELS if path.stem.startswith(("gate_", "measure", "peak"))}
    assert stems | tools == {path.stem for path in KERNELS}


def test_no_two_variants_of_a_layer_share_a_name() -> None:
    keys = [(variant.layer, variant.name) for variant in VARIANTS]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
@pytest.mark.parametrize("fused", [True, False], ids=["fused", "primitive"])
def test_every_kernel_of_a_network_has_a_variant(network: Network, fused: bool) -> None:
    ours = {variant.layer for variant in VARIANTS}
    assert {kernel.layer for kernel in view(network, fused)} <= ours


# What a gate tries may crash a driver: the wheel's PoCL on a CPU that it takes for one without
# AVX-512 builds vectors of 16 wrong. Gates run in processes of their own.
@pytest.mark.parametrize("path", [p for p in KERNELS if "gate" not in p.name], ids=identity)
def test_a_kernel_file_compiles_with_the_folder_of_kernels_alone(
    opencl: Session, path: Path
) -> None:
    import pyopencl as cl

    program = cl.Program(opencl.context, path.read_text())
    built = program.build(["-I", str(ROOT / "kernels")], cache_dir=False)
    assert built.get_info(cl.program_info.NUM_KERNELS) >= 1


@pytest.mark.parametrize("path", [*KERNELS, *(ROOT / "kernels").glob("*.h")], ids=identity)
def test_a_kernel_file_says_first_what_it_computes(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert re.match(r"// [A-Z].{10,}", first), first


@pytest.mark.parametrize("path", KERNELS, ids=identity)
def test_a_kernel_is_portable(path: Path) -> None:
    text = path.read_text()
    assert "#pragma OPENCL EXTENSION" not in text
    assert "double" not in re.sub(r"//.*", "", text).split()


@pytest.mark.parametrize("word", UNWELCOME)
def test_no_file_holds_what_belongs_to_one_machine_or_its_tools(word: str) -> None:
    holding = [
        f"{identity(path)}:{number}"
        for path in repository_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if word in line.lower()
    ]
    assert holding == []
