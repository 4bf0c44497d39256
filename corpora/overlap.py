"""Texts that share most of their words, whatever their identifiers: near-duplicates that must not lie in two splits.

>>> one = "Lipid nanoparticles that carry CAR mRNA reprogram T cells in mice."
>>> near_duplicates({"a": one}, {"b": one.replace("mice", "rats")}, threshold=0.5)
[('a', 'b', 0.75)]
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

_WORD: Final = re.compile(r"\w+")


def shingles(text: str, size: int = 5) -> frozenset[str]:
    """The runs of `size` words of a text, lower-cased, without punctuation; a shorter text is one shingle."""
    words = _WORD.findall(text.lower())
    return frozenset(" ".join(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))


class Overlap:
    """Texts by id that others are compared with, one added after another.

    >>> seen = Overlap({"a": "one two three four five"})
    >>> seen.near("One, two, three, four, five."), seen.near("six seven eight nine ten")
    ([('a', 1.0)], [])
    """

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._sizes: dict[str, int] = {}
        self._where: dict[str, list[str]] = defaultdict(list)
        for id_, text in (texts or {}).items():
            self.add(id_, text)

    def add(self, id: str, text: str) -> None:
        """Take a text in."""
        found = shingles(text)
        self._sizes[id] = len(found)
        for one in found:
            self._where[one].append(id)

    def near(self, text: str, threshold: float = 0.3) -> list[tuple[str, float]]:
        """The ids of texts whose resemblance to this one is at least `threshold`, and how much it is.

        Resemblance is the Jaccard index of five-word shingles (Broder 1997); two versions of an abstract lie above 0.3.
        """
        own = shingles(text)
        found = ((id_, count / (len(own) + self._sizes[id_] - count)) for id_, count in self._shared(own).items())
        return sorted((id_, round(one, 3)) for id_, one in found if one >= threshold)

    def sharing(self, text: str, threshold: float = 0.15) -> list[tuple[str, float]]:
        """The ids of texts that share at least `threshold` of the shorter one of the two, and how much they share.

        Abstracts on the same subject share less than a tenth of their five-word shingles; two abstracts of one meeting
        by one group may share half, and yet resemble each other by less than 0.3.
        """
        own = shingles(text)
        found = ((id_, count / min(len(own), self._sizes[id_])) for id_, count in self._shared(own).items())
        return sorted((id_, round(one, 3)) for id_, one in found if one >= threshold)

    def _shared(self, own: frozenset[str]) -> Counter[str]:
        return Counter(id_ for one in own for id_ in self._where.get(one, ()))


def near_duplicates(
    first: Mapping[str, str], second: Mapping[str, str], *, threshold: float = 0.3
) -> list[tuple[str, str, float]]:
    """Pairs of ids, one of each mapping of id to text, whose resemblance (`Overlap.near`) is at least `threshold`."""
    index = Overlap(second)
    return sorted((id_, other, one) for id_, text in first.items() for other, one in index.near(text, threshold))
