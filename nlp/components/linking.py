"""`nanocart_linking`: the concept that each mention names, and the cluster of mentions that name one thing."""

from __future__ import annotations

from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, set_mentions, state_of, text_of
from nanocart.components.lexicon import lexicon_of
from nanocart.linking import Linker
from nanocart.rules.clusters import with_clusters
from nanocart.schema import ENTITY_LABELS, Mention


class ConceptLinker:
    """Links mentions that have no concept yet, then joins the mentions of one thing."""

    def __init__(self, nlp: Language, similar: bool) -> None:
        self.nlp = nlp
        self.similar = similar
        self._linker: Linker | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Link and cluster the mentions of a document."""
        found = mentions(doc)
        if not found:
            return doc
        short = state_of(doc).abbreviations
        text = text_of(doc)
        long_forms = {one.short: text[one.long_start : one.long_end] for one in short}
        linker = self.linker if self.similar else None
        linked = [_linked(one, linker, long_forms) for one in found] if linker else found
        set_mentions(doc, with_clusters(linked, long_forms))
        return doc

    @property
    def linker(self) -> Linker | None:
        """The linker over the pipeline's lexicon; None where the pipeline has no lexicon."""
        lexicon = lexicon_of(self.nlp)
        if lexicon is not None and (self._linker is None or self._linker.lexicon is not lexicon):
            self._linker = Linker(lexicon)
        return self._linker


def _linked(one: Mention, linker: Linker, long_forms: dict[str, str]) -> Mention:
    if one.concept or one.label not in ENTITY_LABELS:
        return one
    best = linker.link(long_forms.get(one.text, one.text), one.label)
    if best is None:
        return one
    how = f"linked {best.score:.2f} by {best.name!r}"
    return replace(one, concept=best.concept.id, why=f"{one.why}; {how}" if one.why else how)


@Language.factory("nanocart_linking", requires=["doc.ents"], default_config={"similar": True})
def create_linking(nlp: Language, name: str, similar: bool) -> ConceptLinker:
    """The component; `similar` false leaves mentions without a concept as they are, and sets clusters only."""
    return ConceptLinker(nlp, similar)
