"""How well do the rules read real abstracts?

    python benchmarks/floor.py FOLDER [--use measuring|tuning] [--errors LABEL]

FOLDER holds `abstracts/domain.jsonl.xz`. `data/floor.jsonl` has the annotations, without text, of 100 abstracts drawn
at random within strata (CAR cells, nanoparticles, neither): 30 that nobody looked at while the rules were written
("measuring") and 70 that the rules were tuned on ("tuning"). One language model annotated each once, by the scheme;
no person has checked them. Figures carry 95 % percentile bootstrap intervals over documents.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import nanocart
from nanocart.corpora.standoff import hydrate, sha256
from nanocart.eval import measures
from nanocart.eval.counts import Counts, f1_interval, total
from nanocart.eval.measures import RELATIONS
from nanocart.schema import ENTITY_LABELS, EVIDENCE_LABELS, Document

ANNOTATIONS = Path(__file__).parent / "data" / "floor.jsonl"


def gold(folder: Path, use: str) -> list[Document]:
    """The annotated documents with their texts; those that the folder lacks are named and left out."""
    records = [one for one in map(json.loads, ANNOTATIONS.read_text("utf-8").splitlines()) if one["use"] == use]
    wanted = {one["sha256"]: one for one in records}
    found = []
    with lzma.open(folder / "abstracts" / "domain.jsonl.xz", "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            title, text = row.get("title") or "", f"{row.get('title') or ''}\n{row.get('abstract') or ''}".strip()
            record = wanted.pop(sha256(text), None)
            if record:
                found.append(hydrate(record, title, text))
    if wanted:
        print("without text:", ", ".join(one["id"] for one in wanted.values()))
    return found


def table(pairs: list[tuple[Document, Document]]) -> None:
    """Print precision, recall and F1 of every measure."""
    print(f"{'measure':22} {'precision':>9} {'recall':>7} {'F1':>6}  95 % interval   right/spurious/missed")

    def row(name: str, count: Callable[[Document, Document], Counts]) -> None:
        counts = [count(one, other) for one, other in pairs]
        all_, (low, high) = total(counts), f1_interval(counts)
        figures = f"{all_.precision:9.3f} {all_.recall:7.3f} {all_.f1:6.3f}"
        print(f"{name:22} {figures}  {low:.3f} to {high:.3f}  {all_.tp}/{all_.fp}/{all_.fn}")

    for label in (*ENTITY_LABELS, *EVIDENCE_LABELS):
        row(label, lambda one, other, label=label: measures.spans(one, other, [label]))
    row("six types together", measures.spans)
    for label in RELATIONS:
        row(label, lambda one, other, label=label: measures.relations(one, other, [label]))
    row("relations together", lambda one, other: measures.relations(one, other, RELATIONS))
    row("core rows of findings", measures.core_rows)


def shares(pairs: list[tuple[Document, Document]]) -> None:
    """Print the accuracy of attributes on matched outcomes, of scope and of the study card."""
    matched = [
        (one.attributes, other.attributes)
        for document, read in pairs
        for one in document.entities
        for other in read.entities
        if one.label == other.label == "OUTCOME" and (one.start, one.end) == (other.start, other.end)
    ]
    for name in ("category", "direction", "assertion"):
        print(share(f"{name} of matched outcomes", (getattr(a, name) == getattr(b, name) for a, b in matched)))
    print(share("scope", (one.study.in_scope == other.study.in_scope for one, other in pairs)))
    inside = [(one.study, other.study) for one, other in pairs if one.study.in_scope]
    for name in ("kind", "setting", "phase", "registry", "n", "car_made", "particle_role"):
        print(share(f"study card: {name}", (_set(getattr(a, name)) == _set(getattr(b, name)) for a, b in inside)))


def share(name: str, right: Iterable[bool]) -> str:
    """A line that says how many of how many are right."""
    values = list(right)
    return f"{name:30} {sum(values)} of {len(values)} right"


def _set(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value


def errors(pairs: list[tuple[Document, Document]], label: str) -> None:
    """Print every span of a label that was missed or is spurious, with its surroundings."""
    for document, read in pairs:
        wanted = {(one.start, one.end) for one in document.entities if one.label == label}
        given = {(one.start, one.end) for one in read.entities if one.label == label}
        for kind, spans in (("missed", wanted - given), ("spurious", given - wanted)):
            for start, end in sorted(spans):
                before, after = document.text[max(0, start - 50) : start], document.text[end : end + 40]
                print(kind, document.id, f"{before}[{document.text[start:end]}]{after}".replace("\n", " "))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("NANOCART_DATA"))
    parser.add_argument("--use", choices=("measuring", "tuning"), default="measuring")
    parser.add_argument("--errors", metavar="LABEL", help="list the errors of a label (tuning only)")
    args = parser.parse_args()
    if args.folder is None:
        parser.error("name the folder of the texts, or set NANOCART_DATA")
    documents = gold(Path(args.folder), args.use)
    pairs = list(zip(documents, nanocart.extract(documents), strict=True))
    print(f"{len(pairs)} documents, {sum(len(one.text.split()) for one in documents)} words")
    if args.errors and args.use == "tuning":
        errors(pairs, args.errors)
    else:
        table(pairs)
        shares(pairs)


if __name__ == "__main__":
    main()
