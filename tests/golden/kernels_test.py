"""Our kernels against the stored fixtures: one more source of cases, with the answers on disk."""

from dataclasses import replace

import numpy as np
import pytest

from clgold.conformance.check import check
from clgold.conformance.compare import compare
from clgold.device.catalogue import VARIANTS, candidates
from clgold.device.session import Session
from clgold.golden.stored import stored_cases
from clgold.reference import LAYERS


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS])
def test_the_naive_kernel_gives_what_is_stored(opencl: Session, layer: str) -> None:
    variant = candidates(VARIANTS, layer)[0]
    for stored in stored_cases(layer):
        case = stored.case
        pairs = zip(case.names, case.operands, strict=True)
        operands = tuple(None if v is None else opencl.upload(name, v) for name, v in pairs)
        checked = check(opencl, variant, case.chain, operands, case.attributes, precise=False)
        assert checked.run.output is not None, checked.run.message
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
