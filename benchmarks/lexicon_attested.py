"""How many concepts of the lexicon does the literature at hand name?

    python benchmarks/lexicon_attested.py FOLDER [--unattested] [--label LABEL]

FOLDER holds `abstracts/*.jsonl.xz` and `reserved.jsonl`; the abstracts listed in the latter are not counted.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nanocart.lexicon import Lexicon

KEYS = ("pmid", "doi", "s2id")


def unreserved(folder: Path) -> Iterator[str]:
    """The texts of every abstract of the folder that is not reserved for the gold set."""
    lines = (folder / "reserved.jsonl").read_text("utf-8").splitlines()
    reserved = {(key, str(row[key])) for row in map(json.loads, lines) for key in KEYS if row.get(key)}
    for path in sorted((folder / "abstracts").glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as stream:
            for row in map(json.loads, stream):
                if not any((key, str(row.get(key))) in reserved for key in KEYS):
                    yield f"{row.get('title') or ''}\n{row.get('abstract') or ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--unattested", action="store_true", help="list the concepts without a hit")
    parser.add_argument("--label", help="only this label")
    args = parser.parse_args()
    lexicon = Lexicon.shipped()
    hits: Counter[str] = Counter()
    for text in unreserved(args.folder):
        hits.update({term.concept.id for hit in lexicon.matches(text) for term in hit.terms})
    for label in sorted({concept.label for concept in lexicon}):
        rows = [concept for concept in lexicon if concept.label == label]
        attested = sum(hits[concept.id] > 0 for concept in rows)
        print(f"{label:13} {len(rows):5} concepts, {attested:5} attested ({attested / len(rows):.0%})")
        if args.unattested and args.label in (None, label):
            print("  " + "; ".join(concept.name for concept in rows if not hits[concept.id]))


if __name__ == "__main__":
    main()
