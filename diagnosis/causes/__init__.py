"""What people get wrong: every layer under other conventions, and which one explains a result."""

from .catalogue import CAUSES
from .cause import Cause, Explanation
from .explain import explain

__all__ = ["CAUSES", "Cause", "Explanation", "explain"]
