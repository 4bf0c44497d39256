"""`nanocart_relations`: which mention carries, reaches, targets, treats or results in which."""

from __future__ import annotations

from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, state_of, view_of
from nanocart.rules.relations import between_mentions


@Language.component("nanocart_relations", requires=["doc.ents"])
def relate(doc: Doc) -> Doc:
    """Set `doc._.relations`; those of values and qualifiers, which the outcomes component found, stay."""
    state = state_of(doc)
    found = mentions(doc)
    if len(found) > 1:
        limits = [one for one in state.relations if one.label in ("VALUE_OF", "QUALIFIES")]
        stated = between_mentions(view_of(doc), found)
        state.relations = (
            *stated,
            *(replace(one, id=f"r{number}") for number, one in enumerate(limits, len(stated) + 1)),
        )
    return doc
