"""How many elements of honest kernels the judge rejects, and how much of their bounds they use.

    python bench/honest.py                     a thousand million elements, a quarter of an hour
    python bench/honest.py --elements 1e7      fewer, the same number for each layer
    python bench/honest.py --seconds 20        of CPU time for a layer: some outputs are small
    python bench/honest.py --layer elu         one layer alone

Every layer in every form, order and arithmetic of tests/honest, on every kind of data, by both
gates. Prints a table of docs/error-bounds.md; ends with 1 where anything is rejected.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from honest import KINDS, VARIANTS, draw_case, judge

FIRST = 10_000  # beyond the seeds of the quick tests
VOLUME = 3000  # elements of one output


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--elements", type=float, default=1e9)
    parser.add_argument("--seconds", type=float, default=np.inf, help="of CPU time for a layer")
    parser.add_argument("--layer", action="append", choices=[*VARIANTS])
    asked = parser.parse_args()
    least, total, rejected = int(asked.elements) // len(VARIANTS) + 1, 0, 0
    print("| layer | variants | elements | largest share | by |", "|---|---|---|---|---|", sep="\n")
    for layer in asked.layer or VARIANTS:
        checked, shares, bad = exhaust(layer, least, asked.seconds)
        count, worst = sum(checked.values()), max(shares, key=lambda name: shares[name])
        total, rejected = total + count, rejected + len(bad)
        row = (layer, str(len(checked)), f"{count:,}", f"{shares[worst]:.0%}", worst)
        print(f"| {' | '.join(row)} |", flush=True)
        print(*bad, sep="\n", end="")
    print(f"{total:,} elements, {rejected} results rejected")
    sys.exit(rejected > 0)


def exhaust(
    layer: str, elements: int, seconds: float
) -> tuple[dict[str, int], dict[str, float], list[str]]:
    """Every kind of data in turn until so many are checked, or the time is over: counts, shares,
    what failed.
    """
    begun = time.process_time()
    checked: dict[str, int] = {}
    shares: dict[str, float] = {}
    bad, seed = [], FIRST
    while sum(checked.values()) < elements and time.process_time() - begun < seconds:
        for kind in KINDS[layer]:
            for one in judge(draw_case(layer, kind, seed, VOLUME), precise=True):
                checked[one.variant] = checked.get(one.variant, 0) + one.elements
                shares[one.variant] = max(shares.get(one.variant, 0.0), one.share)
                if one.verdict != "pass" or one.share > 1:
                    bad.append(f"{layer}, {kind}, seed {seed}, {one.variant}: {one.message}\n")
        seed += 1
    return checked, shares, bad


if __name__ == "__main__":
    main()
