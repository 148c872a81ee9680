"""A kernel's files, flattened: whatever it includes lies beside it."""

import re
from collections.abc import Container, Iterable
from pathlib import Path

from clgold.device.programs import KERNELS, STANDARD

INCLUDE = re.compile(r'^(?P<before>\s*#\s*include\s*")(?P<file>[^"]+)(?P<after>")', re.MULTILINE)
FOLDER = re.compile(r"(?:^|\s)-I\s*(\S+)")  # glued to its option or as the next one


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
        named = [Path(folder) for folder in FOLDER.findall(" ".join(options))]
        add(source, (source.parent, *named, KERNELS), texts, names)
    return texts, names


def build_options(options: tuple[str, ...]) -> tuple[str, ...]:
    """The options of a build beside the flattened files: the standard, and no folders."""
    own = FOLDER.sub("", " ".join(options)).split()
    return (*(() if any(word.startswith("-cl-std") for word in own) else (STANDARD,)), *own)


def add(
    file: Path, folders: tuple[Path, ...], texts: dict[str, str], names: dict[Path, str]
) -> str:
    """The new name of a file, after it and all that it includes were added."""
    if file in names:
        return names[file]
    name = names[file] = free_name(file.stem, file.suffix, texts)
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


def free_name(stem: str, suffix: str, taken: Container[str]) -> str:
    """stem and suffix, with a number between them where that is taken."""
    name, number = f"{stem}{suffix}", 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}{suffix}"
    return name
