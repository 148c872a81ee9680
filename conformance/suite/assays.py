"""What the suite assays: a variant, on a device, with a probe."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clgold.device.catalogue import VARIANTS
from clgold.device.variants import Variant, load_variants
from clgold.golden.probes import PROBES
from clgold.reference import find_chain


@dataclass(frozen=True)
class Assay:
    """One test of the suite; device None is the first that works."""

    variant: Variant
    device: str | None
    probe: str

    def __str__(self) -> str:
        device = self.device or "default"
        return f"{self.variant.layer}-{self.variant.name}-{device}-{self.probe}"


def assays(devices: Sequence[str], files: Sequence[Path], layers: Sequence[str]) -> list[Assay]:
    """Every combination, of the files' variants or else of ours; ValueError, a sentence, if none.

    With `layers`, only variants of those layers and chains.
    """
    for layer in layers:
        find_chain(layer)
    theirs = [variant for path in files for variant in load_variants(path)]
    chosen = [v for v in theirs or VARIANTS if not layers or v.layer in layers]
    if not chosen:
        raise ValueError(f"no variant of {', '.join(layers)} is declared")
    return [
        Assay(variant, device, probe)
        for variant in chosen
        for device in (devices or (None,))
        for probe in PROBES
    ]
