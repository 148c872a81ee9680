"""Drivers asked side by side: all that hang cost the time of one."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from .drivers import Driver
from .isolated import Child, Lost

# In which a driver is asked alone: most answer within 1 s, and spare the start of those behind.
# By the clock, as it decides nothing but when they are asked beside it.
ALONE = 5.0

Said = dict[str, Any] | Lost
Asked = tuple[Future[Said], Child | None]


def answers(
    drivers: Sequence[Driver], start: Callable[[Driver], Child], seconds: float, rest: float
) -> Generator[tuple[Said, Child | None]]:
    """What each says first, in their order, and its process, which is no more where it is Lost.

    The times are as in effort.Limit; the last may rest for `seconds` too, as there is no other to
    turn to. A process that is handed over is the caller's; the others end with the iterator.
    """
    asked: list[Asked] = []
    handed = 0
    with ThreadPoolExecutor(max(1, len(drivers))) as pool:

        def ask(number: int) -> None:
            last = number == len(drivers) - 1
            asked.append(begun(pool, start, drivers[number], seconds, seconds if last else rest))

        try:
            for number in range(len(drivers)):
                if number == len(asked):
                    ask(number)
                    if not wait([asked[number][0]], ALONE).done:
                        for other in range(number + 1, len(drivers)):
                            ask(other)
                future, child = asked[number]
                said, handed = future.result(), number + 1
                yield said, None if isinstance(said, Lost) else child
        finally:
            dismiss(asked[handed:])


def begun(
    pool: ThreadPoolExecutor,
    start: Callable[[Driver], Child],
    driver: Driver,
    seconds: float,
    rest: float,
) -> Asked:
    """A driver's process, and what waits for its answer."""
    try:
        child = start(driver)
    except Lost as lost:
        found: Future[Said] = Future()
        found.set_result(lost)
        return found, None
    return pool.submit(heard, child, seconds, rest), child


def heard(child: Child, seconds: float, rest: float) -> Said:
    try:
        return child.receive(seconds, rest)
    except Lost as lost:
        return lost


def dismiss(asked: Sequence[Asked]) -> None:
    """End those that nobody needs: whoever waits for one sees it end, and is waited for."""
    for future, child in asked:
        if child is not None and not future.done():
            child.end()
    for future, child in asked:
        if child is not None and not isinstance(future.result(), Lost):
            child.kill()
