"""`nanocart_roles`: which type a name has here, by what it does in the text and not by its letters."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import set_mentions, state_of, view_of
from nanocart.lexicon import FALSE_FRIEND
from nanocart.rules import cargoes, cells, diseases, outcomes, particles, targets
from nanocart.rules.view import Candidate, View, select
from nanocart.schema import Mention


@Language.component("nanocart_roles", requires=["doc.ents"], assigns=["doc.ents"])
def decide_roles(doc: Doc) -> Doc:
    """Replace the dictionary's mentions by those whose role the context bears out."""
    state = state_of(doc)
    view = view_of(doc)
    if state.study.in_scope is False or not view.hits:
        return doc
    chosen = select(_proposals(view))
    set_mentions(doc, [_mention(view, one, number) for number, one in enumerate(chosen, 1)])
    return doc


def _proposals(view: View) -> list[Candidate]:
    named = [*cells.candidates(view), *targets.candidates(view), *diseases.candidates(view)]
    carriers = select(particles.candidates(view))
    named += cargoes.candidates(view, carriers)
    return [one for one in (*carriers, *named, *outcomes.candidates(view, named)) if not _is_false_friend(view, one)]


def _is_false_friend(view: View, one: Candidate) -> bool:
    """Whether the candidate overlaps a phrase that is something else, and does not contain it as a part."""
    return any(
        hit.start < one.end
        and one.start < hit.end
        and not (one.start <= hit.start and hit.end <= one.end and (one.start, one.end) != (hit.start, hit.end))
        for hit, _, weak in view.of(FALSE_FRIEND)
        if not weak
    )


def _mention(view: View, one: Candidate, number: int) -> Mention:
    concept = one.concept.id if one.concept and one.concept.label == one.label else None
    return Mention(
        f"e{number}", one.start, one.end, one.label, view.text[one.start : one.end], concept=concept, why=one.why
    )
