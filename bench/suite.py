"""What a second process gains the conformance suite.

    python bench/suite.py [pytest options, such as --device pocl]

Runs tests/kernels_test.py at quick effort without and with pytest-xdist -n 2, one after another,
and prints the ratio of the times. Kernel caches are warmed first.
"""

import subprocess
import sys
import time
from pathlib import Path

SUITE = Path(__file__).parent.parent / "tests" / "kernels_test.py"


def seconds(*options: str) -> float:
    """The time that the suite takes with these options."""
    command = [sys.executable, "-m", "pytest", "-q", str(SUITE), "--effort", "quick", *options]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(options: list[str]) -> None:
    seconds("-n", "2", *options)
    alone, together = seconds("-n", "0", *options), seconds("-n", "2", *options)
    print(f"-n 0: {alone:.0f} s, -n 2: {together:.0f} s, {alone / together:.2f} times as fast")


if __name__ == "__main__":
    main(sys.argv[1:])
