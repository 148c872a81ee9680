"""OpenCL programs: built once from their files, with the compiler's words kept."""

import hashlib
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .caches import CacheFull, has_room

if TYPE_CHECKING:
    import pyopencl as cl

KERNELS = Path(__file__).parent.parent / "kernels"
STANDARD = "-cl-std=CL1.2"

# What compilers call the source that they were given as text: PoCL, Oclgrind, NVIDIA.
COPY = re.compile(r"(\S*\btempfile_\w+\.cl|\binput\.cl|<kernel>)(?=:\d)")
FRAME = ("clBuildProgram failed", "Build on <", "(options:", "(source saved as")


class BuildError(RuntimeError):
    """A kernel file that the device's compiler refuses, with path, options and its log."""


class LaunchError(ValueError):
    """A launch that a wrapper cannot mean: of what is not there, or with what does not fit."""


@dataclass(frozen=True, eq=False)
class Program:
    """A built program, and what the compiler warned of."""

    source: Path
    options: tuple[str, ...]
    handle: "cl.Program"
    warnings: str

    def kernel(self, entry: str, argument_count: int) -> "cl.Kernel":
        """The kernel `entry`, which must take that many arguments; LaunchError otherwise."""
        import pyopencl as cl

        names = str(self.handle.get_info(cl.program_info.KERNEL_NAMES)).split(";")
        if entry not in names:
            known = ", ".join(sorted(names)) or "none"
            raise LaunchError(f"{self.source}: there is no kernel {entry!r}, it has {known}")
        kernel = cl.Kernel(self.handle, entry)
        if kernel.num_args != argument_count:
            raise LaunchError(
                f"{self.source}: kernel {entry} takes {kernel.num_args} arguments, "
                f"{argument_count} given"
            )
        return kernel


def build(context: "cl.Context", cache: Path, source: Path, options: tuple[str, ...]) -> Program:
    """The program in `source`, compiled with -I for the folder of the file itself, then kernels/.

    Raises LaunchError where there is no such file; BuildError; CacheFull where it fails because
    there is no room in `cache`.
    """
    import pyopencl as cl

    try:
        text = source.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LaunchError(f"{source}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as reason:
        raise LaunchError(f"{source}: cannot be read: {reason}") from None
    standard = () if any(o.startswith("-cl-std") for o in options) else (STANDARD,)
    # A user's common.h goes before ours.
    theirs, ours = (without_spaces(folder, cache) for folder in (source.parent, KERNELS))
    complete = [*standard, "-I", str(theirs), *options, "-I", str(ours)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            handle = cl.Program(context, text).build(complete, cache_dir=str(cache / "pyopencl"))
        except Exception as error:  # a full disk makes pyopencl raise a KeyError
            if not has_room(cache):
                raise CacheFull(f"the disk of the kernel cache {cache} is full") from error
            if not isinstance(error, cl.Error):
                raise
            raise BuildError(
                f"{build_log(error, source)}\n"
                f"{source} does not build; options: {' '.join(options) or '(none)'}"
            ) from None
    said = "\n".join(str(w.message) for w in caught if issubclass(w.category, cl.CompilerWarning))
    return Program(source, options, handle, said)


def without_spaces(folder: Path, cache: Path) -> Path:
    """The folder, by a link in the cache if there is a space in its path.

    Drivers split the options at spaces, and PoCL knows no quotes.
    """
    if len(str(folder).split()) == 1:
        return folder
    link = cache / f"folder-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    if not link.is_symlink():
        link.symlink_to(folder.resolve(), target_is_directory=True)
    return link


def build_log(error: Exception, source: Path) -> str:
    """What the compiler said of the source, its first error first, without pyopencl's frame."""
    said = COPY.sub(str(source), str(error))
    lines = [line for line in said.splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(FRAME)] or lines
    first = next((k for k, line in enumerate(kept) if "error:" in line), 0)
    return "\n".join([*kept[first:], *kept[:first]])
