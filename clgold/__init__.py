"""clgold assays OpenCL kernels of neural networks; `clgold.reference` says what is right.

clgold.check("conv2d", got, x, w, b, stride=2)   the whole judge in one call
clgold.bound("conv2d", x, w, b, stride=2)        the error that a correct result may have
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

__all__ = ["__version__", "bound", "check", "reference"]  # __getattr__ finds them


def __getattr__(name: str) -> Any:
    """What is public, at its first use: NumPy and mpmath take long to load."""
    if name == "reference":
        return import_module(f".{name}", __name__)
    if name in ("check", "bound"):
        return getattr(import_module(".diagnosis.explain.public", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
