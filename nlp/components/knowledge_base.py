"""`nanocart_knowledge_base`: UMLS, MeSH or another of scispaCy's knowledge bases, for users who have it.

scispaCy's linker (Neumann et al., BioNLP 2019) downloads its index at first use; nanocart needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, set_mentions
from nanocart.errors import UsageError
from nanocart.schema import ENTITY_LABELS

EXTRA: Final = "knowledge_base"
Generator = Callable[[list[str], int], Sequence[Sequence[Any]]]


class KnowledgeBaseLinker:
    """Adds to each mention, as `extra["knowledge_base"]`, the ids of a knowledge base with scores from 0 to 1."""

    def __init__(self, generator: Generator, limit: int, threshold: float) -> None:
        self.generator = generator
        self.limit = limit
        self.threshold = threshold

    def __call__(self, doc: Doc) -> Doc:
        """Look up every mention of a document."""
        found = mentions(doc)
        surfaces = sorted({one.text for one in found if one.label in ENTITY_LABELS})
        candidates = dict(zip(surfaces, self.generator(surfaces, self.limit * 10), strict=True)) if surfaces else {}
        best = {surface: self._best(given) for surface, given in candidates.items()}
        set_mentions(
            doc,
            [replace(one, extra={**one.extra, EXTRA: best[one.text]}) if one.text in best else one for one in found],
        )
        return doc

    def _best(self, candidates: Sequence[Any]) -> list[dict[str, Any]]:
        scored = [{"id": one.concept_id, "score": round(max(one.similarities), 4)} for one in candidates]
        scored.sort(key=lambda one: (-one["score"], one["id"]))
        return [one for one in scored if one["score"] >= self.threshold][: self.limit]


@Language.factory(
    "nanocart_knowledge_base", requires=["doc.ents"], default_config={"base": "umls", "limit": 3, "threshold": 0.7}
)
def create_knowledge_base(nlp: Language, name: str, base: str, limit: int, threshold: float) -> KnowledgeBaseLinker:
    """The component over one of scispaCy's knowledge bases: "umls", "mesh", "rxnorm", "go" or "hpo".

    Raises `UsageError` where the knowledge base is not on disk and cannot be fetched.
    """
    from scispacy.candidate_generation import CandidateGenerator

    try:
        generator = CandidateGenerator(name=base)
    except (OSError, ValueError, KeyError) as error:
        hint = "scispaCy fetches it at first use: check the network, and the name (umls, mesh, rxnorm, go, hpo)"
        raise UsageError(f"the knowledge base {base!r} cannot be loaded: {error}", hint=hint) from error
    return KnowledgeBaseLinker(generator, limit, threshold)
