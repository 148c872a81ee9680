"""What every report says of the run that made it."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

import clgold

from .schema import VERSION


def header(
    command: Sequence[str], began: datetime, seed: int | None = None, effort: str | None = None
) -> dict[str, Any]:
    """The keys that all kinds of reports have; command: the words behind `clgold`."""
    return {
        "schema": VERSION,
        "clgold": clgold.__version__,
        "command": list(command),
        "began": began.isoformat(timespec="seconds"),
        "seconds": (datetime.now(UTC) - began).total_seconds(),
        "seed": seed,
        "effort": effort,
        "host": {
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    }
