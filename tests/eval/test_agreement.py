"""Agreement of two annotators, each figure worked by hand."""

from __future__ import annotations

import random

import pytest

from nanocart.corpora.markup import read
from nanocart.eval.agreement import Figure, decisions, differences, figures, kappa
from nanocart.schema import Document


def marked(text: str, *tail: str, id: str = "1") -> Document:
    return read("\n".join([f"id: {id}", "---", text, "---", *tail]))


FIRST = marked(
    "[[CAR-T cells|CELL_TYPE t =car]] cut severe [[tumor growth|OUTCOME o =growth response decreased affirmed]] in "
    "[[lymphoma|DISEASE d =lymphoma]].",
    "TREATS t d",
    "RESULTS_IN t o",
    "FINDING outcome=o cell_type=t direction=decreased",
    "STUDY kind=primary in_scope=yes",
)
SECOND = marked(
    "[[CAR-T cells|CELL_TYPE a =x]] cut severe [[tumor growth|OUTCOME b =y survival decreased affirmed]] in lymphoma.",
    "RESULTS_IN a b",
    "FINDING outcome=b cell_type=a direction=decreased",
    "STUDY kind=review in_scope=yes",
)


def by_name(*pairs: tuple[Document, Document]) -> dict[tuple[str, str], Figure]:
    return {(one.group, one.name): one for one in figures(pairs, resamples=100)}


def test_figures_by_hand() -> None:
    found = by_name((FIRST, SECOND))
    assert found["spans, strict", "DISEASE"].value == 0.0
    assert found["spans, strict", "six types"].value == pytest.approx(2 * 2 / 5)  # 2 alike, 1 only in the first
    assert found["relations", "TREATS"].value == 0.0
    assert found["relations", "RESULTS_IN"].value == 1.0
    assert found["findings", "whole rows"].value == 1.0
    assert found["attributes, same", "category"].value == 0.0
    assert found["attributes, same", "direction"].value == 1.0
    assert found["study card, same", "kind"].value == 0.0
    assert found["study card, same", "in_scope"].value == 1.0


def test_agreement_does_not_depend_on_the_order_of_the_sides() -> None:
    forth, back = by_name((FIRST, SECOND)), by_name((SECOND, FIRST))
    for key in forth:
        assert forth[key].value == pytest.approx(back[key].value)


def test_with_oneself_everything_agrees() -> None:
    assert {one.value for one in figures([(FIRST, FIRST)], resamples=50)} == {1.0}


def test_intervals_hold_the_figure() -> None:
    agreeing = [(FIRST, FIRST)] * 6 + [(FIRST, SECOND)] * 4
    for one in figures(agreeing, resamples=500):
        assert 0.0 <= one.low <= one.value <= one.high <= 1.0


def test_kappa_by_hand() -> None:
    # 2 of 4 alike; a: 2 and 2, b: 2 and 2, so 0.5 by chance.
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0.0
    # Cohen 1960: 0.5 observed where 0.5 is expected is 0; all alike with two labels is 1.
    assert kappa([("a", "a"), ("b", "b")]) == 1.0
    assert kappa([("a", "b"), ("b", "a")]) == -1.0
    assert kappa([("a", "a"), ("a", "a")]) == 1.0


def test_kappa_equals_scikit_learns() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    dice = random.Random(3)
    for _ in range(20):
        pairs = [(dice.choice("abc"), dice.choice("abcd")) for _ in range(30)]
        expected = metrics.cohen_kappa_score(*zip(*pairs, strict=True))
        assert kappa(pairs) == pytest.approx(expected)


def test_differences_are_listed_in_reading_order_with_their_kind() -> None:
    other = marked(
        "[[CAR-T cells|DISEASE a =x]] cut [[severe tumor growth|OUTCOME b =y survival decreased affirmed]] in lymphoma."
    )
    found = [(one.kind, one.first, one.second) for one in differences([(FIRST, other)])]
    assert found == [
        ("type", "CELL_TYPE", "DISEASE"),
        ("boundary", "", "OUTCOME"),
        ("boundary", "OUTCOME", ""),
        ("missing", "DISEASE", ""),
    ]
    [only] = [one for one in differences([(FIRST, SECOND)]) if one.kind == "category"]
    assert (only.first, only.second) == ("response", "survival")


def test_decisions_of_a_third_reader() -> None:
    other = marked(
        "[[CAR-T|CELL_TYPE a =x]] cells cut [[severe tumor growth|OUTCOME b =y response low affirmed]] in lymphoma.",
    )
    final = marked(
        "[[CAR-T cells|CELL_TYPE a =x]] cut severe [[growth|OUTCOME b =y response low affirmed]] in lymphoma.",
    )
    # Cells: the first is right; the outcome: neither; the disease: the second, which has none.
    assert decisions([(FIRST, other, final)])["spans"] == {"first": 1, "neither": 1, "second": 1}
    third = marked("CAR-T cells cut severe [[tumor growth|OUTCOME o =growth survival low affirmed]] in lymphoma.")
    assert decisions([(FIRST, SECOND, third)])["category"] == {"second": 1}
    assert decisions([(FIRST, SECOND, third)])["direction"] == {}
