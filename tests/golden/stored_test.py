"""The stored fixtures as a source of cases: the reference gives their bits."""

import numpy as np
import pytest

from clgold.golden.shapes import SHAPES
from clgold.golden.store import FOLDER, Store, read
from clgold.golden.stored import stored_cases
from clgold.reference import LAYERS, correctly_rounded

BUDGET = 5_000_000  # bytes that the fixtures may take in the repository


@pytest.fixture(scope="module")
def store() -> Store:
    return read(FOLDER)


def test_the_stored_fixtures_are_whole(store: Store) -> None:
    assert store.damage == ()


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS])
def test_the_reference_gives_the_bits_that_are_stored(layer: str) -> None:
    cases = list(stored_cases(layer))
    assert cases
    for one in cases:
        got = one.case.call(correctly_rounded, layer)
        assert (got.dtype, got.shape) == (one.expected.dtype, one.expected.shape)
        assert got.tobytes() == one.expected.tobytes(), str(one.case)


@pytest.mark.parametrize("layer", SHAPES)
def test_zeros_are_positive_and_nan_is_the_quiet_one(layer: str) -> None:
    for one in stored_cases(layer):
        if one.expected.dtype == np.float32:
            assert not np.signbit(one.expected[one.expected == 0]).any(), str(one.case)
            bits = one.expected[np.isnan(one.expected)].view(np.uint32)
            assert np.all(bits == 0x7FC00000), str(one.case)


def test_the_fixtures_are_small_enough_for_a_repository() -> None:
    files = [FOLDER / "manifest.toml", *(FOLDER / "arrays").iterdir()]
    assert sum(path.stat().st_size for path in files) < BUDGET


def test_every_archive_is_one_that_numpy_reads(store: Store) -> None:
    for place in store.manifest.archives.values():
        with np.load(FOLDER / place, allow_pickle=False) as archive:
            for name in archive.files:
                np.testing.assert_array_equal(archive[name], store.outputs[name])
