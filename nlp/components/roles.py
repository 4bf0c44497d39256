"""`nanocart_roles`: which type a name has here, by what it does in the text and not by its letters."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import set_mentions, state_of, view_of
from nanocart.rules.proposals import propose
from nanocart.rules.view import Candidate, View
from nanocart.schema import Mention


@Language.component("nanocart_roles", requires=["doc.ents"], assigns=["doc.ents"])
def decide_roles(doc: Doc) -> Doc:
    """Replace the dictionary's mentions by those whose role the context bears out."""
    state = state_of(doc)
    view = view_of(doc)
    if state.study.in_scope is False or not view.hits:
        return doc
    set_mentions(doc, [_mention(view, one, number) for number, one in enumerate(propose(view), 1)])
    return doc


def _mention(view: View, one: Candidate, number: int) -> Mention:
    concept = one.concept.id if one.concept and one.concept.label == one.label else None
    return Mention(
        f"e{number}", one.start, one.end, one.label, view.text[one.start : one.end], concept=concept, why=one.why
    )
