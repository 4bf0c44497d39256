"""`nanocart_scope`: a document that does not speak of the field carries no annotation at all."""

from __future__ import annotations

from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import set_mentions, state_of, view_of
from nanocart.rules.scope import in_scope


@Language.component("nanocart_scope", assigns=["doc.ents"])
def decide_scope(doc: Doc) -> Doc:
    """Set `doc._.study.in_scope`, and take every mention away where it is false."""
    state = state_of(doc)
    inside = in_scope(view_of(doc))
    state.study = replace(state.study, in_scope=inside)
    if not inside:
        set_mentions(doc, ())
    return doc
