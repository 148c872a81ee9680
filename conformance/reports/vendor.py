"""One failure for those who make the driver: what fails where, and the folder that shows it."""

import io
import zipfile
from pathlib import Path

from clgold.golden.distrust import printable
from clgold.golden.whole import MARKER
from clgold.reference.spec import InputError

from .page import devices
from .points import Point, command_text
from .read import Loaded

MOST = 2**28  # bytes of a folder


def vendor_archive(one: Loaded, number: int) -> bytes:
    """A ZIP file with REPORT.md and the folder of the number-th failure that has one.

    InputError where the report has none: a folder is what `clgold bisect` writes.
    """
    faults = [point for point in one.points if point.folder]
    if not faults:
        raise InputError(
            f"{one.path}: has no fault with a folder that shows it; "
            "clgold bisect LAYER|NETWORK --json FILE writes such a report"
        )
    if not 1 <= number <= len(faults):
        raise InputError(f"--fault {number}: {one.path} has {len(faults)}, expected 1 to that")
    point = faults[number - 1]
    folder = Path(point.folder)
    if not folder.is_absolute():
        folder = next((f for f in (one.path.parent / folder, folder) if f.is_dir()), folder)
    if not (folder / MARKER).is_file():
        raise InputError(f"{one.path}: the folder {folder} that it names is not there")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("REPORT.md", letter(one, point, folder.name))
        room = MOST
        for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.is_symlink()):
            room -= path.stat().st_size
            if room < 0:
                raise InputError(f"{folder}: larger than {MOST} bytes")
            archive.write(path, f"{folder.name}/{path.name}")
    return content.getvalue()


def letter(one: Loaded, point: Point, folder: str) -> str:
    """What there is to know, for somebody who has never heard of clgold."""
    lines = [
        f"# {point.layer}: {point.verdict} on {point.driver}",
        "",
        point.message,
        "",
        *(f"- {said}" for said in point.says),
        "",
        "## Driver and device",
        "",
    ]
    for device in devices([one]):
        lines += [f"- {name}: {getattr(device, name)}" for name in device.__struct_fields__]
    host = one.report.host
    lines += [
        f"- host: {host.system}, Python {host.python}",
        "",
        "## To see it",
        "",
        f"    pip install numpy pyopencl\n    python {folder}/repro.py",
        "",
        f"exits with 1 as long as the fault is there, and with 0 without it. {folder}/ holds the",
        "kernel, its launches and its data; its README.md says what each file is.",
        "",
        f"Found by clgold {one.report.clgold}: `{command_text(one.report.command)}`",
    ]
    return printable("\n".join(lines)) + "\n"
