"""Tags of words: B-LABEL begins a mention, I-LABEL goes on with it, O is none; and the best legal sequence of them.

>>> tags = Tags(("DISEASE",))
>>> tags.names, tags.encode([(1, 3, "DISEASE")], 4)
(('O', 'B-DISEASE', 'I-DISEASE'), [0, 1, 2, 0])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int, str]
"""First word, the word after the last one, and label."""
_NEVER: Final = -1e9


class Tags:
    """The tags of some labels."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self.names = ("O", *(f"{part}-{label}" for label in labels for part in "BI"))

    def encode(self, spans: Iterable[Span], length: int) -> list[int]:
        """A tag for each of `length` words. Spans must not overlap."""
        tags = [0] * length
        for start, stop, label in spans:
            first = 1 + 2 * self.labels.index(label)
            tags[start:stop] = [first, *[first + 1] * (stop - start - 1)]
        return tags

    def decode(self, tags: Sequence[int]) -> list[Span]:
        """The spans of a legal sequence of tags."""
        spans: list[Span] = []
        for at, tag in enumerate(tags):
            if tag % 2 == 1:
                spans.append((at, at + 1, self.labels[tag // 2]))
            elif tag:
                start, _, label = spans[-1]
                spans[-1] = (start, at + 1, label)
        return spans

    def best(self, scores: NDArray[Any]) -> list[int]:
        """The legal sequence with the highest sum of scores (words × tags), by Viterbi's algorithm.

        >>> Tags(("DISEASE",)).best(np.array([[0.0, 1.0, 3.0], [0.0, 0.0, 1.0]]))
        [1, 2]
        """
        if not len(scores):
            return []
        tags = scores.argmax(1)
        for first, stop in self._doubtful(scores, tags):
            before = int(tags[first - 1]) if first else 0
            tags[first:stop] = self._path(scores[first:stop], before)
        return [int(tag) for tag in tags]

    def _doubtful(self, scores: NDArray[Any], tags: NDArray[Any]) -> list[tuple[int, int]]:
        """The runs of words outside which every word has its best tag.

        A word that begins a mention with I-x can have B-x instead, so that no better sequence costs more than that. The
        words that it changes are a run around that one, and each costs at least the distance of its two best tags.
        """
        before = np.concatenate([[0], tags[:-1]])
        wrong = np.flatnonzero((tags > 0) & (tags % 2 == 0) & (before != tags) & (before != tags - 1))
        if not len(wrong):
            return []
        two = np.partition(scores, -2, axis=1)[:, -2:]
        cost = (two[:, 1] - two[:, 0]).tolist()
        runs: list[tuple[int, int, float]] = []
        for at in wrong.tolist():
            price = float(scores[at, tags[at]] - scores[at, tags[at] - 1])
            run = self._reach(cost, at, at + 1, price)
            # Words that two of them may change are decided together.
            while runs and runs[-1][1] >= run[0]:
                first, stop, other = runs.pop()
                price += other
                run = self._reach(cost, min(first, run[0]), max(stop, run[1]), price)
            runs.append((*run, price))
        return [(first, stop) for first, stop, _ in runs]

    @staticmethod
    def _reach(cost: Sequence[float], first: int, stop: int, price: float) -> tuple[int, int]:
        """The run with the words beside it that may change for that price."""
        left = price
        while first and left >= 0:
            first -= 1
            left -= cost[first]
        left = price
        while stop < len(cost) and left >= 0:
            left -= cost[stop]
            stop += 1
        return first, stop

    def _path(self, scores: NDArray[Any], before: int) -> list[int]:
        """The best legal sequence behind a tag, by Viterbi's algorithm."""
        # The only thing illegal is an I-x behind anything but a B-x or I-x: all other tags follow the best path so far.
        inner = range(2, len(self.names), 2)
        total = [_NEVER] * len(self.names)
        total[before] = 0.0
        back: list[list[int]] = []
        for row in scores.tolist():
            high = max(total)
            came = [total.index(high)] * len(row)
            now = [high + score for score in row]
            for tag in inner:
                came[tag] = best = tag - 1 if total[tag - 1] >= total[tag] else tag
                now[tag] = total[best] + row[tag]
            back.append(came)
            total = now
        tags = [total.index(max(total))]
        for came in reversed(back[1:]):
            tags.append(came[tags[-1]])
        return tags[::-1]
