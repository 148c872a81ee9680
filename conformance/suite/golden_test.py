"""Our kernels against the stored fixtures: one more source of cases, with the answers on disk."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from clgold.conformance.judge.assess import check_alone
from clgold.conformance.judge.compare import compare
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.worker import Worker
from clgold.golden.stored import stored_cases
from clgold.reference import LAYERS


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS])
def test_the_naive_kernel_gives_what_is_stored(
    device: str | None, workers: Callable[[str | None], Worker], layer: str
) -> None:
    worker, variant = workers(device), candidates(VARIANTS, layer)[0]
    for stored in stored_cases(layer):
        case = stored.case
        checked = check_alone(worker, variant, case.question, precise=False)
        assert checked.run.output is not None, checked.run.message
        assert checked.run.output.host is not None
        enclosure = checked.expected[layer]
        # What is stored is the exact value rounded once: half a last place away from it at most.
        with np.errstate(invalid="ignore"):
            half = np.spacing(np.abs(stored.expected.astype(np.float32))).astype(np.float64) / 2
        golden = replace(
            enclosure,
            value=stored.expected.astype(np.float64),
            bound=enclosure.radius + np.nan_to_num(half),
        )
        found = compare(checked.run.output.host, golden, case.chain.dtype)
        assert found.verdict == "pass", f"{stored.name}: {found}"
