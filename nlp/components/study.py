"""`nanocart_study`: the study card."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, state_of, view_of
from nanocart.rules.study import card


@Language.component("nanocart_study", requires=["doc.ents"])
def fill_card(doc: Doc) -> Doc:
    """Set `doc._.study` from PubMed's own fields where the record has them, else from the text."""
    state = state_of(doc)
    state.study = card(view_of(doc), state.metadata, mentions(doc), state.study.in_scope)
    return doc
