"""How long does a command take from the shell, Python's own start included?

    python benchmarks/startup.py [--runs N]

Each command runs once to warm the disk, then N times; the median counts. Needs no data.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

TEXT = "CD5-targeted LNPs carrying FAP CAR mRNA reprogrammed T cells in mice and reduced cardiac fibrosis."
COMMANDS = {
    "nanocart --help": (["--help"], 0.3),
    'nanocart show "..." --model rules': (["show", TEXT, "--model", "rules"], 3.0),
    'nanocart show "..."': (["show", TEXT], 4.0),
}
"""Each command's arguments, and the seconds that it may take."""


def seconds(arguments: list[str]) -> float:
    """How long one run takes."""
    command = Path(sys.executable).with_name("nanocart")
    start = time.perf_counter()
    subprocess.run([command, *arguments], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default: 5)")
    args = parser.parse_args()
    for name, (arguments, limit) in COMMANDS.items():
        seconds(arguments)
        took = median(seconds(arguments) for _ in range(args.runs))
        print(f"{name:34} {took:6.2f} s (at most {limit}: {'kept' if took <= limit else 'NOT KEPT'})")


if __name__ == "__main__":
    main()
