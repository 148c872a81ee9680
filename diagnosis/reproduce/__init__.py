"""The smallest case that still fails, in a folder that shows it without clgold."""

from .reproduction import Reproduction, reproduce

__all__ = ["Reproduction", "reproduce"]
