"""Networks from ONNX's models, and models from networks. Needs the package onnx."""

from .package import ModelError, NoOperator, onnx
from .read import Model, read_model, read_proto
from .reading import READERS
from .saying import Said, say
from .write import network_model

__all__ = [
    "READERS",
    "Model",
    "ModelError",
    "NoOperator",
    "Said",
    "network_model",
    "onnx",
    "read_model",
    "read_proto",
    "say",
]
