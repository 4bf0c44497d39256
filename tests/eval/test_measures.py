"""Measures over small documents, each figure worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given

from nanocart.corpora.markup import read
from nanocart.eval import measures
from nanocart.eval.counts import Counts
from nanocart.schema import ENTITY_LABELS, SIGNATURES, Document
from tests.strategies import documents


def marked(text: str, *tail: str) -> Document:
    return read("\n".join(["id: 1", "---", text, "---", *tail]))


GOLD = marked(
    "[[Lipid nanoparticles|NANOPARTICLE n1 =lnp]] ([[LNPs|NANOPARTICLE n2 =lnp]]) took [[siRNA|CARGO c1 =rna]] to "
    "[[T cells|CELL_TYPE t1 =t]] and cut [[fibrosis|OUTCOME o1 =fib]].",
    "CARRIES n1 c1",
    "DELIVERED_TO n2 t1 negated",
    "RESULTS_IN n1 o1",
    "FINDING outcome=o1 nanoparticle=n1 direction=decreased",
)


def test_spans_are_strict_in_start_end_and_label() -> None:
    predicted = marked(
        "[[Lipid nanoparticles|NANOPARTICLE]] (LNPs) took [[siRNA|DISEASE]] to [[T|CELL_TYPE]] cells "
        "and cut [[fibrosis|OUTCOME]]."
    )
    # Right: the long form and fibrosis. Spurious: siRNA (label), T (end). Missed: LNPs, siRNA, T cells.
    assert measures.spans(GOLD, predicted) == Counts(2, 2, 3)
    assert measures.spans(GOLD, predicted, ["NANOPARTICLE"]) == Counts(1, 0, 1)
    assert measures.spans(GOLD, predicted, ["CAR_TARGET"]) == Counts(0, 0, 0)


def test_relations_are_compared_over_clusters() -> None:
    predicted = marked(
        "Lipid nanoparticles ([[LNPs|NANOPARTICLE a]]) took [[siRNA|CARGO b]] to [[T cells|CELL_TYPE c]] "
        "and cut [[fibrosis|OUTCOME d]].",
        "CARRIES a b",  # by the short form: the same cluster
        "DELIVERED_TO a c",  # the assertion does not count
        "RESULTS_IN c d",  # another agent
    )
    assert measures.relations(GOLD, predicted, ["CARRIES"]) == Counts(1, 0, 0)
    assert measures.relations(GOLD, predicted, ["DELIVERED_TO"]) == Counts(1, 0, 0)
    assert measures.relations(GOLD, predicted, ["RESULTS_IN"]) == Counts(0, 1, 1)
    assert measures.relations(GOLD, predicted, SIGNATURES) == Counts(2, 1, 1)


def test_a_relation_that_is_said_twice_counts_once() -> None:
    predicted = marked(
        "[[Lipid nanoparticles|NANOPARTICLE n1]] ([[LNPs|NANOPARTICLE n2]]) took [[siRNA|CARGO c1]] to T cells "
        "and cut fibrosis.",
        "CARRIES n1 c1",
        "CARRIES n2 c1",
    )
    assert measures.relations(GOLD, predicted, ["CARRIES"]) == Counts(1, 0, 0)


def test_a_prediction_takes_the_cluster_that_it_overlaps_most() -> None:
    text = "Lipid nanoparticles (LNPs) took siRNA to T cells and cut fibrosis."
    predicted = marked(
        text.replace("nanoparticles (LNPs)", "[[nanoparticles (LNPs)|NANOPARTICLE n9 =x]]").replace(
            "cut", "[[cut|CARGO c9 =y]]"
        )
    )
    _, clusters = measures.both_clusters(GOLD, predicted)
    assert clusters["n9"] == ("NANOPARTICLE", "lnp")
    assert clusters["c9"] == ("spurious", "CARGO", "y")


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("FINDING outcome=o1 nanoparticle=n2 direction=decreased", Counts(1, 0, 0)),
        (
            "FINDING outcome=o1 nanoparticle=n1 cargo=c1 direction=decreased",
            Counts(1, 0, 0),
        ),  # other slots do not count
        ("FINDING outcome=o1 nanoparticle=n1 direction=increased", Counts(0, 1, 1)),
        ("FINDING outcome=o1 nanoparticle=n1 direction=decreased assertion=speculated", Counts(0, 1, 1)),
        ("FINDING outcome=o1 nanoparticle=n1 cell_type=t1 direction=decreased", Counts(0, 1, 1)),
        ("FINDING outcome=o1 direction=decreased", Counts(0, 1, 1)),
        ("# none", Counts(0, 0, 1)),
    ],
)
def test_the_core_of_a_row(line: str, counts: Counts) -> None:
    predicted = marked(
        "[[Lipid nanoparticles|NANOPARTICLE n1]] ([[LNPs|NANOPARTICLE n2]]) took [[siRNA|CARGO c1]] to "
        "[[T cells|CELL_TYPE t1]] and cut [[fibrosis|OUTCOME o1]].",
        line,
    )
    assert measures.core_rows(GOLD, predicted) == counts


@given(documents())
def test_gold_against_itself_is_perfect_and_nothing_misses_all(document: Document) -> None:
    nothing = document.without_annotations()
    for measure in (measures.spans, lambda a, b: measures.relations(a, b, SIGNATURES), measures.core_rows):
        same = measure(document, document)
        assert (same.fp, same.fn) == (0, 0)
        assert measure(document, nothing) == Counts(0, 0, same.tp)
        assert measure(nothing, document).tp == 0
        assert measure(nothing, document).fp > 0 or same.tp == 0
    wanted = sum(one.label in ENTITY_LABELS for one in document.entities)
    assert measures.spans(document, document).tp == wanted
