"""A kernel's files, flattened: whatever it includes lies beside it."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path, PurePosixPath

from clgold.device.programs import KERNELS, STANDARD

INCLUDE = re.compile(r'^(?P<before>\s*#\s*include\s*")(?P<file>[^"]+)(?P<after>")', re.MULTILINE)


def flatten_sources(
    launches: Iterable[tuple[Path, tuple[str, ...]]],
) -> tuple[dict[str, str], dict[Path, str]]:
    """The texts by their new names, and the new name of each source.

    launches: (source, build options). Includes that name a folder lose it. Files of the same name
    from several folders get numbers.
    """
    texts: dict[str, str] = {}
    names: dict[Path, str] = {}
    for source, options in launches:
        add(source, (source.parent, *include_folders(options), KERNELS), texts, names)
    return texts, names


def build_options(options: tuple[str, ...]) -> tuple[str, ...]:
    """The options of a build beside the flattened files: the standard, and no folders."""
    words = " ".join(options).split()
    own = [
        word
        for before, word in pairwise(("", *words))
        if not word.startswith("-I") and before != "-I"
    ]
    return (*(() if any(word.startswith("-cl-std") for word in own) else (STANDARD,)), *own)


def include_folders(options: tuple[str, ...]) -> list[Path]:
    """The folders that -I names, glued to it or as the next option."""
    words = " ".join(options).split()
    glued = [word[2:] for word in words if word.startswith("-I") and len(word) > 2]
    apart = [after for word, after in pairwise(words) if word == "-I"]
    return [Path(folder) for folder in (*glued, *apart)]


def add(
    file: Path, folders: tuple[Path, ...], texts: dict[str, str], names: dict[Path, str]
) -> str:
    """The new name of a file, after it and all that it includes were added."""
    if file in names:
        return names[file]
    name = names[file] = free_name(file, texts)
    texts[name] = ""  # taken, while its includes are added

    def include(match: re.Match[str]) -> str:
        # An included file looks beside itself first; the program itself is compiled as a text.
        beside = (file.parent,) if file.suffix != ".cl" else ()
        for folder in (*beside, *folders):
            found = (folder / match["file"]).resolve()
            if found.is_file():
                new = add(found, folders, texts, names)
                return match["before"] + new + match["after"]
        return match[0]

    texts[name] = INCLUDE.sub(include, file.read_text(encoding="utf-8"))
    return name


def free_name(file: Path, taken: dict[str, str]) -> str:
    """The file's own name, with a number where another file has it."""
    path, number = PurePosixPath(file.name), 1
    while path.name in taken:
        number += 1
        path = PurePosixPath(f"{file.stem}_{number}{file.suffix}")
    return path.name
