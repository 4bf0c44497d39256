"""Pairs of mentions that may be related, and what is known of each pair beside what the encoder says.

A pair is (head, tail) of one of `JOINS`. Its features are rows of one table of embeddings, added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nanocart.rules.relations import bears_car, between_mentions, therapies
from nanocart.rules.view import View
from nanocart.schema import SIGNATURES, Mention

Ints = NDArray[np.int64]
JOINS: Final = (*SIGNATURES, "COMPARED_WITH")
"""What a pair may be: a relation, or an outcome (tail) and what it is compared with (head)."""
_SIGNATURES: Final = {
    **SIGNATURES,
    "COMPARED_WITH": (("CELL_TYPE", "NANOPARTICLE", "QUALIFIER"), ("OUTCOME",)),
}
_PAIRS: Final = sorted({(head, tail) for heads, tails in _SIGNATURES.values() for head in heads for tail in tails})
_LABELS: Final = sorted({label for pair in _PAIRS for label in pair})
_HEAD: Final = np.array([_LABELS.index(head) for head, _ in _PAIRS])
_SHORT: Final = np.array([head in ("VALUE", "QUALIFIER") for head, _ in _PAIRS])
"""Whether a kind of pair is one only in neighbouring sentences."""
ALLOWED: Final = np.array(
    [[head in _SIGNATURES[join][0] and tail in _SIGNATURES[join][1] for join in JOINS] for head, tail in _PAIRS]
)
"""Which joins a kind of pair (pair of labels) can be."""
_REACH: Final = 20
"""Sentences over which two mentions are a pair: as many as an abstract has, so that only longer texts are cut."""
_DISTANCES: Final = (0, 1, 2, 3, 5, 8, 12, 20, 35)
_INSIDE: Final = 300
"""Characters between two mentions from which on the text between is not looked at."""
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
_BASES: Final = np.cumsum([0, *GROUPS.values()])[:-1]
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
    found = [table.near(*labels) for labels in _PAIRS]
    kind = np.repeat(np.arange(len(found)), [len(head) for head, _ in found])
    head, tail = (np.concatenate(one) for one in zip(*found, strict=True))
    rank = table.ranks(kind, head, tail)
    kept = ~_SHORT[kind] | (np.abs(table.sentence[tail] - table.sentence[head]) <= 1)
    head, tail, kind = head[kept], tail[kept], kind[kept]
    features, between = table.features(kind, head, tail, rank[kept])
    return Pairs(
        head.astype(np.int32),
        tail.astype(np.int32),
        kind.astype(np.int16),
        features.astype(np.int16),
        between.astype(np.int32),
    )


class _Table:
    """What the features of a document's pairs are looked up in, each an array by mention."""

    def __init__(self, view: View, mentions: Sequence[Mention]) -> None:
        self.start = np.array([one.start for one in mentions], dtype=np.int64)
        self.end = np.array([one.end for one in mentions], dtype=np.int64)
        self.sentence = np.array([view.sentence_number(one.start) for one in mentions], dtype=np.int64)
        names = [one.cluster or one.id for one in mentions]
        numbers = {name: at for at, name in enumerate(dict.fromkeys(names))}
        self.cluster = np.array([numbers[name] for name in names], dtype=np.int64)
        self.clusters = len(numbers)
        labels = np.array([one.label for one in mentions])
        self.of = {label: np.flatnonzero(labels == label) for label in _LABELS}
        # For each label how many of its mentions begin no later than a mention does.
        self.before = np.stack(
            [np.searchsorted(self.start[self.of[label]], self.start, "right") for label in _LABELS], 1
        )
        given = therapies(view, mentions)
        self.role = np.array(
            [2 * bears_car(one) + (name in given) for one, name in zip(mentions, names, strict=True)], dtype=np.int64
        )
        self.size = np.searchsorted((1, 2, 4), np.bincount(self.cluster)[self.cluster] - 1, side="right")
        self.title = np.isin(self.cluster, self.cluster[self.sentence == 0])
        by_id = {one.id: at for at, one in enumerate(mentions)}
        ruled = np.array(
            [(by_id[one.head], by_id[one.tail]) for one in between_mentions(view, mentions)], dtype=np.int64
        )
        head, tail = ruled.reshape(-1, 2).T
        self.ruled = head * len(mentions) + tail
        self.ruled_things = self.cluster[head] * self.clusters + self.cluster[tail]

    def near(self, head_label: str, tail_label: str) -> tuple[Ints, Ints]:
        """Heads and tails of the pairs of two labels that are within reach, tail by tail."""
        heads, tails = self.of[head_label], self.of[tail_label]
        numbers, here = self.sentence[heads], self.sentence[tails]
        low = np.searchsorted(numbers, here - _REACH, "left")
        count = np.searchsorted(numbers, here + _REACH, "right") - low
        places = np.arange(count.sum()) + np.repeat(low - np.cumsum(count) + count, count)
        return heads[places], np.repeat(tails, count)

    def ranks(self, kind: Ints, head: Ints, tail: Ints) -> Ints:
        """How many other things of the head's label are nearer to the tail; one in front of it counts as nearer."""
        gap = np.where(
            self.start[head] <= self.start[tail],
            self.start[tail] - self.end[head],
            1.5 * (self.start[head] - self.end[tail]) + 20,
        )
        group = kind * len(self.start) + tail
        key = group * self.clusters + self.cluster[head]
        nearest = np.lexsort((head, gap, key))
        _, at, thing = np.unique(key[nearest], return_index=True, return_inverse=True)
        best = nearest[at]
        order = np.lexsort((head[best], gap[best], group[best]))
        of_tail = group[best][order]
        rank = np.empty(len(best), dtype=np.int64)
        rank[order] = np.arange(len(best)) - np.searchsorted(of_tail, of_tail)
        found = np.empty(len(head), dtype=np.int64)
        found[nearest] = rank[thing]
        return found

    def features(self, kind: Ints, head: Ints, tail: Ints, rank: Ints) -> tuple[Ints, Ints]:
        """The features of pairs (see `GROUPS`), and the text between the two."""
        ahead = self.start[head] <= self.start[tail]
        first, second = np.where(ahead, head, tail), np.where(ahead, tail, head)
        gap = np.maximum(0, self.start[second] - self.end[first])
        label = _HEAD[kind]
        rivals = self.before[second, label] - self.before[first, label] - ~ahead
        ruled = np.isin(head * len(self.start) + tail, self.ruled)
        things = np.isin(self.cluster[head] * self.clusters + self.cluster[tail], self.ruled_things)
        values = (
            kind,
            np.clip(self.sentence[tail] - self.sentence[head], -3, 3) + 3,
            np.where(gap >= 6, np.searchsorted(_DISTANCES, gap // 6, "right"), 0),
            ahead,
            np.clip(rivals, 0, 2),
            np.minimum(rank, 3),
            self.size[head],
            self.role[head],
            2 * self.title[head] + (self.sentence[tail] == 0),
            np.where(ruled, 2, things),
        )
        between = np.stack([self.end[first], self.start[second]], 1)
        between[(gap == 0) | (gap >= _INSIDE)] = 0
        return np.stack(values, 1) + _BASES, between


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
    names = [one.cluster or one.id for one in mentions]
    first = {name: at for at, name in reversed(list(enumerate(names)))}
    thing = np.array([first[name] for name in names], dtype=np.int64)
    outcome = np.array([one.label == "OUTCOME" for one in mentions], dtype=bool)
    pair, join = np.nonzero(ALLOWED[found.kind])
    head, tail = found.head[pair].astype(np.int64), found.tail[pair].astype(np.int64)
    head = np.where(np.isin(join, _OF_MENTIONS), head, thing[head])
    tail = np.where(outcome[tail], tail, thing[tail])
    count = len(mentions)
    keys, at, question = np.unique((join * count + head) * count + tail, return_index=True, return_inverse=True)
    # In the order in which they come up.
    order = np.argsort(at)
    number = np.empty(len(keys), dtype=np.int64)
    number[order] = np.arange(len(keys))
    rows = zip(join[at[order]].tolist(), head[at[order]].tolist(), tail[at[order]].tolist(), strict=True)
    named = tuple(
        (
            JOINS[name],
            mentions[one].id if name in _OF_MENTIONS else names[one],
            mentions[other].id if outcome[other] else names[other],
        )
        for name, one, other in rows
    )
    return Questions(named, pair.astype(np.int32), join.astype(np.int16), number[question].astype(np.int32))


_OF_MENTIONS: Final = (JOINS.index("VALUE_OF"), JOINS.index("QUALIFIES"))
