"""How a network is divided among ranks: rectangles, plans, transfers. Arithmetic, no arrays."""

from .localnet import step_plan
from .operations import Operation, operations
from .plan import Placed, Plan, default_grid, plan
from .rect import Rect, nothing, split, whole
from .transfer import Transfer, pattern, transfers, uncovered
from .work import Array, Part

__all__ = [
    "Array",
    "Operation",
    "Part",
    "Placed",
    "Plan",
    "Rect",
    "Transfer",
    "default_grid",
    "nothing",
    "operations",
    "pattern",
    "plan",
    "split",
    "step_plan",
    "transfers",
    "uncovered",
    "whole",
]
