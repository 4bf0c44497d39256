"""`nanocart_findings`: the rows of the evidence table."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, state_of, view_of
from nanocart.rules.findings import assemble
from nanocart.rules.study import kind_of


@Language.component("nanocart_findings", requires=["doc.ents"])
def find(doc: Doc) -> Doc:
    """Set `doc._.findings` from the mentions and their relations."""
    state = state_of(doc)
    if state.relations:
        view = view_of(doc)
        review = kind_of(view, state.metadata) in ("review", "comment")
        state.findings = tuple(assemble(view, state.id, mentions(doc), state.relations, review=review))
    return doc
