"""Scores by name: each measure on one small document worked by hand, and what must hold for all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanocart.corpora.markup import read
from nanocart.errors import NanocartError
from nanocart.eval.counts import Counts, f1_interval
from nanocart.eval.scores import MACROS, MEASURES, Figure, count, figures
from nanocart.schema import Document, StudyFacts
from tests.strategies import documents

GOLD = read(
    """id: 1
---
[[CAR-T cells|CELL_TYPE t =car]] against [[CD19|CAR_TARGET g =cd19]] cut [[tumor growth|OUTCOME o =growth response decreased affirmed]] by [[40%|VALUE v]].
[[LNPs|NANOPARTICLE n =lnp]] caused no [[toxicity|OUTCOME x =tox toxicity reported negated]].
---
TARGETS t g
RESULTS_IN t o
RESULTS_IN n x negated
VALUE_OF v o
FINDING outcome=o cell_type=t car_target=g direction=decreased value=v
FINDING outcome=x nanoparticle=n assertion=negated
STUDY kind=primary setting=animal,in vitro n=12 in_scope=yes
"""  # noqa: E501
)
PREDICTED = read(
    """id: 1
---
[[CAR-T cells|CELL_TYPE t =car]] against [[CD19|DISEASE g =cd19]] cut tumor [[growth|OUTCOME o =growth response decreased affirmed]] by [[40%|VALUE v]].
[[LNPs|NANOPARTICLE n =lnp]] caused no [[toxicity|OUTCOME x =tox toxicity reported affirmed]].
---
RESULTS_IN t o
RESULTS_IN n x
FINDING outcome=o cell_type=t direction=decreased
FINDING outcome=x nanoparticle=n
STUDY kind=review setting=animal in_scope=yes
"""  # noqa: E501
)
BY_HAND = {
    "spans/strict/six types": Counts(3, 2, 2),  # right: cells, LNPs, toxicity
    "spans/strict/four types": Counts(2, 1, 1),
    "spans/strict/OUTCOME": Counts(1, 1, 1),
    "spans/strict/CAR_TARGET": Counts(0, 0, 1),
    "spans/strict/VALUE": Counts(1, 0, 0),
    "spans/boundary/six types": Counts(4, 1, 1),  # CD19 has the right place
    "spans/overlap/OUTCOME": Counts(2, 0, 0),
    "attributes/accuracy/assertion": Counts(0, 1, 1),  # of the one outcome with the right span
    "attributes/accuracy/direction": Counts(1, 0, 0),
    "attributes/assertion/negated": Counts(0, 0, 1),
    "attributes/assertion/affirmed": Counts(0, 1, 0),
    "relations/document/RESULTS_IN": Counts(2, 0, 0),  # "growth" overlaps "tumor growth"
    "relations/asserted/RESULTS_IN": Counts(1, 1, 1),
    "relations/mention/RESULTS_IN": Counts(1, 1, 1),
    "relations/document/five relations": Counts(2, 0, 1),
    "findings/core rows": Counts(1, 1, 1),
    "findings/whole rows": Counts(0, 2, 2),
    "findings/slots/car_target": Counts(0, 0, 1),
    "findings/slots/value": Counts(0, 0, 1),
    "findings/slots/outcome": Counts(2, 0, 0),
    "findings/evidence": Counts(2, 0, 0),
    "study/kind": Counts(0, 1, 1),
    "study/setting": Counts(1, 0, 1),
    "study/n": Counts(0, 0, 1),
    "study/phase": Counts(0, 0, 0),
    "scope": Counts(1, 0, 0),
}


def by_name(*pairs: tuple[Document, Document]) -> dict[str, Figure]:
    return {one.name: one for one in figures(count(pairs), resamples=200)}


@pytest.mark.parametrize("name", list(BY_HAND))
def test_each_measure_by_hand(name: str) -> None:
    assert by_name((GOLD, PREDICTED))[name].counts == BY_HAND[name]


def test_linking_by_hand() -> None:
    def concepts(document: Document, **ids: str) -> Document:
        entities = tuple(replace(one, concept=ids.get(one.id)) for one in document.entities)
        return replace(document, entities=entities, extra={"linked": True})

    gold = concepts(GOLD, t="NC:car-t", o="NC:growth", n="NC:lnp")  # the others have no concept
    mine = concepts(PREDICTED, t="NC:car-t", n="NC:np", x="NC:toxicity", o="NC:growth")
    found = by_name((gold, mine))
    # Found with span and type: CAR-T cells right; LNPs wrong; toxicity, which has no concept, wrong.
    assert found["linking/accuracy"].counts == Counts(1, 2, 2)
    # CAR-T cells and growth are among the document's concepts; the particle of another kind and toxicity are not.
    assert found["linking/documents"].counts == Counts(2, 2, 1)
    assert by_name((GOLD, PREDICTED))["linking/accuracy"].counts == Counts()


def test_every_measure_is_defined_in_one_sentence() -> None:
    for one in [*MEASURES.values(), *MACROS]:
        assert one.definition.count(".") == 1, one.name
        assert one.definition.endswith("."), one.name


def test_macro_averages_leave_out_rare_classes() -> None:
    found = by_name(*[(GOLD, PREDICTED)] * 20)
    # With 20 documents cells, targets and particles have 20 cases, outcomes 40; cargo and diseases have none.
    assert found["spans/strict/macro"].value == pytest.approx((1.0 + 0.0 + 1.0 + 0.5) / 4)
    assert "spans/strict/macro" not in by_name((GOLD, PREDICTED))


def test_intervals_are_those_of_the_percentile_bootstrap() -> None:
    pairs = [(GOLD, PREDICTED), (GOLD, GOLD), (GOLD, PREDICTED), (GOLD, GOLD), (GOLD, GOLD)]
    found = {one.name: one for one in figures(count(pairs), resamples=4_000, seed=3)}["spans/strict/six types"]
    alone = f1_interval([Counts(3, 2, 2), Counts(5), Counts(3, 2, 2), Counts(5), Counts(5)], resamples=4_000, seed=3)
    assert (found.low, found.high) == pytest.approx(alone)


def test_another_text_is_refused() -> None:
    with pytest.raises(NanocartError, match="not the same text"):
        count([(GOLD, replace(PREDICTED, text=GOLD.text + " "))])


@given(documents())
@settings(max_examples=40)
def test_a_perfect_prediction_is_perfect_and_an_empty_one_finds_nothing(document: Document) -> None:
    found = by_name((document, document))
    # A row without evidence has no sentence that could be right.
    assert {one.value for name, one in found.items() if name != "findings/evidence"} == {1.0}
    empty = replace(document.without_annotations(), study=StudyFacts())
    for name, one in by_name((document, empty)).items():
        if name.startswith(("spans/", "relations/", "findings/")):
            assert one.counts is None or one.counts.tp == 0
            assert one.recall in (0.0, 1.0, None)


@given(documents(), st.randoms())
@settings(max_examples=30)
def test_the_order_of_mentions_and_rows_does_not_matter(document: Document, dice: object) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(dice.sample(items, len(items)))  # type: ignore[attr-defined]

    other = replace(
        document,
        entities=shuffled(document.entities),
        relations=shuffled(document.relations),
        findings=shuffled(document.findings),
    )
    assert (count([(document, other)]).counts == count([(document, document)]).counts).all()


def test_repairing_an_error_never_lowers_a_figure() -> None:
    repaired = replace(
        PREDICTED, entities=tuple(GOLD.mention("g") if one.id == "g" else one for one in PREDICTED.entities)
    )
    before, after = by_name((GOLD, PREDICTED)), by_name((GOLD, repaired))
    for name, one in before.items():
        if name.startswith("spans/"):
            assert after[name].value >= one.value, name
