"""Reading texts with a trained network: mentions with what is said of them, then how they are joined."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Any, Final

import numpy as np

from nanocart.lexicon import FALSE_FRIEND
from nanocart.models.about import FOREIGN, OWN, About
from nanocart.models.backend import Array, Backend
from nanocart.models.calibration import calibrated
from nanocart.models.encoding import Cutter, Window, Words, batch, covered, inside, leading, windows
from nanocart.models.heads import ATTRIBUTES
from nanocart.models.hints import hints
from nanocart.models.labels import Span, Tags
from nanocart.models.pairs import pairs, questions
from nanocart.rules.findings import Statements
from nanocart.rules.view import View
from nanocart.schema import ASSERTIONS, Attributes, Finding, Json, Mention, Relation

_WHY: Final = "model"
"""What mentions and relations say of where they are from."""
BATCH: Final = 4096
"""Pieces that are read at once."""


@dataclass(slots=True)
class States:
    """A text after it was read: its words, their states and the scores of their tags, ours and foreign ones.

    `spans` are those of the mentions that were found (first and last word of each), and `vectors` theirs.
    """

    words: Words
    states: Array
    scores: Array
    foreign: Array
    spans: Array | None = None
    vectors: Array | None = None


class Reader:
    """A network with the vocabulary that it was trained with."""

    def __init__(
        self,
        backend: Backend,
        cutter: Cutter,
        about: About,
        *,
        folder: Path | None = None,
        min_confidence: float = 0.0,
    ) -> None:
        self.backend = backend
        self.cutter = cutter
        self.about = about
        self.tags = Tags(about.tags[OWN])
        self.foreign = Tags(about.tags[FOREIGN]) if FOREIGN in about.tags else None
        """The tags of labels that are not ours, where it has learnt some."""
        self.folder = folder
        """Where it was loaded from."""
        self.min_confidence = min_confidence
        """What is less sure is left out."""

    def told(self, about: About) -> Reader:
        """A reader with the same network that is told something else of it."""
        return Reader(self.backend, self.cutter, about)

    def confidence(self, kind: str, chance: float) -> float:
        """The confidence for a chance: a share of right ones, where the model was calibrated."""
        return calibrated(chance, self.about.calibration.get(kind, (1.0, 0.0)))

    def rows(
        self, rows: Sequence[Finding], mentions: Sequence[Mention], relations: Sequence[Relation]
    ) -> list[Finding]:
        """The rows with a confidence: as sure as the outcome, the agents and that the one follows from the other."""
        by_id = {one.id: one for one in mentions}
        cluster = {one.id: one.cluster or one.id for one in mentions}
        joined = {
            (cluster[one.head], cluster[one.tail]): _sure(one.confidence)
            for one in relations
            if one.label == "RESULTS_IN"
        }
        found = []
        for row in rows:
            agents = (*row.nanoparticle, *row.cell_type)
            parts = [_sure(by_id[id_].confidence) for id_ in (row.outcome, *agents)]
            stated = [joined.get((cluster[agent], cluster[row.outcome]), 0.0) for agent in agents]
            chance = math.prod([*parts, max(stated, default=0.0)])
            if (sure := self.confidence("findings", chance)) >= self.min_confidence:
                found.append(replace(row, confidence=sure))
        return found

    def read(self, views: Sequence[View], pieces: int = BATCH) -> list[States]:
        """The states of texts. Windows of like length, of whatever text, are read together."""
        cut = [self.cutter.cut(view.text) for view in views]
        given = [self._hints(found, view) for found, view in zip(cut, views, strict=True)]
        parts = [(at, window) for at, found in enumerate(cut) for window in windows(found, self.about.window)]
        done: dict[tuple[int, int], tuple[Array, Array]] = {}
        for group in _alike(cut, parts, pieces):
            states, scores = self.backend.encode(batch(self.cutter, [(cut[at], given[at], one) for at, one in group]))
            for row, (at, window) in enumerate(group):
                done[at, window.first] = states[row, : len(window)], scores[row, : len(window)]
        pieces_of: list[list[tuple[Array, Array]]] = [[] for _ in cut]
        for at, window in parts:
            pieces_of[at].append(done[at, window.first])
        found = []
        ours = len(self.tags.names)
        for one, mine in zip(cut, pieces_of, strict=True):
            states, scores = (np.concatenate(part) for part in zip(*mine, strict=True)) if mine else _nothing(ours)
            found.append(States(one, states, scores[:, :ours], scores[:, ours:]))
        return found

    def _hints(self, found: Words, view: View) -> Array:
        return hints(found.offsets, view) if self.about.hints else np.zeros(len(found), dtype=np.int8)

    def in_scope(self, read: States, view: View) -> bool:
        """Whether a text speaks of the field; so it does where the model has not learnt to tell, or is not sure."""
        if not self.about.scope or not len(read.words):
            return True
        score = self.backend.scope(read.states, leading(read.words, view.sentences[0][1]))
        return 1 / (1 + math.exp(-score)) >= self.about.thresholds.get("scope", 0.5)

    def mentions(self, read: States, view: View) -> list[Mention]:
        """The mentions of a text in order, with their attributes and a confidence.

        What a row of the user's own lexicon names is a mention, and sure.
        """
        own = self._own(read.words, view)
        spans = [one for one in self.tags.decode(self.tags.best(read.scores)) if not _meets(one, own)]
        spans = sorted([*spans, *(one for one in own if one[2] != FALSE_FRIEND)])
        chances = _chances(self.tags, read.scores, spans)
        likely = [
            one in own or chance >= self.about.thresholds.get(one[2], 0.0)
            for one, chance in zip(spans, chances, strict=True)
        ]
        spans, chances = list(compress(spans, likely)), list(compress(chances, likely))
        if not spans:
            return []
        read.spans = np.array([(start, stop - 1) for start, stop, _ in spans])
        read.vectors, said = self.backend.mentions(read.states, read.spans)
        best = {name: scores.argmax(1).tolist() for name, scores in said.items()}
        found: list[Mention] = []
        for at, (start, stop, label) in enumerate(spans):
            begin, end = int(read.words.offsets[start, 0]), int(read.words.offsets[stop - 1, 1])
            sure = 1.0 if (start, stop, label) in own else self.confidence("mentions", chances[at])
            if sure < self.min_confidence:
                continue
            found.append(
                Mention(
                    f"e{len(found) + 1}",
                    begin,
                    end,
                    label,
                    view.text[begin:end],
                    attributes=_attributes(label, {name: values[at] for name, values in best.items()}),
                    confidence=sure,
                    why=_WHY,
                )
            )
        return found

    def foreign_mentions(self, read: States, view: View) -> list[Json]:
        """The mentions of labels that are not ours, as `nanocart.corpora.foreign.with_mentions` takes them."""
        if self.foreign is None:
            return []
        spans = self.foreign.decode(self.foreign.best(read.foreign))
        found: list[Json] = []
        for (start, stop, label), chance in zip(spans, _chances(self.foreign, read.foreign, spans), strict=True):
            begin, end = int(read.words.offsets[start, 0]), int(read.words.offsets[stop - 1, 1])
            if (sure := self.confidence(FOREIGN, chance)) >= self.min_confidence:
                place = {"start": begin, "end": end, "label": label, "text": view.text[begin:end]}
                found.append(place | {"attributes": {"confidence": sure}})
        return found

    def _own(self, found: Words, view: View) -> list[Span]:
        """The words that the user's own lexicon names, and as what."""
        hits = [hit for hit in view.hits if hit.terms[0].concept.own and not hit.terms[0].weak]
        places = covered(found, [(hit.start, hit.end) for hit in hits]).tolist()
        return [(first, stop, hit.terms[0].concept.label) for (first, stop), hit in zip(places, hits, strict=True)]

    def joins(self, read: States, view: View, mentions: Sequence[Mention]) -> tuple[list[Relation], Statements]:
        """The relations between mentions that have clusters, and which agent each mention of an outcome has."""
        table = pairs(view, mentions)
        asked = questions(table, mentions)
        if not asked.keys:
            return [], Statements()
        spans = covered(read.words, [(one.start, one.end) for one in mentions]) - (0, 1)
        vectors = read.vectors
        if vectors is None or read.spans is None or not np.array_equal(spans, read.spans):
            vectors, _ = self.backend.mentions(read.states, spans)
        given: dict[str, Array] = {"head": table.head, "tail": table.tail, "features": table.features}
        given["between"] = inside(read.words, table.between)
        joins, certainty = self.backend.pairs(read.states, vectors, given)
        return self._answers(mentions, table, asked, joins, certainty)

    def _answers(
        self, mentions: Sequence[Mention], table: Any, asked: Any, joins: Array, certainty: Array
    ) -> tuple[list[Relation], Statements]:
        scores = joins[asked.pair, asked.join].astype(np.float64)
        total = np.full(len(asked.keys), -np.inf)
        np.logaddexp.at(total, asked.question, scores)
        total -= np.log(np.bincount(asked.question, minlength=len(total)))
        chances = 1 / (1 + np.exp(-total))
        order = np.lexsort((-scores, asked.question))
        best = asked.pair[order[np.searchsorted(asked.question[order], np.arange(len(total)))]]
        relations: dict[tuple[str, str, str], Relation] = {}
        agents: list[tuple[str, str]] = []
        compared: dict[str, tuple[float, str]] = {}
        cluster = {one.id: one.cluster or one.id for one in mentions}
        for number, (name, _, _) in enumerate(asked.keys):
            chance = float(chances[number])
            if chance < self.about.thresholds.get(name, 0.5):
                continue
            sure = self.confidence("relations", chance)
            if sure < self.min_confidence:
                continue
            pair = best[number]
            head, tail = mentions[table.head[pair]], mentions[table.tail[pair]]
            if name == "COMPARED_WITH":
                compared[tail.id] = max(compared.get(tail.id, (0.0, "")), (chance, head.id))
                continue
            if name == "RESULTS_IN":
                agents.append((head.id, tail.id))
            said = ASSERTIONS[int(certainty[pair].argmax())] if name in _ASSERTED else tail.attributes.assertion
            key = (name, cluster[head.id], tail.id if name in ("VALUE_OF", "QUALIFIES") else cluster[tail.id])
            made = Relation("", name, head.id, tail.id, said or "affirmed", sure, _WHY)
            if key not in relations or (made.confidence or 0) > (relations[key].confidence or 0):
                relations[key] = made
        place = {one.id: at for at, one in enumerate(mentions)}
        ordered = sorted(relations.values(), key=lambda one: (one.label, place[one.head], place[one.tail]))
        numbered = [replace(one, id=f"r{at}") for at, one in enumerate(ordered, 1)]
        return numbered, Statements(tuple(agents), {outcome: other for outcome, (_, other) in compared.items()})


_ASSERTED: Final = ("CARRIES", "DELIVERED_TO", "TARGETS", "TREATS")


def _alike(
    cut: Sequence[Words], parts: Sequence[tuple[int, Window]], pieces: int
) -> Iterator[list[tuple[int, Window]]]:
    """The windows in groups of like length, at most `pieces` with their padding."""
    sized = [(int(cut[at].starts[one.stop] - cut[at].starts[one.first]) + 2, at, one) for at, one in parts]
    group: list[tuple[int, Window]] = []
    longest = 0
    for length, at, window in sorted(sized, key=lambda item: item[0]):
        if group and max(longest, length) * (len(group) + 1) > pieces:
            yield group
            group, longest = [], 0
        group.append((at, window))
        longest = max(longest, length)
    if group:
        yield group


def _nothing(tags: int) -> tuple[Array, Array]:
    return np.zeros((0, 1), dtype=np.float32), np.zeros((0, tags), dtype=np.float32)


def _chances(tags: Tags, scores: Array, spans: Sequence[Span]) -> list[float]:
    """How likely each span is: the geometric mean of the chances of its tags."""
    if not spans:
        return []
    best = tags.encode(spans, len(scores))
    logs = np.log(np.maximum(_softmax(scores)[np.arange(len(best)), best], 1e-9), dtype=np.float64)
    start, stop = np.array([one[:2] for one in spans]).T
    sums = np.concatenate([[0.0], logs.cumsum()])
    chances: list[float] = np.exp((sums[stop] - sums[start]) / (stop - start)).tolist()
    return chances


def _meets(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span has a word in common with any of the others."""
    return any(span[0] < stop and start < span[1] for start, stop, _ in others)


def _sure(confidence: float | None) -> float:
    """A confidence; what was given without one, by a person or a file, holds."""
    return 1.0 if confidence is None else confidence


def _softmax(scores: Array) -> Array:
    high = np.exp(scores - scores.max(-1, keepdims=True))
    found: Array = high / high.sum(-1, keepdims=True)
    return found


def _attributes(label: str, best: dict[str, int]) -> Attributes:
    wanted = {"OUTCOME": ("category", "direction", "assertion"), "QUALIFIER": ("kind",)}.get(label, ())
    values: dict[str, Any] = {name: ATTRIBUTES[name][best[name]] for name in wanted}
    return Attributes(**values)
