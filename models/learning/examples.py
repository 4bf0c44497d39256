"""Training examples: annotated documents as the arrays that the network learns from. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nanocart.models.about import OWN
from nanocart.models.encoding import Cutter, Window, Words, covered, inside, leading, windows
from nanocart.models.heads import ATTRIBUTES
from nanocart.models.hints import hints
from nanocart.models.labels import Span, Tags
from nanocart.models.learning.auxiliary import Marked
from nanocart.models.pairs import Pairs, pairs, questions
from nanocart.rules.view import View
from nanocart.schema import ASSERTIONS, Document, Mention

NONE: Final = -1
"""Where there is nothing to learn from."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a document's relations and findings say of its pairs; see `nanocart.models.pairs.Questions`.

    `right` is 1 for yes, 0 for no, and `NONE` where the document does not say.
    """

    pairs: Pairs
    between: NDArray[np.int32]
    pair: NDArray[np.int32]
    join: NDArray[np.int16]
    question: NDArray[np.int32]
    right: NDArray[np.int8]
    assertion: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Example:
    """One document of a task.

    `tags` is a tag for each word; `spans` (first and last word) and `attributes` (an index for each of `ATTRIBUTES`, or
    `NONE`) are those of its mentions; `answers` is None where no relations are learnt. `scope` is 1 where it speaks of
    the field, 0 where it does not, so that it has no mentions to learn from, and `NONE` where that is not known.
    """

    task: str
    words: Words
    hints: NDArray[np.int8]
    windows: tuple[Window, ...]
    tags: NDArray[np.int16]
    spans: NDArray[np.int32]
    attributes: NDArray[np.int8]
    answers: Answers | None
    title: int = 0
    scope: int = NONE

    @property
    def pieces(self) -> int:
        """How many pieces the encoder reads for it."""
        return int(self.words.starts[-1]) + 2 * len(self.windows)


class Maker:
    """Makes examples of documents: cuts them, looks them up in the lexicon, turns annotations into numbers."""

    def __init__(self, cutter: Cutter, look: Callable[[str], View], tags: Mapping[str, Tags], window: int) -> None:
        self.cutter = cutter
        self.look = look
        self.tags = tags
        self.window = window

    def own(self, documents: Iterable[Document], *, related: bool = True) -> Iterator[Example]:
        """An example for each of our own documents that has words; with its relations where they are annotated."""
        for document in documents:
            found, view = self._looked(document.text)
            if found is None:
                continue
            mentions = list(document.entities)
            spans = _spans(found, [(one.start, one.end, one.label) for one in mentions])
            said = np.array([_attributes(one) for one in mentions], dtype=np.int8).reshape(-1, len(ATTRIBUTES))
            example = self._example(OWN, found, view, spans)
            yield replace(
                example,
                attributes=said,
                answers=_answers(document, view, mentions, found) if related else None,
                title=leading(found, view.sentences[0][1]),
                scope=NONE if document.study.in_scope is None else int(document.study.in_scope),
            )

    def marked(self, documents: Iterable[Marked], task: str) -> Iterator[Example]:
        """An example for each document of an auxiliary task that has words."""
        for document in documents:
            found, view = self._looked(document.text)
            if found is not None:
                yield self._example(task, found, view, _spans(found, document.spans))

    def _looked(self, text: str) -> tuple[Words | None, View]:
        found = self.cutter.cut(text)
        return (found, self.look(text)) if len(found) else (None, View(text))

    def _example(self, task: str, found: Words, view: View, spans: list[Span]) -> Example:
        return Example(
            task,
            found,
            hints(found.offsets, view),
            tuple(windows(found, self.window)),
            np.array(self.tags[task].encode(_apart(spans), len(found)), dtype=np.int16),
            np.array([(start, stop - 1) for start, stop, _ in spans], dtype=np.int32).reshape(-1, 2),
            np.zeros((0, len(ATTRIBUTES)), dtype=np.int8),
            None,
        )


def _spans(found: Words, marked: Sequence[tuple[int, int, str]]) -> list[Span]:
    """Offsets and labels as words and labels."""
    places = covered(found, [(start, end) for start, end, _ in marked]).tolist()
    return [(first, stop, label) for (first, stop), (_, _, label) in zip(places, marked, strict=True)]


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans that stand: where two overlap, the longer one."""
    chosen: list[Span] = []
    taken: set[int] = set()
    for one in sorted(spans, key=lambda one: (one[0] - one[1], one[0])):
        if taken.isdisjoint(range(one[0], one[1])):
            chosen.append(one)
            taken.update(range(one[0], one[1]))
    return sorted(chosen)


def _attributes(one: Mention) -> list[int]:
    values = ((getattr(one.attributes, name), of) for name, of in ATTRIBUTES.items())
    return [of.index(value) if value is not None else NONE for value, of in values]


def _answers(document: Document, view: View, mentions: Sequence[Mention], found: Words) -> Answers:
    table = pairs(view, mentions)
    asked = questions(table, mentions)
    stated = dict(_stated(document))
    said_of = _sayings(mentions)
    rows = {(name, head, said_of[tail]) for name, head, tail in stated if name in _BY_MENTION}
    right = np.array(
        [
            1 if key in stated else NONE if key[0] in _BY_MENTION and (*key[:2], said_of[key[2]]) in rows else 0
            for key in asked.keys
        ],
        dtype=np.int8,
    )
    assertion = np.array([stated.get(key, NONE) for key in asked.keys], dtype=np.int8)
    between = inside(found, table.between).astype(np.int32)
    return Answers(table, between, asked.pair, asked.join, asked.question, right, assertion)


_BY_MENTION: Final = ("RESULTS_IN", "COMPARED_WITH")
"""Joins of a thing and one mention of an outcome."""


def _sayings(mentions: Sequence[Mention]) -> dict[str, tuple[object, ...]]:
    """What each mention says, by its id: two mentions of an outcome that say the same are one row of findings.

    The row names one of them; whether the other one has that agent too is not known.
    """
    return {one.id: (one.cluster or one.id, one.attributes.direction, one.attributes.assertion) for one in mentions}


def _stated(document: Document) -> Iterator[tuple[tuple[str, str, str], int]]:
    """The questions that a document answers with yes, and the assertion where it is to be learnt."""
    cluster = {one.id: one.cluster or one.id for one in document.entities}
    for relation in document.relations:
        if relation.label in ("VALUE_OF", "QUALIFIES"):
            yield (relation.label, relation.head, relation.tail), NONE
        elif relation.label != "RESULTS_IN":
            key = (relation.label, cluster[relation.head], cluster[relation.tail])
            yield key, ASSERTIONS.index(relation.assertion)
    for row in document.findings:
        for agent in (*row.nanoparticle, *row.cell_type):
            yield ("RESULTS_IN", cluster[agent], row.outcome), NONE
        if row.compared_with:
            yield ("COMPARED_WITH", cluster[row.compared_with], row.outcome), NONE
