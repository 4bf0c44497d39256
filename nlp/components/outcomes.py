"""`nanocart_outcomes`: category, direction and assertion of outcomes, with their figures and limits."""

from __future__ import annotations

from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, set_mentions, state_of, view_of
from nanocart.components.lexicon import lexicon_of
from nanocart.lexicon import Concept
from nanocart.rules import findings, outcomes, values
from nanocart.rules.relations import therapies
from nanocart.rules.view import Candidate, View, select
from nanocart.schema import Attributes, Document, Mention, Relation


class OutcomeReader:
    """Reads what is said of each outcome; topics of which nothing is said are dropped."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp

    def __call__(self, doc: Doc) -> Doc:
        """Set the attributes of a document's outcomes, and add their figures and limits."""
        found = mentions(doc)
        if not any(one.label == "OUTCOME" for one in found):
            return doc
        view = view_of(doc)
        concepts = self._concepts()
        given = therapies(view, found)
        agents = [one for one in found if (one.cluster or one.id) in given]
        agents = agents or [one for one in found if one.label == "CELL_TYPE"]
        places = outcomes.agent_places(view, [(one.start, one.end) for one in agents])
        kept = []
        for one in found:
            if one.label == "OUTCOME":
                if not outcomes.ascribed(view, places, one.start):
                    continue
                attributes = outcomes.attributes(view, one.start, one.end, concepts.get(one.concept or ""))
                if outcomes.is_only_a_topic(view, one.start, one.end, attributes):
                    continue
                kept.append(replace(one, attributes=attributes))
            else:
                kept.append(one)
        pairs = _limits(view, kept)
        set_mentions(doc, [*kept, *(span for span, _ in pairs)])
        state_of(doc).relations = tuple(findings.value_relations(pairs, 1))
        return doc

    def _concepts(self) -> dict[str, Concept]:
        lexicon = lexicon_of(self.nlp)
        return lexicon.concepts if lexicon else {}


def limits_of(document: Document) -> tuple[Relation, ...]:
    """`VALUE_OF` and `QUALIFIES` for a document whose figures, qualifiers and outcomes are marked already."""
    view = View(document.text)
    outcomes_ = [one for one in document.entities if one.label == "OUTCOME"]
    by_id = {one.id: one for one in outcomes_}
    targets = [Candidate(one.start, one.end, one.label, None, one.id) for one in outcomes_]
    pairs = []
    for one in document.entities:
        if one.label in ("VALUE", "QUALIFIER"):
            outcome = values.attach(view, Candidate(one.start, one.end, one.label, None, ""), targets)
            if outcome:
                pairs.append((one, by_id[outcome.why]))
    return tuple(findings.value_relations(pairs, 1))


def _limits(view: View, kept: list[Mention]) -> list[tuple[Mention, Mention]]:
    """Figures and qualifiers with the outcome that each belongs to."""
    targets = [Candidate(one.start, one.end, one.label, None, one.id) for one in kept if one.label == "OUTCOME"]
    by_id = {one.id: one for one in kept}
    kinds = {(one.start, one.end): kind for one, kind in values.qualifier_candidates(view)}
    limits = [Candidate(start, end, "QUALIFIER", None, f"rule {kind}", 1) for (start, end), kind in kinds.items()]
    taken = [Candidate(one.start, one.end, one.label, None, "", 9) for one in kept]
    pairs: list[tuple[Mention, Mention]] = []
    for one in select([*taken, *limits, *values.value_candidates(view)]):
        if one.label not in ("VALUE", "QUALIFIER") or one.rank == 9:
            continue
        outcome = values.attach(view, one, targets)
        if outcome:
            attributes = Attributes(kind=kinds[one.start, one.end]) if one.label == "QUALIFIER" else Attributes()
            span = (one.start, one.end, one.label, view.text[one.start : one.end])
            pairs.append((Mention(f"v{len(pairs) + 1}", *span, attributes=attributes, why=one.why), by_id[outcome.why]))
    return pairs


@Language.factory("nanocart_outcomes", requires=["doc.ents"], assigns=["doc.ents"])
def create_outcomes(nlp: Language, name: str) -> OutcomeReader:
    """What spaCy calls to make the component."""
    return OutcomeReader(nlp)
