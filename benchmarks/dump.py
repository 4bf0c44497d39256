"""How quick is the screen beside decompression alone and beside other readers, and how long would all of PubMed take?

    python benchmarks/dump.py [FOLDER] [--records N] [--files N] [--rounds N] [--model NAME] [--hits SHARE]

All on one made file the size of a real one (`make_dump.py`, less the records on which pubmed_parser fails), in one run:
each way's best round counts, on one core unless stated. Then a run from a dump of small files to tables, and the memory
of its workers. Ratios are what to keep; MB are those of XML. Needs: pip install "nanocart[dump]" pubmed_parser. Works
on Linux.
"""

from __future__ import annotations

import gzip
import os
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from inputs import parser_for
from isal import igzip
from lxml import etree
from make_dump import MEAN, matching, numbered, of_mean, others, written

from nanocart.dumps.manifest import Entry
from nanocart.dumps.recipe import Recipe
from nanocart.dumps.run import Run
from nanocart.dumps.workers import read_all
from nanocart.models.devices import cores
from nanocart.screen.dumps import opened
from nanocart.screen.query import preset
from nanocart.screen.screening import Counts, Screen

PUBMED_FILES, PUBMED_RECORDS = 1334, 41e6
SMALL = 1_000
"""Records of the files that are read to the end."""


def decompress(path: Path) -> None:
    """What nothing can be quicker than."""
    with igzip.open(path) as stream:
        while stream.read(1 << 20):
            pass


def screen(path: Path, one: Screen) -> Counts:
    """Ours."""
    counts = Counts()
    with opened(str(path)) as stream:
        for _ in one(stream, str(path), counts):
            pass
    return counts


def iterparse(path: Path) -> None:
    """lxml, clearing as it goes, looking at nothing."""
    with gzip.open(path) as stream:
        for _, element in etree.iterparse(stream, tag="PubmedArticle"):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def pubmed_parser(path: Path) -> None:
    """The usual tool."""
    import pubmed_parser as parser

    for _ in parser.parse_medline_xml(str(path)):
        pass


def readable(records: list[bytes], folder: Path) -> list[bytes]:
    """The records that pubmed_parser reads."""
    found, path = [], folder / "one.xml.gz"
    for one in records:
        written(path, iter([one]))
        with suppress(Exception):  # of any kind, on real records
            pubmed_parser(path)
            found.append(one)
    print(f"{len(records) - len(found)} of {len(records)} records are left out: pubmed_parser fails on them")
    return found


def best(rounds: int, *ways: Callable[[], object]) -> list[float]:
    """The best time of each way; they take turns."""
    took = [float("inf")] * len(ways)
    for _ in range(rounds):
        for at, way in enumerate(ways):
            start = time.perf_counter()
            way()
            took[at] = min(took[at], time.perf_counter() - start)
    return took


_SCREEN: list[Screen] = []  # of a worker


def _screened(path: Path) -> None:
    screen(path, _SCREEN[0])


def several(path: Path, files: int, workers: int) -> float:
    """How long it takes to screen that many copies of a file by so many workers."""
    with ProcessPoolExecutor(workers, get_context("fork")) as pool:
        list(pool.map(_screened, [path] * workers))  # starts them
        start = time.perf_counter()
        list(pool.map(_screened, [path] * files))
        return time.perf_counter() - start


def peak() -> float:
    """The most memory that a process begun by this one has taken, in MiB."""
    found = 0.0
    for one in Path("/proc").glob("[0-9]*"):
        try:
            lines = dict(line.split(":", 1) for line in (one / "status").read_text().splitlines())
        except OSError:
            continue
        if int(lines["PPid"]) == os.getpid() and "VmHWM" in lines:
            found = max(found, int(lines["VmHWM"].split()[0]) / 1024)
    return found


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--records", type=int, default=30_000, help="of the file that is screened (default: 30,000)")
    parser.add_argument("--files", type=int, default=20, help="that are read to the end (default: 20)")
    parser.add_argument("--rounds", type=int, default=3, help="of each way (default: 3)")
    parser.add_argument("--model", default="transformer", help="that reads (default: transformer)")
    parser.add_argument("--hits", type=float, default=0.003, help="share of records that match (default: 0.003)")
    args = parser.parse_args()
    query, dice = preset("field"), random.Random(0)
    plain, hits = of_mean(list(others(args.folder, query)), MEAN), list(matching(args.folder, query))

    def drawn(count: int, share: float) -> list[bytes]:
        return [dice.choice(hits if dice.random() < share else plain) for _ in range(count)]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, hits = readable(plain, folder), readable(hits, folder)
        path = folder / "pubmed26n0001.xml.gz"
        written(path, numbered(drawn(args.records, args.hits), 1))
        rate = screens(path, Screen(query), args.rounds)
        (folder / "many").mkdir()
        for number in range(1, args.files + 1):
            small = folder / "many" / f"pubmed26n{number:04}.xml.gz"
            written(small, numbered(drawn(SMALL, 20 * args.hits), number * SMALL))
        reading(folder, Recipe(query, args.model), rate, args.hits)


def screens(path: Path, one: Screen, rounds: int) -> float:
    """Prints how quick screens are; returns the records a second of as many workers as there are cores."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(all_cores)})
    counts = screen(path, one)
    size = counts.bytes / 1e6
    print(f"a file of {counts.records:,} records, {size:,.0f} MB; {counts.raw} let through, {counts.matched} match")
    alone, ours, lxml = best(rounds, partial(decompress, path), partial(screen, path, one), partial(iterparse, path))
    (other,) = best(1, partial(pubmed_parser, path))
    print(f"igzip.open alone    {size / alone:8,.0f} MB a second")
    print(f"nanocart's screen   {size / ours:8,.0f} MB a second: {alone / ours:.2f} of igzip.open (wanted: 0.33)")
    print(f"lxml iterparse      {size / lxml:8,.0f} MB a second: the screen is {lxml / ours:.1f} times as quick (4)")
    print(f"pubmed_parser       {size / other:8,.0f} MB a second: the screen is {other / ours:.1f} times as quick (20)")
    os.sched_setaffinity(0, all_cores)
    _SCREEN[:] = [one]
    files, count = 2 * cores(), cores()
    single, many = several(path, files, 1), several(path, files, count)
    print(f"{count} workers over {files} files: {single / many:.2f} times as quick as one (1.8 of two)")
    print(f"all of PubMed, {PUBMED_FILES:,} such files: {PUBMED_FILES * many / files / 60:.0f} minutes (15)")
    return files * counts.records / many


def reading(folder: Path, recipe: Recipe, rate: float, share: float) -> None:
    """Prints how long a run over a dump takes, and what memory its workers do."""
    work = Run(folder / "out", recipe)
    _ = work.reader.nlp, work.reader.screen
    memory: list[float] = []

    def told(entry: Entry) -> None:
        memory.append(peak())

    start = time.perf_counter()
    report = work(work.plan([str(folder / "many")]), partial(read_all, workers=cores()), told=told)
    took = time.perf_counter() - start
    documents = report.matched / max(took - report.records / rate, 1e-6)
    print(f"{report.read} files, {report.matched:,} of {report.records:,} records read: {documents:,.1f} a second")
    growth = memory[-1] / memory[len(memory) // 2]
    print(f"memory of a worker: at most {max(memory):,.0f} MiB (600), {growth:.2f} times that after half (flat)")
    minutes = (PUBMED_RECORDS / rate + PUBMED_RECORDS * share / documents) / 60
    print(f"all of PubMed from dump to table, {100 * share:.1f} % of it matching: {minutes:,.0f} minutes (60)")


if __name__ == "__main__":
    main()
