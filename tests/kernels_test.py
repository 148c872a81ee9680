"""Every variant of every layer and chain, on the device, against the reference."""

import pytest
from draws import Case, cases, chain_cases
from hypothesis import given, settings

from clgold.conformance.check import check
from clgold.device.catalogue import VARIANTS
from clgold.device.session import Session
from clgold.device.variants import Variant
from clgold.reference import find_chain


def judge(session: Session, variant: Variant, case: Case) -> str:
    """The verdict in one line, "pass" or "unsupported" when nothing is wrong."""
    operands = tuple(
        None if values is None else session.upload(f"operand {place}", values)
        for place, values in enumerate(case.operands)
    )
    found = check(session, variant, find_chain(variant.layer), operands, case.attributes).comparison
    return found.verdict if found.verdict == "pass" else f"{found.verdict}: {found}"


@pytest.mark.parametrize("data", ["integers", "reals"])
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: f"{v.layer}-{v.name}")
def test_variant_stays_within_the_bound(opencl: Session, variant: Variant, data: str) -> None:
    source = (
        chain_cases(variant.layer, data) if "+" in variant.layer else cases(variant.layer, data)
    )

    @settings(max_examples=40)
    @given(case=source)
    def holds(case: Case) -> None:
        assert judge(opencl, variant, case).startswith(("pass", "unsupported"))

    holds()
