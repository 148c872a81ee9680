"""The house is in order: who imports whom, what every layer has, what no file may hold."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
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


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """A module's syntax, read once for all tests."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Every imported module by its absolute name, with the names taken from it."""
    package = f"clgold.{path.relative_to(ROOT).parent.as_posix().replace('/', '.')}"
    for node in nodes(path):
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


def forbidden_folders(path: Path) -> set[str]:
    folder = path.relative_to(ROOT).parts[0]
    commands = {"distributed"} if "commands" in path.parts else set()  # they may import everything
    return our_folders(path) - (MAY_IMPORT[folder] | {folder} | commands)


def test_a_module_imports_only_the_folders_that_its_own_may() -> None:
    assert len(MODULES) > 400
    assert {identity(path): found for path in MODULES if (found := forbidden_folders(path))} == {}


def test_one_module_knows_mpi() -> None:
    knowing = [
        identity(path)
        for path in MODULES
        if any(module.split(".")[0] == "mpi4py" for module, _ in imports(path))
    ]
    assert knowing == ["distributed/comm.py"]


def strange_imports(path: Path) -> Iterator[str]:
    """Those that are absolute within a folder, or relative across."""
    folder, depth = path.relative_to(ROOT).parts[0], len(path.relative_to(ROOT).parts) - 1
    if path.name.endswith("_test.py"):  # pytest does not know of the package that it stands in
        folder = "none"
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom):
            if (node.module or "").startswith(f"clgold.{folder}"):
                yield f"{identity(path)}:{node.lineno}: from {node.module}"
            if node.level > depth:
                yield f"{identity(path)}:{node.lineno}: reaches out of {folder}"


def test_imports_are_relative_within_a_folder_and_absolute_across() -> None:
    assert [found for path in MODULES for found in strange_imports(path)] == []


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


def test_a_room_says_what_it_is_for() -> None:
    texts = {name: (ROOT / name / "__init__.py").read_text() for name in rooms()}
    assert [name for name, text in texts.items() if not ast.get_docstring(ast.parse(text))] == []


def test_the_reference_needs_numpy_scipy_and_mpmath_alone() -> None:
    allowed = {"clgold", "numpy", "scipy", "mpmath"} | sys.stdlib_module_names
    used = [
        (identity(path), module)
        for path in in_folders("reference")
        for module, _ in imports(path)
        if module.split(".")[0] not in allowed
    ]
    assert used == []


def answers_known(path: Path) -> Iterator[str]:
    """Where a module asks the reference for an answer."""
    for module, names in imports(path):
        if module.startswith("clgold.reference") and ANSWERS & set(names):
            yield f"{identity(path)}: imports {ANSWERS & set(names)} from {module}"
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and node.attr in ("forward", "formula"):
            yield f"{identity(path)}:{node.lineno}: .{node.attr}"


def test_devices_and_networks_know_shapes_but_no_answers() -> None:
    paths = in_folders("device", "networks", "ranks")
    assert [found for path in paths for found in answers_known(path)] == []


@pytest.mark.parametrize(
    "place", ["reference/{}.py", "kernels/{}.cl", "device/{}.py", "tests/layers/{}_test.py"]
)
def test_a_layers_name_is_the_name_of_its_files(place: str) -> None:
    assert [name for name in NAMES if not (ROOT / place.format(name)).is_file()] == []


def test_every_layer_keeps_a_naive_variant() -> None:
    naive = {
        name: [v.source for v in VARIANTS if (v.layer, v.name) == (name, "naive")] for name in NAMES
    }
    assert naive == {name: [ROOT / "device" / f"{name}.py"] for name in NAMES}


def test_every_device_module_that_declares_a_variant_has_its_kernel_file() -> None:
    stems = {variant.source.stem for variant in VARIANTS}
    tools = {
        path.stem
        for path in KERNELS
        if path.stem.startswith(("gate_", "measure", "peak", "relayout"))
    }
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


def test_a_kernel_file_says_first_what_it_computes() -> None:
    paths = [*KERNELS, *(ROOT / "kernels").glob("*.h")]
    firsts = {identity(path): path.read_text().splitlines()[0] for path in paths}
    assert {k: line for k, line in firsts.items() if not re.match(r"// [A-Z].{10,}", line)} == {}


def test_a_kernel_is_portable() -> None:
    texts = {identity(path): path.read_text() for path in KERNELS}
    assert [name for name, text in texts.items() if "#pragma OPENCL EXTENSION" in text] == []
    bare = {name: re.sub(r"//.*", "", text).split() for name, text in texts.items()}
    assert [name for name, words in bare.items() if "double" in words] == []


def lines_with(words: Iterable[str], path: Path) -> Iterator[str]:
    text = path.read_text(errors="replace").lower()
    for word in (word for word in words if word in text):
        for number, line in enumerate(text.splitlines(), start=1):
            if word in line:
                yield f"{identity(path)}:{number}: {word}"


def test_no_file_holds_what_belongs_to_one_machine_or_its_tools() -> None:
    paths = list(repository_files())
    assert len(paths) > 700
    assert [found for path in paths for found in lines_with(UNWELCOME, path)] == []
