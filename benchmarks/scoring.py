"""How long does it take to score a thousand documents by every measure, with ten thousand resamples?

    python benchmarks/scoring.py [--documents 1000]

The documents are the written abstracts of the project, repeated under new ids; the predictions are the rules'.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import nanocart
from nanocart import corpora
from nanocart.eval.compare import difference
from nanocart.eval.scores import count, figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000)
    wanted = parser.parse_args().documents
    written = corpora.load("written")
    pairs = list(zip(written, nanocart.extract(written), strict=True))
    many = [tuple(replace(one, id=f"{one.id}/{n}") for one in pairs[n % len(pairs)]) for n in range(wanted)]
    start = time.perf_counter()
    table = count(many)  # type: ignore[arg-type]
    counted = time.perf_counter()
    found = figures(table, resamples=10_000)
    drawn = time.perf_counter()
    difference(table, table, "spans/strict/six types")
    print(f"{wanted} documents, {len(found)} figures")
    print(f"counting {counted - start:.1f} s, 10,000 resamples of every figure {drawn - counted:.1f} s", end=", ")
    print(f"one comparison of two systems {time.perf_counter() - drawn:.1f} s")


if __name__ == "__main__":
    main()
