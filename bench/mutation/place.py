"""A changed kernel in a folder of its own, run by our launchers: what `--kernels FILE` is given."""

import re
import shutil
from pathlib import Path

from clgold.device.catalogue import VARIANTS
from clgold.device.programs import KERNELS
from clgold.device.variants import Variant, load_variants

from .mutants import Mutant
from .tokens import functions

INCLUDE = re.compile(r'#include "([^"]+)"')
LAUNCHED = re.compile(r'"\.\./kernels/(\w+\.cl)"')
DECLARATIONS = """from dataclasses import replace
from pathlib import Path

from clgold.device.catalogue import VARIANTS

OURS = {{(one.layer, one.name): one for one in VARIANTS}}
HERE = Path(__file__).resolve()
globals().update({{str(name): replace(OURS[name], source=HERE) for name in {names!r}}})
"""


def place(mutant: Mutant, folder: Path) -> tuple[Path, tuple[Variant, ...]]:
    """Write the mutant's kernels beside a file that declares the variants that it concerns."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(KERNELS, folder / "kernels")
    (folder / "kernels" / mutant.file).write_text(mutant.text, encoding="utf-8")
    file = folder / "device" / "changed.py"
    file.parent.mkdir()
    names = [(one.layer, one.name) for one in concerned(mutant)]
    file.write_text(DECLARATIONS.format(names=names), encoding="utf-8")
    return file, load_variants(file)


def concerned(mutant: Mutant) -> list[Variant]:
    """Our variants whose kernels reach the function that the mutant changes."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in KERNELS.glob("*.[ch]*")}
    changed = callers(mutant.function, sources)
    if not any(name.endswith(".cl") for name in changed):  # a kernel that stands in a header
        changed = {name for name in sources if mutant.file in included(name, sources)}
    return [one for one in VARIANTS if any(k in changed for k in launched(one))] or [
        one for one in VARIANTS if mutant.file in launched(one)
    ]


def included(name: str, sources: dict[str, str]) -> set[str]:
    """The headers that a file includes, theirs too."""
    found = set(INCLUDE.findall(sources[name]))
    return found.union(*(included(one, sources) for one in found))


def launched(variant: Variant) -> list[str]:
    """The kernel files that a variant launches."""
    return LAUNCHED.findall(variant.source.read_text(encoding="utf-8"))


def callers(function: str, sources: dict[str, str]) -> set[str]:
    """The files in which a function is defined, or called by one that is called there."""
    found = [(file, one) for file, text in sources.items() for one in functions(text)]
    names, files, before = {function}, set[str](), 0
    while before != len(names) + len(files):
        before = len(names) + len(files)
        for file, one in found:
            if any(token.text in names for token in one.tokens):
                names.add(one.name)
                files.add(file)
    return files
