"""A case of a campaign, judged on a worker; a worker that is lost over it is not the last word."""

import math
import time
from typing import Any

from clgold.device.protocol import Device
from clgold.device.variants import Variant
from clgold.golden.cases import parse_case

from ..run.case import run_case
from .ledger import LIVES


def judged(worker: Device, variant: Variant, line: str) -> dict[str, Any]:
    """What the ledger keeps: the verdict, numbers, the seconds it took, how often it was lost."""
    case, begun, lost = parse_case(line), time.perf_counter(), 0
    found = run_case(worker, variant, case)
    while found.verdict == "crash" and (lost := lost + 1) < LIVES:
        found = run_case(worker, variant, case)
    return {
        "verdict": found.verdict,
        "message": found.message,
        "budget_used": number(found.budget_used),
        "precision": number(found.precision),
        "seconds": round(time.perf_counter() - begun, 6),
        "lost": lost,
    }


def crashed(message: str) -> dict[str, Any]:
    """What is kept of a case that nobody came back from."""
    numbers = {"budget_used": None, "precision": None, "seconds": None}
    return {"verdict": "crash", "message": message, **numbers, "lost": LIVES}


def number(value: float | None) -> float | None:
    """The number as reports have it; None where there is none."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.6g}")
