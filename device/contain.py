"""A stranger's Python while it is loaded: a time limit, and little of the screen to print on."""

import contextlib
import io
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType

SECONDS = 60.0  # PyTorch is imported within 5; four busy processes beside it make that 15
LETTERS = 2000  # of what is printed meanwhile


class TooSlow(BaseException):
    """The time is up. No Exception, which the stranger's code may well catch."""


@dataclass(eq=False)
class Little(io.TextIOBase):
    """A text file that keeps the beginning of what is written."""

    parts: list[str] = field(default_factory=list)
    room: int = LETTERS

    def write(self, text: str) -> int:
        self.parts.append(text[: self.room])
        self.room -= len(self.parts[-1])
        return len(text)


@contextlib.contextmanager
def contained(seconds: float = SECONDS) -> Iterator[None]:
    """What is printed within goes to standard error, the beginning of it; TooSlow."""
    printed = Little()
    try:
        with contextlib.redirect_stdout(printed), limited(seconds):
            yield
    finally:
        text = "".join(printed.parts)
        sys.stderr.write(text if printed.room else f"{text} …\n")


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """TooSlow after so many seconds, where the main thread asks: others get no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, too_slow)
    rest, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, rest, interval)
        signal.signal(signal.SIGALRM, before)


def too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow
