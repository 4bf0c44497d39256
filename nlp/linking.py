"""Which concept a surface names: exact names first, then the most similar names by TF-IDF over letter trigrams.

Scores are cosine similarities between 0 and 1; each candidate says by which of the concept's names it was found, as
gilda does (Gyori et al., Bioinformatics Advances 2022). The candidate search is scispaCy's (Neumann et al., BioNLP
2019) without its approximate index, which a few thousand names do not need.

>>> Linker(Lexicon.shipped()).candidates("lipid nano-particles")[0].concept.name
'lipid nanoparticle'
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from typing import Final

import numpy as np

from nanocart.lexicon import LEXICON_LABELS, Concept, Lexicon
from nanocart.schema import ENTITY_LABELS
from nanocart.text import folded

THRESHOLD: Final = 0.8
"""The similarity from which on a concept is taken without an exact name."""
_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept that a surface may name: the similarity (0 to 1), the name that matched and in which way."""

    concept: Concept
    score: float
    name: str
    why: str


class Linker:
    """Concepts by surface, over one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._known: dict[tuple[str, str], Candidate | None] = {}

    def candidates(self, surface: str, label: str | None = None, limit: int = 5) -> list[Candidate]:
        """The concepts that the surface may name, best first; only those of `label` where it is given."""
        exact = [one for one in self.lexicon.find(surface) if label in (None, one.label)]
        found = {one.id: Candidate(one, 1.0, surface, "same name, spelling aside") for one in exact}
        if len(found) >= limit:
            return list(found.values())[:limit]
        for index in [self._index(label)] if label else map(self._index, ENTITY_LABELS):
            for concept, name, score in index.similar(surface, limit * 8):
                if concept.id not in found:
                    found[concept.id] = Candidate(concept, score, name, "similar letters")
        return sorted(found.values(), key=lambda one: -one.score)[:limit]

    def link(self, surface: str, label: str) -> Candidate | None:
        """The concept that the surface names; None where no name is similar enough."""
        key = surface, label
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:  # a run over millions of abstracts must not grow
                self._known.clear()
            best = self.candidates(surface, label, 1)
            self._known[key] = best[0] if best and best[0].score >= THRESHOLD else None
        return self._known[key]

    @lru_cache(maxsize=len(LEXICON_LABELS))  # noqa: B019 - one index per label, as long as the linker lives
    def _index(self, label: str) -> _Index:
        return _Index([(one, name) for one in self.lexicon if one.label == label for name, _ in one.terms()])


class _Index:
    """TF-IDF vectors of the names of one label, over the letter trigrams of each word (blanks around it included).

    Weights are (1 + ln tf) * (ln((1 + n) / (1 + df)) + 1), vectors have length 1: what scikit-learn's
    `TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True)` gives, without its import of seconds.
    """

    def __init__(self, names: list[tuple[Concept, str]]) -> None:
        self.names = names
        grams = [_grams(name) for _, name in names]
        documents = Counter(gram for one in grams for gram in one)
        self.idf = {gram: log((1 + len(names)) / (1 + df)) + 1 for gram, df in documents.items()}
        postings: dict[str, tuple[list[int], list[float]]] = {}
        for number, one in enumerate(grams):
            for gram, weight in self._weights(one).items():
                numbers, weights = postings.setdefault(gram, ([], []))
                numbers.append(number)
                weights.append(weight)
        self.postings = {gram: (np.array(numbers), np.array(weights)) for gram, (numbers, weights) in postings.items()}

    def _weights(self, grams: Counter[str]) -> dict[str, float]:
        weights = {gram: (1 + log(tf)) * self.idf[gram] for gram, tf in grams.items() if gram in self.idf}
        length = sqrt(sum(weight * weight for weight in weights.values()))
        return {gram: weight / length for gram, weight in weights.items()}

    def similar(self, surface: str, count: int) -> list[tuple[Concept, str, float]]:
        """The `count` most similar names with their concept and similarity (cosine, 0 to 1), best first."""
        scores = np.zeros(len(self.names))
        for gram, weight in self._weights(_grams(surface)).items():
            numbers, weights = self.postings[gram]
            scores[numbers] += weight * weights
        found = np.flatnonzero(scores)
        best = found[np.lexsort((found, -scores[found]))][:count]
        return [(*self.names[number], min(1.0, float(scores[number]))) for number in best]


def _grams(surface: str) -> Counter[str]:
    """The letter trigrams of the folded words of a surface."""
    words = [f" {word} " for word in folded(surface)]
    return Counter(word[at : at + 3] for word in words for at in range(max(1, len(word) - 2)))
