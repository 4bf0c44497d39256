"""`nanocart_roles`: which type a name has here, by what it does in the text and not by its letters."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import annotations, set_mentions, view_of
from nanocart.lexicon import FALSE_FRIEND
from nanocart.rules import cargoes, cells, diseases, outcomes, particles, targets
from nanocart.rules.view import Candidate, View, select
from nanocart.schema import Mention


@Language.component("nanocart_roles", requires=["doc.ents"], assigns=["doc.ents"])
def decide_roles(doc: Doc) -> Doc:
    """Replace the dictionary's mentions by those whose role the context bears out."""
    state = annotations(doc)
    view = view_of(doc)
    if state.study.in_scope is False or not view.hits:
        return doc
    chosen = [one for one in select(_proposals(view)) if one.label != FALSE_FRIEND]
    set_mentions(doc, [_mention(view, one, number) for number, one in enumerate(chosen, 1)])
    return doc


def _proposals(view: View) -> list[Candidate]:
    found = [Candidate(hit.start, hit.end, FALSE_FRIEND, concept, concept.id, 9) for hit, concept, _ in view.of(FALSE_FRIEND)]
    named = [*cells.candidates(view), *targets.candidates(view), *diseases.candidates(view)]
    carriers = select(particles.candidates(view))
    named += cargoes.candidates(view, carriers)
    return [*found, *carriers, *named, *outcomes.candidates(view, named)]


def _mention(view: View, one: Candidate, number: int) -> Mention:
    concept = one.concept.id if one.concept and one.concept.label == one.label else None
    return Mention(f"e{number}", one.start, one.end, one.label, view.text[one.start : one.end], concept=concept, why=one.why)
