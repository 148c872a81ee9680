"""Changes to bytes, texts and trees, drawn from a seeded generator of Python's own."""

import random
from collections.abc import Callable
from typing import Any

NUMBERS = (
    *("-1", "0", "1", "2", "7", "65537", "2147483648", "4294967296", "9223372036854775808"),
    *("1e400", "-0.0", "nan", "inf", "1.5", "1j", "0x10", "007", "1_0", "٣", "²", "True", "None"),
)
ODD = (
    *("", " ", "\t", "\n", "\r", "\0", "\x1b[2J", "\u202e", "\ud800", "\ufeff", "é", "𝟛", "'", '"'),
    *("\\", "#", "=", ",", "..", "/", "~", "{", "}", "[", "]", "(", ")", "`", "|", "%s", "{0}"),
    *("a" * 5000, "[" * 3000, "9" * 5000),
)
WORDS = tuple(word.encode() for word in (*NUMBERS, "descr", "shape", "float32", "<f4", "|O", "PK"))
Tree = Any


def bytes_changed(rng: random.Random, content: bytes) -> bytes:
    """A few changes: bits, pieces lost, doubled or moved, lengths that claim too much."""
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        place = rng.randrange(len(found) + 1)
        end = min(len(found), place + rng.choice((1, 2, 4, 8, 64, 1024)))
        kind = rng.randrange(7)
        if kind == 0 and place < len(found):
            found[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del found[place:end]
        elif kind == 2:
            found[place:place] = found[place:end]
        elif kind == 3:
            found[place:end] = rng.choice((b"\xff", b"\0", b"\x7f")) * (end - place)
        elif kind == 4:
            found[place:place] = rng.choice(WORDS)
        elif kind == 5:
            del found[place:]
        else:
            found[place:end] = rng.randbytes(end - place)
    return bytes(found)


def text_changed(rng: random.Random, text: str, words: tuple[str, ...] = ()) -> str:
    """A few changes: words exchanged, numbers that are none, odd letters anywhere."""
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        place = rng.randrange(len(text) + 1)
        end = min(len(text), place + rng.choice((0, 1, 2, 5, 20)))
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:place] + rng.choice(ODD) + text[end:]
        elif kind == 1:
            text = text[:place] + rng.choice(NUMBERS) + text[end:]
        elif kind == 2:
            text = text[:place] + text[end:]
        elif kind == 3:
            text = text[:end] + text[place:]
        elif words:
            parts = text.split(" ")
            parts[rng.randrange(len(parts))] = rng.choice(words)
            text = " ".join(parts)
    return text


def tree_changed(rng: random.Random, value: Tree) -> Tree:
    """JSON or TOML with one value somewhere replaced by one of another kind, or a key gone."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: tree_changed(rng, value[key])}
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        return [*value[:place], tree_changed(rng, value[place]), *value[place + 1 :]]
    odd: tuple[Callable[[], Tree], ...] = (
        lambda: rng.choice(ODD).encode(errors="replace").decode(),
        lambda: rng.choice((-1, 0, 2**31, 2**63, 2**200, 1.5, -1e300, 1e-320)),
        lambda: rng.choice((None, True, False, [], {}, [[]], {"": {}})),
        lambda: [value] * rng.choice((0, 2, 300)),
        lambda: {"a": value},
        lambda: str(value),
    )
    return rng.choice(odd)()
