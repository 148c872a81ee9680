"""A part of many alike in an ordinary run, all of them with --slow."""

from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import pytest


def thinned(
    every: Iterable[Any], one_of: int = 3, name: Callable[[Any], str] = str, keep: int = 0
) -> list[Any]:
    """For parametrize: the first few, and one of so many, whatever others there are."""
    return [
        pytest.param(
            one,
            marks=pytest.mark.slow if number >= keep and crc32(name(one).encode()) % one_of else (),
        )
        for number, one in enumerate(every)
    ]
