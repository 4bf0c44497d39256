"""Known errors planted in annotations that a second reader corrects: the share that is caught says how well they read.

    python -m nanocart.corpora.planting WORK           spoil the files of WORK/T that WORK/T2 lacks, for a second reader
    python -m nanocart.corpora.planting WORK --table   each planted error, and what became of it in WORK/T2
    python -m nanocart.corpora.planting --count        the sums of the table that ships with the gold set

A reader who corrects may wave things through. So some mentions are changed on purpose before the documents are handed
over, and what was not noticed is put right afterwards.

>>> one = Document.of("1", "Mice got lipid nanoparticles twice.", "", entities=(_EXAMPLE,))
>>> spoiled, planted = plant(one, share=1.0, seed=0)
>>> planted[0].kind, restore(spoiled, planted).entities[0].text
('boundary', 'lipid nanoparticles')
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

from nanocart.corpora import markup
from nanocart.corpora.saving import whole_file
from nanocart.corpora.standoff import renumbered
from nanocart.schema import DIRECTIONS, ENTITY_LABELS, Attributes, Document, Json, Mention

KINDS: Final = ("boundary", "direction", "missing", "type")
SHARE: Final = 0.05
"""How many of the mentions are drawn; those for which no kind of error is possible stay as they are."""
RESULTS: Final = ("mended", "changed otherwise", "left")
"""What became of a planted error."""
TABLE: Final = Path(__file__).parent / "data" / "gold" / "train-planted.tsv"
COLUMNS: Final = ("document", "kind", "start", "end", "label", "result")


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted error: its kind, the right mention, and what stands in its place (None where it was taken out)."""

    kind: str
    right: Mention
    wrong: Mention | None


def plant(document: Document, *, share: float = SHARE, seed: int = 0) -> tuple[Document, list[Planted]]:
    """The document with some mentions spoiled, and which.

    A boundary loses a word, a direction becomes another, a mention is taken out or gets another type; the last two only
    where no relation or finding names the mention, since the file would show it otherwise.
    """
    dice = random.Random(f"{seed} {document.id}")
    named = {end for one in document.relations for end in (one.head, one.tail)}
    named |= {id_ for row in document.findings for id_ in row.mention_ids()}
    entities = list(document.entities)
    chosen = [at for at in range(len(entities)) if dice.random() < share]
    planted: list[Planted] = []
    for at in chosen:
        one = entities[at]
        kinds = [kind for kind in KINDS if _possible(kind, one, one.id in named)]
        if kinds:
            kind = dice.choice(kinds)
            planted.append(Planted(kind, one, _spoiled(kind, one, dice)))
    wrong = {one.right.id: one.wrong for one in planted}
    kept = tuple(new for one in entities if (new := wrong.get(one.id, one)) is not None)
    # Numbered anew, since a gap would tell where a mention was taken out.
    return renumbered(replace(document, entities=kept)), planted


def caught(corrected: Document, planted: Planted) -> bool:
    """Whether the corrected document no longer has the planted error."""
    right, wrong = planted.right, planted.wrong
    if wrong is None:
        return any(one.start < right.end and right.start < one.end for one in corrected.entities)
    return not any(_same(one, wrong) for one in corrected.entities)


def result(corrected: Document, planted: Planted) -> str:
    """What became of a planted error, one of `RESULTS`: the right mention is back, or the wrong one is gone, or not."""
    if any(_same(one, planted.right) for one in corrected.entities):
        return "mended"
    return "changed otherwise" if caught(corrected, planted) else "left"


def restore(corrected: Document, planted: Sequence[Planted]) -> Document:
    """The corrected document with what was planted and not caught put right."""
    missed = [one for one in planted if not caught(corrected, one)]
    entities = list(corrected.entities)
    for one in missed:
        if one.wrong is None:
            entities.append(replace(one.right, id=f"planted{len(entities)}"))
        else:
            at = next(at for at, mention in enumerate(entities) if _same(mention, one.wrong))
            entities[at] = replace(one.right, id=entities[at].id)
    return replace(corrected, entities=tuple(sorted(entities, key=lambda one: one.start)))


def write_planted(path: Path, planted: Mapping[str, Sequence[Planted]]) -> None:
    """Keep what was planted in each document, a line a document."""
    lines = [
        json.dumps({"id": id_, "planted": [[one.kind, _plain(one.right), _plain(one.wrong)] for one in found]})
        for id_, found in planted.items()
    ]
    with whole_file(path) as stream:
        stream.write("".join(line + "\n" for line in lines).encode())


def read_planted(path: Path) -> dict[str, list[Planted]]:
    """What `write_planted` kept, by document."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {
        row["id"]: [Planted(kind, _mention(a), _mention(b) if b else None) for kind, a, b in row["planted"]]
        for row in rows
    }


def _plain(one: Mention | None) -> Json | None:
    if one is None:
        return None
    attributes = {item.name: getattr(one.attributes, item.name) for item in fields(Attributes) if item.name != "extra"}
    spans = {"id": one.id, "start": one.start, "end": one.end, "label": one.label, "text": one.text}
    return {**spans, "cluster": one.cluster, "attributes": attributes}


def _mention(data: Json) -> Mention:
    return Mention(**{**data, "attributes": Attributes(**data["attributes"])})


def _possible(kind: str, one: Mention, named: bool) -> bool:
    if kind == "boundary":
        return " " in one.text
    if kind == "direction":
        return one.label == "OUTCOME" and one.attributes.direction is not None and not named
    return one.label in ENTITY_LABELS and not named and (kind == "missing" or one.label != "OUTCOME")


def _spoiled(kind: str, one: Mention, dice: random.Random) -> Mention | None:
    if kind == "missing":
        return None
    if kind == "type":
        others = [label for label in ENTITY_LABELS if label not in (one.label, "OUTCOME")]
        return replace(one, label=dice.choice(others))
    if kind == "direction":
        others = [value for value in DIRECTIONS if value != one.attributes.direction]
        return replace(one, attributes=replace(one.attributes, direction=dice.choice(others)))
    words = one.text.split(" ")
    if dice.random() < 0.5:
        return replace(one, start=one.start + len(words[0]) + 1, text=one.text[len(words[0]) + 1 :])
    return replace(one, end=one.end - len(words[-1]) - 1, text=one.text[: -len(words[-1]) - 1])


def _same(one: Mention, other: Mention) -> bool:
    return (one.start, one.end, one.label, one.attributes.direction) == (
        other.start,
        other.end,
        other.label,
        other.attributes.direction,
    )


_EXAMPLE: Final = Mention("e1", 9, 28, "NANOPARTICLE", "lipid nanoparticles")


def hand_over(work: Path) -> int:
    """Spoil each file of the first reading that the second lacks, and keep what was planted; how many files."""
    kept = work / "planted.jsonl"
    planted = read_planted(kept) if kept.exists() else {}
    (work / "T2").mkdir(exist_ok=True)
    new = [path for path in sorted((work / "T").glob("*.txt")) if not (work / "T2" / path.name).exists()]
    for path in new:
        document = markup.read(path.read_text("utf-8"), source=str(path))
        spoiled, planted[document.id] = plant(document)
        with whole_file(work / "T2" / path.name) as stream:
            stream.write(markup.write(spoiled).encode())
    write_planted(kept, planted)
    return len(new)


def table(work: Path) -> list[tuple[str, ...]]:
    """A row of `COLUMNS` for each planted error of the second reading, in the order of the documents and the text."""
    planted = read_planted(work / "planted.jsonl")
    rows: list[tuple[str, ...]] = []
    for path in sorted((work / "T2").glob("*.txt")):
        corrected = markup.read(path.read_text("utf-8"), source=str(path))
        for one in planted.get(corrected.id, []):
            place = (str(one.right.start), str(one.right.end), one.right.label)
            rows.append((corrected.id, one.kind, *place, result(corrected, one)))
    return rows


def count(rows: Iterable[Sequence[str]]) -> dict[str, dict[str, int]]:
    """How many planted errors of each kind were mended, changed otherwise and left, out of rows of `COLUMNS`."""
    found = {kind: dict.fromkeys(RESULTS, 0) for kind in KINDS}
    for _, kind, _, _, _, what in rows:
        found[kind][what] += 1
    return found


def main() -> None:
    """Hand over, list, or count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, nargs="?")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    if args.count:
        rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()[1:]]
        for kind, sums in count(rows).items():
            print(f"{kind}: {sum(sums.values())} planted;", ", ".join(f"{one} {name}" for name, one in sums.items()))
    elif not args.work:
        parser.error("name the folder WORK")
    elif args.table:
        print("\n".join("\t".join(row) for row in (COLUMNS, *table(args.work))))
    else:
        print(f"{hand_over(args.work)} files handed over")


if __name__ == "__main__":
    main()
