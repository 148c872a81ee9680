"""What a second process gains the conformance suite.

    python bench/suite.py [options of `clgold suite`, such as --device pocl]

Runs the suite at quick effort without and with pytest-xdist -n 2, one after another,
and prints the ratio of the times. Kernel caches are warmed first.
"""

import subprocess
import sys
import time

PROGRAM = "from clgold.conformance.commands.cli import main; main()"


def seconds(*options: str) -> float:
    """The time that the suite takes with these options."""
    command = [sys.executable, "-P", "-c", PROGRAM, "suite", "-q", "--effort", "quick", *options]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(options: list[str]) -> None:
    seconds("-n", "2", *options)
    alone, together = seconds("-n", "0", *options), seconds("-n", "2", *options)
    print(f"-n 0: {alone:.0f} s, -n 2: {together:.0f} s, {alone / together:.2f} times as fast")


if __name__ == "__main__":
    main(sys.argv[1:])
