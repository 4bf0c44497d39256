"""Pairs of mentions that may be related, and what is known of each pair beside what the encoder says.

A pair is (head, tail) of one of `JOINS`. Its features are rows of one table of embeddings, added up.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nanocart.rules.relations import bears_car, between_mentions, therapies
from nanocart.rules.view import View
from nanocart.schema import SIGNATURES, Mention

JOINS: Final = (*SIGNATURES, "COMPARED_WITH")
"""What a pair may be: a relation, or an outcome (tail) and what it is compared with (head)."""
_SIGNATURES: Final = {
    **SIGNATURES,
    "COMPARED_WITH": (("CELL_TYPE", "NANOPARTICLE", "QUALIFIER"), ("OUTCOME",)),
}
_PAIRS: Final = sorted({(head, tail) for heads, tails in _SIGNATURES.values() for head in heads for tail in tails})
ALLOWED: Final = np.array(
    [[head in _SIGNATURES[join][0] and tail in _SIGNATURES[join][1] for join in JOINS] for head, tail in _PAIRS]
)
"""Which joins a kind of pair (pair of labels) can be."""
_REACH: Final = 60
"""Sentences over which two mentions are a pair: more than an abstract has, so that only books are cut."""
_DISTANCES: Final = (0, 1, 2, 3, 5, 8, 12, 20, 35)
GROUPS: Final = {
    "labels": len(_PAIRS),
    "sentences": 7,  # from three before to three after
    "words": len(_DISTANCES) + 1,
    "order": 2,
    "rivals": 3,  # other heads of that label between the two
    "near": 4,  # how many things of the head's label are nearer to the tail
    "size": 4,  # how often the text speaks of the head
    "role": 4,  # head bears a CAR; is a therapy
    "title": 4,  # head named in the title; tail in the title
    "rule": 3,  # a rule joins the two things; joins these mentions
}
FEATURES: Final = sum(GROUPS.values())
"""Rows of the table of embeddings."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of one document, as arrays by pair.

    `head` and `tail` are indices of mentions, `kind` of `ALLOWED`, `features` (pairs × groups) of the table of
    embeddings; `between` (pairs × 2) are the offsets of the text between the two, empty where it is long.
    """

    head: NDArray[np.int32]
    tail: NDArray[np.int32]
    kind: NDArray[np.int16]
    features: NDArray[np.int16]
    between: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.head)


def pairs(view: View, mentions: Sequence[Mention]) -> Pairs:
    """Every pair of mentions (in order of the text) whose labels allow a join and that are not too far apart."""
    table = _Table(view, mentions)
    rows = [
        table.row(kind, head, tail)
        for kind, (head_label, tail_label) in enumerate(_PAIRS)
        for tail in table.of[tail_label]
        for head in table.near(tail, head_label, 1 if head_label in ("VALUE", "QUALIFIER") else _REACH)
    ]
    head, tail, kind, features, between = ([row[at] for row in rows] for at in range(5)) if rows else ([],) * 5
    return Pairs(
        np.array(head, dtype=np.int32),
        np.array(tail, dtype=np.int32),
        np.array(kind, dtype=np.int16),
        np.array(features, dtype=np.int16).reshape(len(rows), len(GROUPS)),
        np.array(between, dtype=np.int32).reshape(len(rows), 2),
    )


class _Table:
    """What the features of a document's pairs are looked up in."""

    def __init__(self, view: View, mentions: Sequence[Mention]) -> None:
        self.mentions = mentions
        self.sentence = [view.sentence_number(one.start) for one in mentions]
        self.cluster = [one.cluster or one.id for one in mentions]
        self.of: dict[str, list[int]] = defaultdict(list)
        self.members: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(mentions):
            self.of[one.label].append(at)
            self.members[self.cluster[at]].append(at)
        self.sentences = {label: [self.sentence[at] for at in found] for label, found in self.of.items()}
        self.starts = {label: [mentions[at].start for at in found] for label, found in self.of.items()}
        given = therapies(view, mentions)
        self.role = [2 * bears_car(one) + (self.cluster[at] in given) for at, one in enumerate(mentions)]
        self.title = {self.cluster[at] for at in range(len(mentions)) if self.sentence[at] == 0}
        stated = between_mentions(view, mentions)
        by_id = {one.id: at for at, one in enumerate(mentions)}
        self.ruled = {(by_id[one.head], by_id[one.tail]) for one in stated}
        self.ruled_things = {(self.cluster[head], self.cluster[tail]) for head, tail in self.ruled}
        self._nearer: dict[tuple[int, str], dict[str, int]] = {}

    def near(self, tail: int, label: str, reach: int) -> list[int]:
        """The mentions of a label within so many sentences of the tail."""
        numbers, here = self.sentences.get(label, []), self.sentence[tail]
        return self.of[label][bisect_left(numbers, here - reach) : bisect_right(numbers, here + reach)]

    def row(self, kind: int, head: int, tail: int) -> tuple[int, int, int, list[int], tuple[int, int]]:
        """Head, tail, kind, features and the text between."""
        one, other = self.mentions[head], self.mentions[tail]
        first, second = (one, other) if one.start <= other.start else (other, one)
        gap = max(0, second.start - first.end)
        apart = min(3, max(-3, self.sentence[tail] - self.sentence[head])) + 3
        starts = self.starts[one.label]
        between = bisect_right(starts, second.start) - bisect_right(starts, first.start)
        rivals = max(0, between - (first is not one))
        nearer = self._ranks(tail, one.label)[self.cluster[head]]
        size = bisect_right((1, 2, 4), len(self.members[self.cluster[head]]) - 1)
        rule = 2 if (head, tail) in self.ruled else (self.cluster[head], self.cluster[tail]) in self.ruled_things
        title = 2 * (self.cluster[head] in self.title) + (self.sentence[tail] == 0)
        words = bisect_right(_DISTANCES, gap // 6) if gap // 6 else 0
        values = (
            kind, apart, words, one.start <= other.start, min(rivals, 2), min(nearer, 3), min(size, 3),
            self.role[head], title, rule,
        )  # fmt: skip
        features, base = [], 0
        for value, room in zip(values, GROUPS.values(), strict=True):
            features.append(base + int(value))
            base += room
        inside = (first.end, second.start) if 0 < gap < 300 else (0, 0)
        return head, tail, kind, features, inside

    def _ranks(self, tail: int, label: str) -> dict[str, int]:
        """Things of a label by how near their nearest mention is to the tail; one in front counts as nearer."""
        key = (tail, label)
        if key not in self._nearer:
            other = self.mentions[tail]
            gaps: dict[str, float] = {}
            for at in self.near(tail, label, _REACH):
                one = self.mentions[at]
                gap = other.start - one.end if one.start <= other.start else 1.5 * (one.start - other.end) + 20
                gaps[self.cluster[at]] = min(gap, gaps.get(self.cluster[at], 1e9))
            self._nearer[key] = {name: rank for rank, name in enumerate(sorted(gaps, key=lambda name: gaps[name]))}
        return self._nearer[key]


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of the pairs of a document: does a join hold between two things, or of this very outcome.

    A question (`keys`: join, head, tail, by cluster or mention id) is asked of several pairs, and the best answer
    counts: `pair`, `join` and `question` say which score of which pair belongs to which question.
    """

    keys: tuple[tuple[str, str, str], ...]
    pair: NDArray[np.int32]
    join: NDArray[np.int16]
    question: NDArray[np.int32]


def questions(found: Pairs, mentions: Sequence[Mention]) -> Questions:
    """The questions of a document's pairs.

    `RESULTS_IN` and `COMPARED_WITH` are asked of a thing and one mention of an outcome, `VALUE_OF` and `QUALIFIES` of
    two mentions, all other joins of two things.
    """
    cluster = [one.cluster or one.id for one in mentions]
    numbers: dict[tuple[str, str, str], int] = {}
    rows: list[tuple[int, int, int]] = []
    table = np.stack([found.head, found.tail, found.kind], 1)
    for at, (head, tail, kind) in enumerate(table.tolist()):
        for join in np.flatnonzero(ALLOWED[kind]).tolist():
            name = JOINS[join]
            key = (
                name,
                mentions[head].id if name in ("VALUE_OF", "QUALIFIES") else cluster[head],
                mentions[tail].id if mentions[tail].label == "OUTCOME" else cluster[tail],
            )
            rows.append((at, join, numbers.setdefault(key, len(numbers))))
    asked = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return Questions(tuple(numbers), asked[:, 0], asked[:, 1].astype(np.int16), asked[:, 2])
