"""The package onnx, which nothing else needs, and what is said of a model that cannot be used."""

from importlib import import_module
from typing import Any

OLDEST = 8  # the first opset whose operators mean what they mean today, but for Softmax


class ModelError(ValueError):
    """A model that cannot be used, as a sentence."""


class NoOperator(ValueError):
    """ONNX has no operator that means the same."""


def onnx() -> Any:
    """The package, with its helpers; ModelError where it is not installed."""
    try:
        for module in ("checker", "defs", "helper", "numpy_helper"):
            import_module(f"onnx.{module}")
        return import_module("onnx")
    except ImportError:
        raise ModelError('onnx is not installed: pip install "clgold[onnx]"') from None
