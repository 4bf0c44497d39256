"""Which concept a surface names: exact names first, then the most similar names by TF-IDF over letter trigrams.

Scores are cosine similarities between 0 and 1; each candidate says by which of the concept's names it was found, as
gilda does (Gyori et al., Bioinformatics Advances 2022). The candidate search is scispaCy's (Neumann et al., BioNLP
2019) without its approximate index, which a few thousand names do not need.

>>> Linker(Lexicon.shipped()).candidates("lipid nano-particles")[0].concept.name
'lipid nanoparticle'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from nanocart.lexicon import FALSE_FRIEND, Concept, Lexicon
from nanocart.text import folded

THRESHOLD: Final = 0.8
"""The similarity from which on a concept is taken without an exact name."""


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
        self._cached = lru_cache(maxsize=50_000)(self._candidates)

    def candidates(self, surface: str, label: str | None = None, limit: int = 5) -> list[Candidate]:
        """The concepts that the surface may name, best first; only those of `label` where it is given."""
        return list(self._cached(surface, label, limit))

    def link(self, surface: str, label: str) -> Candidate | None:
        """The concept that the surface names, or None where none is similar enough."""
        best = self.candidates(surface, label, 1)
        return best[0] if best and best[0].score >= THRESHOLD else None

    def _candidates(self, surface: str, label: str | None, limit: int) -> tuple[Candidate, ...]:
        exact = [one for one in self.lexicon.find(surface) if label in (None, one.label)]
        found = {one.id: Candidate(one, 1.0, surface, "same name, spelling aside") for one in exact}
        if len(found) < limit and folded(surface):
            for concept, name, score in self._similar(surface, limit * 8):
                if label in (None, concept.label) and concept.id not in found:
                    found[concept.id] = Candidate(concept, score, name, "similar letters")
        return tuple(sorted(found.values(), key=lambda one: -one.score)[:limit])

    @cached_property
    def _index(self) -> tuple[Any, Any, list[tuple[Concept, str]]]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        names = [(concept, name) for concept in self.lexicon if concept.label != FALSE_FRIEND for name, _ in concept.terms()]
        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype="float32", sublinear_tf=True)
        matrix = vectorizer.fit_transform(_plain(name for _, name in names)) if names else None
        return vectorizer, matrix, names

    def _similar(self, surface: str, count: int) -> list[tuple[Concept, str, float]]:
        vectorizer, matrix, names = self._index
        if matrix is None:
            return []
        scores = (matrix @ vectorizer.transform(_plain([surface])).T).tocoo()
        best = sorted(zip(scores.data, scores.row, strict=True), key=lambda one: (-one[0], one[1]))[:count]
        return [(*names[row], min(1.0, float(score))) for score, row in best]


def _plain(surfaces: Iterable[str]) -> list[str]:
    return [" ".join(folded(surface)) for surface in surfaces]
