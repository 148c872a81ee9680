"""What a wheel holds of the fixtures: eight bytes of each one's digest, in the manifest's order.

A manifest with its archives takes 1.3 MB there, and all that it holds can be computed: a seal tells
whether what is computed is what the manifest records, inputs, output and reason. What moves where
they differ is told in a checkout, which has both.
"""

import hashlib
from pathlib import Path

from clgold.reference.spec import InputError

from .manifest import Fixture, Manifest, entry

SEALS = "seals.bin"
SIZE = 8  # bytes of a seal: a wrong one is right by chance once in 2⁶⁴ times
LARGEST = 2**20  # bytes of the file: 130,000 fixtures


def seal(name: str, fixture: Fixture) -> bytes:
    return hashlib.sha256(entry(name, fixture).encode()).digest()[:SIZE]


def seals(manifest: Manifest) -> bytes:
    """Those of all fixtures."""
    return b"".join(seal(name, one) for name, one in manifest.fixtures.items())


def read_seals(path: Path) -> tuple[bytes, ...]:
    """The file's seals; InputError where it is no such file."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST)
    except OSError as reason:
        raise InputError(f"{path}: cannot be read: {reason.strerror}") from None
    if not content or len(content) % SIZE:
        raise InputError(f"{path}: holds {len(content)} bytes, expected {SIZE} for each fixture")
    return tuple(content[k : k + SIZE] for k in range(0, len(content), SIZE))
