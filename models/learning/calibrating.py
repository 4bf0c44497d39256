"""What is decided on dev once a network is trained: from which chance on a mention stands and a join holds, and what a
chance means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from nanocart.eval import measures
from nanocart.eval.counts import Counts, total
from nanocart.models.about import OWN, About
from nanocart.models.calibration import Line, line_of
from nanocart.models.reader import Reader
from nanocart.models.reading import found_in
from nanocart.schema import Document

_GRID: Final = tuple(at / 20 for at in range(4, 17))
_MENTIONS: Final = tuple(at / 20 for at in range(19))
_CHANCE: Final = 0.01
_JOINS: Final = (*measures.RELATIONS, *measures.LINKS)


def calibrate(reader: Reader, dev: Sequence[Document]) -> About:
    """What the reader's model says of itself, with thresholds and calibration that are right for `dev`."""
    plain = replace(reader.about, calibration={}, thresholds={})
    every = found_in(dev, reader.told(plain))
    standing = {label: standing_from(list(zip(dev, every, strict=True)), label) for label in reader.about.tags[OWN]}
    loose = replace(plain, thresholds=standing | dict.fromkeys(_JOINS, _GRID[0]))
    found = found_in(dev, reader.told(loose))
    triples = [(one, other, measures.both_clusters(one, other)) for one, other in zip(dev, found, strict=True)]
    tight = replace(plain, thresholds=standing | {label: _threshold(triples, label) for label in _JOINS})
    lines: dict[str, Line] = {}
    # A row is as sure as the mentions and the relation that it is made of, so that its line is fitted after theirs.
    for kinds in (("mentions", "relations"), ("findings",)):
        verdicts = list(judged(dev, found_in(dev, reader.told(replace(tight, calibration=lines)))))
        for kind in kinds:
            if mine := [(sure, right) for one, sure, right in verdicts if one == kind]:
                lines[kind] = line_of(*zip(*mine, strict=True))
    return replace(tight, calibration=lines)


def judged(gold: Sequence[Document], found: Sequence[Document]) -> Iterator[tuple[str, float, bool]]:
    """Kind and confidence of each mention, relation and row of findings, and whether the gold has it."""
    for one, other in zip(gold, found, strict=True):
        clusters = measures.both_clusters(one, other)
        places = {(mention.start, mention.end, mention.label) for mention in one.entities}
        for mention in other.entities:
            if mention.confidence is not None:
                yield "mentions", mention.confidence, (mention.start, mention.end, mention.label) in places
        for relation in other.relations:
            if relation.confidence is not None and relation.label in measures.RELATIONS:
                alone = replace(other, relations=(relation,), findings=())
                found_too = measures.relations(one, alone, (relation.label,), clusters=clusters)
                yield "relations", relation.confidence, found_too.tp > 0
        for row in other.findings:
            if row.confidence is not None:
                alone = replace(other, findings=(row,))
                yield "findings", row.confidence, measures.core_rows(one, alone, clusters=clusters).tp > 0


def standing_from(pairs: Sequence[tuple[Document, Document]], label: str) -> float:
    """The middle one of the thresholds whose F1 over the mentions of a label is within `_CHANCE` of the best.

    Which of them is the very best is the luck of some dozen documents; at the ends recall or precision is given away.
    """

    def f1(threshold: float) -> float:
        return total(measures.spans(gold, _sure(found, threshold), (label,)) for gold, found in pairs).f1

    found = {at: f1(at) for at in _MENTIONS}
    good = [at for at in _MENTIONS if found[at] >= max(found.values()) - _CHANCE]
    return good[len(good) // 2]


def _sure(one: Document, threshold: float) -> Document:
    return replace(one, entities=tuple(each for each in one.entities if (each.confidence or 0) >= threshold))


def _threshold(triples: Sequence[tuple[Document, Document, measures.Clusters]], label: str) -> float:
    """The threshold with a label's best F1 over gold, found and their clusters; of equals the one nearest to a half."""

    def count(gold: Document, found: Document, clusters: measures.Clusters) -> Counts:
        if label in measures.RELATIONS:
            return measures.relations(gold, found, (label,), clusters=clusters)
        return measures.mention_relations(gold, found, (label,))

    def f1(threshold: float) -> float:
        return total(count(gold, _above(found, label, threshold), clusters) for gold, found, clusters in triples).f1

    return max(_GRID, key=lambda at: (round(f1(at), 4), -abs(at - 0.5)))


def _above(one: Document, label: str, threshold: float) -> Document:
    kept = tuple(each for each in one.relations if each.label == label and (each.confidence or 0) >= threshold)
    return replace(one, relations=kept, findings=())
