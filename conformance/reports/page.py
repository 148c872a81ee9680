"""Reports as a page for people: HTML that needs no network. The extra `report` brings jinja2."""

import base64
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from clgold.golden.distrust import printable
from clgold.reference.spec import InputError

from .matrix import drivers, failures, matrix
from .points import Point, command_text
from .read import Loaded
from .schema import Device
from .strip import strip

TEMPLATE = "page.html"
PNG = b"\x89PNG\r\n\x1a\n"
URI = "data:image/png;base64,"
MOST = 2**22  # bytes of a picture


def page(reports: Sequence[Loaded]) -> str:
    """The page; InputError where jinja2 is not installed."""
    try:
        from jinja2 import Environment, FileSystemLoader
        from markupsafe import Markup
    except ImportError:
        raise InputError(
            "report --html needs jinja2: pip install 'clgold[report]'; --markdown does not"
        ) from None
    house = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    found = [point for one in reports for point in one.points]
    folders = [one.path.parent for one in reports]
    return house.get_template(TEMPLATE).render(
        reports=reports,
        drivers=drivers(found),
        devices=devices(reports),
        rows=matrix(found),
        failures=failures(found),
        judged=sum(1 for one in found if not one.place.startswith("fault ")),
        failed=sum(one.failed for one in found if not one.place.startswith("fault ")),
        known=[one for one in found if one.known],
        strip=lambda shares: Markup(strip(shares)),  # made of numbers alone
        share=share,
        command=lambda report: command_text(report.command),
        picture=partial(picture, folders),
        verdict=overall(found),
    )


def overall(found: Sequence[Point]) -> str:
    return "fail" if any(one.failed for one in found) else "pass" if found else "nothing judged"


def share(used: float) -> str:
    """A share of a bound in a few letters."""
    if math.isinf(used):
        return "beyond"
    return "0" if not used else f"{100 * used:.2g} %" if used < 10 else f"{used:.2g}×"


def devices(reports: Sequence[Loaded]) -> list[Device]:
    """Every device that the reports name, once."""
    found: list[Device] = []
    for one in reports:
        many = getattr(one.report, "devices", None) or [getattr(one.report, "device", None)]
        found += [device for device in many if device is not None and device not in found]
    return found


def picture(folders: Sequence[Path], one: Point) -> str:
    """A point's picture as a data: URI; empty where there is none, or none that is a PNG.

    A report may come from anywhere: of files only those beside it, or below, are read.
    """
    if one.picture.startswith(URI):
        return one.picture
    for folder in folders if one.picture else ():
        path = (folder / one.picture).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            content = path.read_bytes() if path.stat().st_size <= MOST else b""
            if content.startswith(PNG):
                return URI + base64.b64encode(content).decode()
    return ""
