"""What stands on the device: activations only as long as they are read, packed weights for ever."""

import gc
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clgold.conformance.run.choose import plan_run, upload_weights
from clgold.conformance.run.walk import walk
from clgold.device import memory
from clgold.device.memory import DeviceArray
from clgold.device.session import Session
from clgold.golden.weights import seeded_weights
from clgold.networks import Block, grammar
from clgold.reference.generator import bell

# Twelve layers with outputs of one size, so that what is kept can be counted.
DEEP = grammar("deep", "six convolutions", (3, 16, 16), (Block((8,) * 6, pool=False),), (), 10)


def live(names: set[str]) -> int:
    """How many arrays there are on the device beside those of these names."""
    gc.collect()
    found = gc.get_objects()
    # isinstance would ask for __class__, of which an object of torch's, once imported, warns.
    return sum(one.name not in names for one in found if type(one) is DeviceArray)


def test_activations_are_freed_behind_their_last_reader(opencl: Session) -> None:
    plan = plan_run(DEEP, fused=True, first=())
    weights = seeded_weights(DEEP, 0)
    uploaded = upload_weights(opencl, DEEP, weights)
    image = bell(0, "image", (1, 3, 16, 16)).astype(np.float32)
    before = live(set(weights))
    counts = [live(set(weights)) - before for _ in walk(opencl, plan, weights, uploaded, image)]
    assert len(counts) == len(DEEP.nodes) > 12
    # A kernel's two inputs and two outputs, on the reference's data and on the device's.
    assert max(counts) <= 4
    assert max(counts[6:]) <= max(counts[:6])


@pytest.fixture
def arrays(opencl: Session) -> list[DeviceArray]:
    return [opencl.upload(name, np.ones(3, np.float32)) for name in ("one", "two")]


def remade(session: Session, key: Any) -> bool:
    """Whether `once` makes the thing of this key anew."""
    fresh = object()
    return session.once(key, lambda: fresh) is fresh


def test_what_was_made_from_an_array_stays_when_another_is_dropped(
    opencl: Session, arrays: list[DeviceArray]
) -> None:
    one, two = arrays
    for key in (one, ("file", (one, 8)), ("file", ((one,), two))):
        assert remade(opencl, key)
        opencl.drop(opencl.upload("third", np.ones(2, np.float32)))
        assert not remade(opencl, key)


def test_what_was_made_from_a_dropped_array_is_forgotten(
    opencl: Session, arrays: list[DeviceArray]
) -> None:
    one, two = arrays
    for key in (one, ("file", (one, 8)), ("file", ((two,), one))):
        assert remade(opencl, key)
        opencl.drop(None, one)
        assert remade(opencl, key)
        opencl.drop(one)


def test_what_names_no_array_stays(opencl: Session, arrays: list[DeviceArray]) -> None:
    assert remade(opencl, ("file", "packed"))
    opencl.drop(arrays[0])
    assert not remade(opencl, ("file", "packed"))


@pytest.mark.parametrize("place", [0, 4, 10])
def test_every_piece_of_an_array_is_compared(
    opencl: Session, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(memory, "PIECE", 4)
    values = np.arange(11, dtype=np.float32)
    array = opencl.upload("array", values)
    assert memory.changed(opencl.queue, array) == 0
    values[place] = -0.0 if place == 0 else np.nan
    assert memory.changed(opencl.queue, array) == 1


def test_weights_that_came_in_a_file_do_not_stay_in_memory_beside_the_device(
    opencl: Session, tmp_path: Path
) -> None:
    file = tmp_path / "weights.npy"
    np.save(file, np.arange(2**18, dtype=np.float32))
    array = opencl.upload("weights", np.load(file, mmap_mode="r"))
    assert resident(file) == 0
    assert memory.changed(opencl.queue, array) == 0
    assert resident(file) == 0
    assert array.host is not None
    assert array.host[-1] == 2**18 - 1
    assert resident(file) > 0


def resident(file: Path) -> int:
    """KiB of a mapped file that this process has in memory."""
    found = re.search(rf"{re.escape(str(file))}\n(?:\w+:.*\n)*?Rss: +(\d+)", SMAPS.read_text())
    assert found is not None
    return int(found[1])


SMAPS = Path("/proc/self/smaps")
