"""Are the annotators any good? Their blind annotations of human corpora, scored against the humans' gold.

    python benchmarks/annotators.py score FOLDER              the figures of the datasheet
    python benchmarks/annotators.py prepare FOLDER OUT        what an annotator gets: texts, examples with their gold
    python benchmarks/annotators.py collect FOLDER OUT        finished files of OUT into data/annotators.jsonl

FOLDER holds `corpora/*.tar.xz`: BioNLP13CG (cells and cancers; single sentences, since its file has no document
boundaries), BC5CDR (diseases), BioRED's development split (relations between the given entities) and the PICO corpus of
breast-cancer trials (outcomes). The documents, and as many others to learn each corpus's habits from, are drawn by a
seed. `data/annotators.jsonl` keeps the annotations without text. Intervals are 95 % percentile bootstrap intervals
over documents.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nanocart.corpora.standoff import sha256
from nanocart.eval.counts import Counts, f1_interval, total

SEED = 20261124
ANNOTATIONS = Path(__file__).parent / "data" / "annotators.jsonl"
_MARK = re.compile(r"\[\[([^\n]*?)\|(\w[\w-]*)\]\]")

Span = tuple[int, int, str]
Triple = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """A text of a human corpus with its gold spans and relations (unordered pairs of concepts, with a type)."""

    id: str
    text: str
    spans: tuple[Span, ...]
    relations: tuple[Triple, ...] = ()
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What is annotated, and the pools that examples and documents are drawn from."""

    name: str
    labels: tuple[str, ...]
    size: int
    read: Callable[[Path], tuple[list[Item], list[Item]]]


def cells_and_cancers(folder: Path) -> tuple[list[Item], list[Item]]:
    """Sentences of BioNLP13CG: of the training split to learn from, of the test split to annotate."""

    def sentences(split: str) -> Iterator[Item]:
        text = _members(folder, "mtl_iob", rf"BioNLP13CG-IOB/{split}\.tsv$")[0][1]
        for number, block in enumerate(re.split(r"\n\s*\n", text)):
            rows = [line.split("\t") for line in block.split("\n") if "\t" in line]
            if len(rows) >= 8:
                yield _from_iob(f"{split}-{number}", rows, ("Cell", "Cancer"))

    return list(sentences("train")), list(sentences("test"))


def diseases(folder: Path) -> tuple[list[Item], list[Item]]:
    """Documents of BC5CDR: of its training and development splits to learn from, of its test split to annotate."""

    def documents(split: str) -> list[Item]:
        _, text = _members(folder, "aioner_pubtator", rf"BC5CDR_{split}\.PubTator$")[0]
        return list(_from_pubtator(text, ("Disease",)))

    return documents("TrainDev"), documents("Test")


def relations(folder: Path) -> tuple[list[Item], list[Item]]:
    """Documents of BioRED's development split, one half to learn from and the other to annotate."""
    _, text = _members(folder, "biored_relations", r"Dev\.PubTator$")[0]
    documents = sorted(_from_pubtator(text, None), key=lambda one: one.id)
    return documents[::2], documents[1::2]


def outcomes(folder: Path) -> tuple[list[Item], list[Item]]:
    """Documents of the PICO corpus, one half to learn from and the other to annotate."""
    files = dict(_members(folder, "pico_breast_cancer_rct_brat", r"\.(txt|ann)$"))
    documents = []
    for name in sorted(one for one in files if one.endswith(".txt")):
        spans = []
        for line in files[name[:-4] + ".ann"].splitlines():
            match = re.match(r"T\d+\t(outcome|outcome-Measure) (\d+) (\d+)\t", line)
            if match:
                spans.append((int(match[2]), int(match[3]), match[1]))
        documents.append(Item(Path(name).stem, files[name], tuple(spans)))
    return documents[::2], documents[1::2]


TASKS = (
    Task("cells-and-cancers", ("Cell", "Cancer"), 250, cells_and_cancers),
    Task("diseases", ("Disease",), 25, diseases),
    Task("relations", (), 25, relations),
    Task("outcomes", ("outcome", "outcome-Measure"), 25, outcomes),
)


def draw(task: Task, folder: Path) -> tuple[list[Item], list[Item]]:
    """The examples and the documents of a task, by the seed."""
    dice = random.Random(SEED)
    examples, documents = ([one for one in pool if "[[" not in one.text] for pool in task.read(folder))
    return dice.sample(examples, task.size), dice.sample(documents, task.size)


def prepare(folder: Path, out: Path) -> None:
    """Write what an annotator gets; the gold of the documents to annotate stays where it is."""
    for task in TASKS:
        examples, documents = draw(task, folder)
        for name, items in (("examples", examples), ("texts", documents)):
            place = out / task.name / name
            place.mkdir(parents=True, exist_ok=True)
            for part, batch in _batches(task, items):
                shown = [_shown(task, one, gold=name == "examples") for one in batch]
                (place / f"{part}.txt").write_text("\n".join(shown), "utf-8")
        (out / task.name / "done").mkdir(exist_ok=True)


def collect(folder: Path, out: Path) -> None:
    """Read the finished files, check that the texts are as they were, and keep offsets, labels and pairs."""
    kept = []
    for task in TASKS:
        _, documents = draw(task, folder)
        for part, batch in _batches(task, documents):
            file = out / task.name / "done" / f"{part}.txt"
            if not file.exists():
                print(f"{task.name}: {part} is not done")
                continue
            kept += [json.dumps(one) for one in _read(task, batch, file.read_text("utf-8"))]
    ANNOTATIONS.write_text("\n".join(kept) + "\n", "utf-8")


def score(folder: Path) -> None:
    """Print F1 against the human gold, strict and by overlap, for spans, and for relations with and without type."""
    given: dict[str, dict[str, dict[str, object]]] = {task.name: {} for task in TASKS}
    for row in map(json.loads, ANNOTATIONS.read_text("utf-8").splitlines()):
        given[row["task"]][row["id"]] = row
    print(f"{'against human gold':34} {'texts':>5} {'precision':>9} {'recall':>7} {'F1':>6}  95 % interval")
    for task in TASKS:
        pairs = [(one, given[task.name][one.id]) for one in draw(task, folder)[1] if one.id in given[task.name]]
        for one, row in pairs:
            if row["sha256"] != sha256(one.text):
                raise SystemExit(f"{task.name} {one.id}: the text is not the one that was annotated")
        for label in task.labels:
            spans = [
                ({x for x in one.spans if x[2] == label}, {tuple(x) for x in row["spans"] if x[2] == label})  # type: ignore[attr-defined]
                for one, row in pairs
            ]
            _line(f"{task.name}: {label}, strict", [_exact(a, b) for a, b in spans])
            _line(f"{task.name}: {label}, overlap", [_overlapping(a, b) for a, b in spans])
        if not task.labels:
            triples = [(set(one.relations), {tuple(x) for x in row["relations"]}) for one, row in pairs]  # type: ignore[attr-defined]
            _line(f"{task.name}: pair and type", [_exact(a, b) for a, b in triples])
            _line(f"{task.name}: pair", [_exact({x[:2] for x in a}, {x[:2] for x in b}) for a, b in triples])


def _line(name: str, counts: list[Counts]) -> None:
    all_, (low, high) = total(counts), f1_interval(counts)
    print(f"{name:34} {len(counts):5} {all_.precision:9.3f} {all_.recall:7.3f} {all_.f1:6.3f}  {low:.3f} to {high:.3f}")


def _exact(gold: set[object], given: set[object]) -> Counts:
    return Counts(len(gold & given), len(given - gold), len(gold - given))


def _overlapping(gold: Iterable[Span], given: Iterable[Span]) -> Counts:
    """Each gold span with at most one given span that shares a character with it, from left to right."""
    left, found, missed = sorted(given), 0, 0
    for start, end, _ in sorted(gold):
        match = next((one for one in left if one[0] < end and start < one[1]), None)
        if match is None:
            missed += 1
        else:
            left.remove(match)
            found += 1
    return Counts(found, len(left), missed)


def _members(folder: Path, archive: str, pattern: str) -> list[tuple[str, str]]:
    with tarfile.open(folder / "corpora" / f"{archive}.tar.xz") as tar:
        found = []
        for member in tar:
            stream = tar.extractfile(member) if re.search(pattern, member.name) else None
            if stream is not None:
                found.append((member.name, stream.read().decode("utf-8")))
        return found


def _from_iob(id_: str, rows: list[list[str]], labels: tuple[str, ...]) -> Item:
    text, spans = "", list[Span]()
    for token, tag in rows:
        start = len(text) + bool(text)
        text += (" " if text else "") + token
        prefix, _, label = tag.partition("-")
        if label in labels and prefix == "B":
            spans.append((start, len(text), label))
        elif label in labels and prefix == "I" and spans and spans[-1][1] == start - 1:
            spans[-1] = (spans[-1][0], len(text), label)
    return Item(id_, text, tuple(spans))


def _from_pubtator(text: str, labels: tuple[str, ...] | None) -> Iterator[Item]:
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = block.split("\n")
        title, abstract = (lines[i].split("|", 2)[2] for i in (0, 1))
        whole, spans, triples, concepts = f"{title} {abstract}", list[Span](), set[Triple](), dict[str, None]()
        for fields in (line.split("\t") for line in lines[2:]):
            if len(fields) >= 5 and fields[1].isdigit() and (labels is None or fields[4] in labels):
                spans.append((int(fields[1]), int(fields[2]), fields[4]))
                concepts.update(dict.fromkeys(re.split("[;,]", fields[5]) if len(fields) > 5 else []))
                if len(fields) > 5 and labels is None:
                    spans[-1] = (spans[-1][0], spans[-1][1], f"{fields[4]} {fields[5]}")
            elif len(fields) >= 4 and not fields[1].isdigit():
                first, second = sorted(fields[2:4])
                triples.add((first, second, fields[1]))
        yield Item(lines[0].split("|", 1)[0], whole, tuple(spans), tuple(sorted(triples)), tuple(concepts))


def _batches(task: Task, items: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    """One file a document, or one for 25 sentences."""
    if task.size > 25:
        for at in range(0, len(items), 25):
            yield f"part-{at // 25 + 1:02}", items[at : at + 25]
    else:
        for one in items:
            yield one.id, [one]


def _shown(task: Task, item: Item, *, gold: bool) -> str:
    if task.labels:
        return _marked(item) if gold else item.text
    body = _marked(item)
    pairs = "\n".join(f"{kind} {first} {second}" for first, second, kind in item.relations)
    return f"{body}\n---\n{pairs}\n" if gold else f"{body}\n---\n"


def _marked(item: Item) -> str:
    parts, at = [], 0
    for start, end, label in sorted(item.spans):
        if start >= at:
            parts += [item.text[at:start], f"[[{item.text[start:end]}|{label}]]"]
            at = end
    return "".join([*parts, item.text[at:]])


def _read(task: Task, batch: list[Item], done: str) -> Iterator[dict[str, object]]:
    if not task.labels:
        pairs = [line.split() for line in done.split("\n---\n", 1)[1].splitlines() if line.strip()]
        for kind, *ends in pairs:
            if len(ends) != 2 or not set(ends) <= set(batch[0].concepts):
                raise SystemExit(f"{task.name} {batch[0].id}: {kind} {' '.join(ends)} is no pair of its concepts")
        triples = [[*sorted(ends), kind] for kind, *ends in pairs]
        yield {"task": task.name, "id": batch[0].id, "sha256": sha256(batch[0].text), "relations": triples}
        return
    lines = done.rstrip("\n").split("\n") if task.size > 25 else [done]
    for item, line in zip(batch, lines, strict=True):
        plain, spans, at = "", [], 0
        for match in _MARK.finditer(line):
            plain += line[at : match.start()]
            spans.append([len(plain), len(plain) + len(match[1]), match[2]])
            plain, at = plain + match[1], match.end()
            if match[2] not in task.labels:
                raise SystemExit(f"{task.name} {item.id}: {match[2]} is no label of this task")
        if (plain + line[at:]).strip() != item.text.strip() or not (plain + line[at:]).startswith(item.text[:20]):
            raise SystemExit(f"{task.name} {item.id}: the text was changed")
        yield {"task": task.name, "id": item.id, "sha256": sha256(item.text), "spans": spans}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("score", "prepare", "collect"))
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("NANOCART_DATA"))
    parser.add_argument("out", type=Path, nargs="?")
    args = parser.parse_args()
    if args.folder is None:
        parser.error("name the folder of the corpora, or set NANOCART_DATA")
    if args.what == "score":
        score(Path(args.folder))
    elif args.out is None:
        parser.error("name the folder of the annotators")
    else:
        (prepare if args.what == "prepare" else collect)(Path(args.folder), args.out)


if __name__ == "__main__":
    main()
