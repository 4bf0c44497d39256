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
        if self._greedy(scores):
            return [int(tag) for tag in scores.argmax(1)]
        # The only thing illegal is an I-x behind anything but a B-x or I-x: all other tags follow the best path so far.
        inner = range(2, len(self.names), 2)
        total = [0.0] + [_NEVER] * (len(self.names) - 1)
        back: list[list[int]] = []
        for row in scores.tolist():
            high = max(total)
            best = total.index(high)
            came = [best] * len(row)
            now = [high + score for score in row]
            for tag in inner:
                came[tag] = before = tag - 1 if total[tag - 1] >= total[tag] else tag
                now[tag] = total[before] + row[tag]
            back.append(came)
            # Only differences count; the sum over a long text would lose its last digits.
            high = max(now)
            total = [one - high for one in now]
        tags = [total.index(max(total))]
        for came in reversed(back[1:]):
            tags.append(came[tags[-1]])
        return tags[::-1]

    def _greedy(self, scores: NDArray[Any]) -> bool:
        """Whether the best tag of each word is a legal sequence already, as it mostly is."""
        tags = scores.argmax(1)
        inside = (tags > 0) & (tags % 2 == 0)
        before = np.concatenate([[0], tags[:-1]])
        return bool((~inside | (before == tags) | (before == tags - 1)).all())
