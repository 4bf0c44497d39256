"""Does memory grow while documents stream through the pipeline?

    python benchmarks/memory.py [FOLDER] [--model NAME] [--early N] [--late N]

The abstracts are repeated under new identifiers; the figure to keep is resident memory after 50,000 documents at most
1.1 times that after 5,000.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from inputs import abstracts, parser_for

from nanocart.pipeline import extract, load
from nanocart.schema import Document

MOST_GROWTH = 1.1


def endless(documents: list[Document]) -> Iterator[Document]:
    """The documents over and over, each time under new identifiers."""
    for turn in count():
        for one in documents:
            yield replace(one, id=f"{one.id}-{turn}")


def resident() -> float:
    """This process's resident memory in MiB."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True)
    return int(told.stdout) / 2**10


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--early", type=int, default=5_000, help="documents before the first look (default: 5,000)")
    parser.add_argument("--late", type=int, default=50_000, help="documents before the last look (default: 50,000)")
    parser.add_argument("--model", default="rules", help="'rules' (default), 'transformer' or a folder")
    args = parser.parse_args()
    documents = abstracts(args.folder)
    start, early, late = time.perf_counter(), 0.0, 0.0
    for number, _ in enumerate(extract(islice(endless(documents), args.late), load(args.model)), start=1):
        if number % args.early == 0 or number == args.late:
            late = resident()
            early = early or late
            print(f"{number:7,} documents {late:8,.0f} MiB {time.perf_counter() - start:7,.0f} s", flush=True)
    verdict = "kept" if late <= MOST_GROWTH * early else "NOT KEPT"
    print(f"ratio: {late / early:.3f} (at most {MOST_GROWTH}: {verdict})")


if __name__ == "__main__":
    main()
