"""One change of a kernel's text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """The text from `start` to `end` becomes `new`; `before` is put before the function."""

    kind: str
    start: int
    end: int
    new: str
    before: str = ""
