"""`nanocart_linking`: the concept that each mention names, and the cluster of mentions that name one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from nanocart.annotations import mentions, set_mentions, state_of, text_of
from nanocart.components.lexicon import LexiconMatcher
from nanocart.linking import Candidate, Linker
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
        return next(self.pipe([doc], batch_size=1))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """Documents in batches, since the similarity of many names costs little more than that of one."""
        for docs in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            long_forms = [_long_forms(doc) for doc in docs]
            concepts = self._concepts(docs, long_forms)
            for doc, forms in zip(docs, long_forms, strict=True):
                found = mentions(doc)
                if found:
                    linked = [_linked(one, concepts.get((forms.get(one.text, one.text), one.label))) for one in found]
                    set_mentions(doc, with_clusters(linked, forms))
                yield doc

    def _concepts(self, docs: list[Doc], long_forms: list[dict[str, str]]) -> dict[tuple[str, str], Candidate | None]:
        linker = self.linker
        if linker is None or not self.similar:
            return {}
        named = {
            (forms.get(one.text, one.text), one.label)
            for doc, forms in zip(docs, long_forms, strict=True)
            for one in mentions(doc)
            if not one.concept and one.label in ENTITY_LABELS
        }
        return linker.link(named)

    @property
    def linker(self) -> Linker | None:
        """The linker over the pipeline's lexicon; None where the pipeline has no lexicon."""
        lexicon = next((c.lexicon for _, c in self.nlp.pipeline if isinstance(c, LexiconMatcher)), None)
        if lexicon is not None and (self._linker is None or self._linker.lexicon is not lexicon):
            self._linker = Linker(lexicon)
        return self._linker


def _long_forms(doc: Doc) -> dict[str, str]:
    short = state_of(doc).abbreviations
    text = text_of(doc) if short else ""
    return {one.short: text[one.long_start : one.long_end] for one in short}


def _linked(one: Mention, best: Candidate | None) -> Mention:
    if best is None or one.concept:
        return one
    how = f"linked {best.score:.2f} by {best.name!r}"
    return replace(one, concept=best.concept.id, why=f"{one.why}; {how}" if one.why else how)


@Language.factory("nanocart_linking", requires=["doc.ents"], default_config={"similar": True})
def create_linking(nlp: Language, name: str, similar: bool) -> ConceptLinker:
    """The component; `similar` false leaves mentions without a concept as they are, and sets clusters only."""
    return ConceptLinker(nlp, similar)
