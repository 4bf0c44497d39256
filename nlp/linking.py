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
from functools import lru_cache
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
        exact = [one for one in self.lexicon.find(surface) if one.label in (label or one.label, label)]
        found = {one.id: Candidate(one, 1.0, surface, "same name, spelling aside") for one in exact}
        for index in [self._index(label)] if label else map(self._index, ENTITY_LABELS):
            for concept, name, score in index.similar([surface], limit * 8)[0]:
                if concept.id not in found:
                    found[concept.id] = Candidate(concept, score, name, "similar letters")
        return sorted(found.values(), key=lambda one: -one.score)[:limit]

    def link(self, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Candidate | None]:
        """The concept of each (surface, label), all at once; None where no name is similar enough."""
        wanted = set(named)
        if len(self._known) > _REMEMBERED:  # a run over millions of abstracts must not grow
            self._known.clear()
        for label in sorted({label for _, label in wanted}):
            new = sorted(surface for surface, other in wanted if other == label and (surface, label) not in self._known)
            exact = {
                surface: next((c for c in self.lexicon.find(surface) if c.label == label), None) for surface in new
            }
            rest = [surface for surface in new if exact[surface] is None]
            similar = dict(zip(rest, self._index(label).similar(rest, 1), strict=True)) if rest else {}
            for surface in new:
                concept = exact[surface]
                best = next((one for one in similar.get(surface, ()) if one[2] >= THRESHOLD), None)
                self._known[surface, label] = (
                    Candidate(concept, 1.0, surface, "same name, spelling aside")
                    if concept
                    else Candidate(best[0], best[2], best[1], "similar letters")
                    if best
                    else None
                )
        return {key: self._known[key] for key in wanted}

    @lru_cache(maxsize=len(LEXICON_LABELS))  # noqa: B019 - one index per label, as long as the linker lives
    def _index(self, label: str) -> _Index:
        return _Index([(one, name) for one in self.lexicon if one.label == label for name, _ in one.terms()])


class _Index:
    """TF-IDF vectors of the names of one label."""

    def __init__(self, names: list[tuple[Concept, str]]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.names = names
        self.vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True)
        self.matrix = self.vectorizer.fit_transform(_plain(name for _, name in names)).T.tocsr() if names else None

    def similar(self, surfaces: list[str], count: int) -> list[list[tuple[Concept, str, float]]]:
        """For each surface the `count` most similar names with their concept and similarity."""
        if self.matrix is None:
            return [[] for _ in surfaces]
        scores = (self.vectorizer.transform(_plain(surfaces)) @ self.matrix).tocsr()
        found = []
        for row in range(len(surfaces)):
            begin, stop = scores.indptr[row], scores.indptr[row + 1]
            columns, values = scores.indices[begin:stop], scores.data[begin:stop]
            best = np.lexsort((columns, -values))[:count]
            found.append([(*self.names[columns[at]], min(1.0, float(values[at]))) for at in best])
        return found


def _plain(surfaces: Iterable[str]) -> list[str]:
    return [" ".join(folded(surface)) for surface in surfaces]
