"""What is decided on dev once a network is trained: from which chance on a join holds, and what a chance means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from nanocart.annotations import from_doc, to_doc
from nanocart.eval import measures
from nanocart.eval.counts import total
from nanocart.models.about import About
from nanocart.models.calibration import Line, line_of
from nanocart.models.reader import Reader
from nanocart.models.reading import pipeline
from nanocart.schema import Document

_GRID: Final = tuple(at / 20 for at in range(4, 17))
Judged = list[tuple[float, bool]]
"""A confidence, and whether what has it is right."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """What a reader was sure of, and whether it was right, by kind: "mentions", "relations", "findings"."""

    of: dict[str, Judged]

    def lines(self) -> dict[str, Line]:
        """The line of each kind."""
        return {kind: line_of(*zip(*judged, strict=True)) for kind, judged in self.of.items() if judged}


def calibrate(reader: Reader, dev: Sequence[Document]) -> About:
    """What the reader's model says of itself, with thresholds and calibration that are right for `dev`."""
    plain = replace(reader.about, calibration={}, thresholds={})
    loose = replace(plain, thresholds=dict.fromkeys((*measures.RELATIONS, *measures.LINKS), _GRID[0]))
    found = _read(reader.told(loose), dev)
    tight = replace(plain, thresholds=dict(_thresholds(dev, found)))
    lines: dict[str, Line] = {}
    # A row is as sure as the mentions and the relation that it is made of, so that its line is fitted after theirs.
    for kinds in (("mentions", "relations"), ("findings",)):
        judged = judge(dev, _read(reader.told(replace(tight, calibration=lines)), dev)).lines()
        lines |= {kind: judged[kind] for kind in kinds if kind in judged}
    return replace(tight, calibration=lines)


def judge(gold: Sequence[Document], found: Sequence[Document]) -> Judgements:
    """Each mention, relation and row of findings, with its confidence and whether the gold has it."""
    judged = Judgements({"mentions": [], "relations": [], "findings": []})
    for one, other in zip(gold, found, strict=True):
        places = {(mention.start, mention.end, mention.label) for mention in one.entities}
        for mention in other.entities:
            if mention.confidence is not None:
                judged.of["mentions"].append(
                    (mention.confidence, (mention.start, mention.end, mention.label) in places)
                )
        for relation in other.relations:
            if relation.confidence is not None and relation.label in measures.RELATIONS:
                alone = replace(other, relations=(relation,), findings=())
                right = measures.relations(one, alone, (relation.label,)).tp > 0
                judged.of["relations"].append((relation.confidence, right))
        for row in other.findings:
            if row.confidence is not None:
                right = measures.core_rows(one, replace(other, findings=(row,))).tp > 0
                judged.of["findings"].append((row.confidence, right))
    return judged


def _read(reader: Reader, documents: Sequence[Document]) -> list[Document]:
    nlp = pipeline(reader)
    return [from_doc(nlp(to_doc(one.without_annotations(), nlp))) for one in documents]


def _thresholds(gold: Sequence[Document], found: Sequence[Document]) -> Iterator[tuple[str, float]]:
    """For each join the threshold with the best F1; of equals the one nearest to a half."""
    for label in (*measures.RELATIONS, *measures.LINKS):
        measure = measures.relations if label in measures.RELATIONS else measures.mention_relations

        def score(threshold: float, label: str = label, measure: object = measure) -> float:
            kept = [_above(one, label, threshold) for one in found]
            counts = (measure(one, other, (label,)) for one, other in zip(gold, kept, strict=True))  # type: ignore[operator]
            return total(counts).f1

        yield label, max(_GRID, key=lambda at: (round(score(at), 4), -abs(at - 0.5)))


def _above(one: Document, label: str, threshold: float) -> Document:
    kept = tuple(each for each in one.relations if each.label == label and (each.confidence or 0) >= threshold)
    return replace(one, relations=kept, findings=())
