"""The house is in order: who imports whom, what every layer has, what no file may hold."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
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
    "golden": {"reference", "networks"},
    "device": {"reference", "networks"},
    "conformance": {"reference", "networks", "golden", "device"},
}
MODULES = sorted(path for folder in MAY_IMPORT for path in (ROOT / folder).rglob("*.py"))
KERNELS = sorted((ROOT / "kernels").glob("*.cl"))
NAMES = [layer.name for layer in LAYERS]

# What neither a kernel's launch nor a network may ask the reference for: the answer.
ANSWERS = {"forward", "formula", "enclose", "enclose_chain", "evaluate", *NAMES}

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


def our_folders(path: Path) -> set[str]:
    """Our folders that a module imports from."""
    found = set()
    for module, names in imports(path):
        first, *rest = module.split(".")
        if first == "clgold":
            found |= {rest[0]} if rest else set(names)
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
    assert our_folders(path) <= MAY_IMPORT[folder] | {folder}


@pytest.mark.parametrize("path", MODULES, ids=identity)
def test_imports_are_relative_within_a_folder_and_absolute_across(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            own = (node.module or "").startswith(f"clgold.{folder}")
            assert not own, f"line {node.lineno}: from {node.module}"
            depth = len(path.relative_to(ROOT).parts) - 1
            assert node.level <= depth, f"line {node.lineno}: reaches out of {folder}"


@pytest.mark.parametrize("path", in_folders("reference"), ids=identity)
def test_the_reference_needs_numpy_scipy_and_mpmath_alone(path: Path) -> None:
    allowed = {"clgold", "numpy", "scipy", "mpmath"} | sys.stdlib_module_names
    assert {module.split(".")[0] for module, _ in imports(path)} <= allowed


@pytest.mark.parametrize("path", in_folders("device", "networks"), ids=identity)
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
    tools = {path.stem for path in KERNELS if path.stem.startswith(("gate_", "measure"))}
    assert stems | tools == {path.stem for path in KERNELS}


def test_no_two_variants_of_a_layer_share_a_name() -> None:
    keys = [(variant.layer, variant.name) for variant in VARIANTS]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
@pytest.mark.parametrize("fused", [True, False], ids=["fused", "primitive"])
def test_every_kernel_of_a_network_has_a_variant(network: Network, fused: bool) -> None:
    ours = {variant.layer for variant in VARIANTS}
    assert {kernel.layer for kernel in view(network, fused)} <= ours


@pytest.mark.parametrize("path", KERNELS, ids=identity)
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


def test_the_plugin_loads_nothing_before_a_project_is_configured() -> None:
    """It is loaded in every run of pytest where clgold is installed."""
    program = "import sys, clgold.conformance.plugin; print({'numpy', 'pyopencl'} & {*sys.modules})"
    command = [sys.executable, "-P", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
