"""Splits, near-duplicates and the sample: sizes by hand, nothing twice, nothing torn apart."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora.overlap import Overlap, near_duplicates, shingles
from nanocart.corpora.sampling import Candidate, draw, stratum
from nanocart.corpora.splitting import split
from nanocart.errors import UsageError
from nanocart.schema import Document


def document(number: int, stratum: str = "", text: str = "") -> Document:
    words = text or " ".join(f"w{number}x{at}" for at in range(12))
    return Document.of(str(number), "", words, extra={"stratum": stratum} if stratum else {})


def test_shares_hold_within_each_stratum() -> None:
    documents = [document(n, "car" if n < 20 else "nano") for n in range(40)]
    parts = split(documents, {"train": 0.8, "dev": 0.1, "test": 0.1})
    assert {name: len(part) for name, part in parts.items()} == {"train": 32, "dev": 4, "test": 4}
    assert Counter(one.extra["stratum"] for one in parts["test"]) == {"car": 2, "nano": 2}


def test_a_seed_gives_one_split_and_another_seed_another() -> None:
    documents = [document(n) for n in range(30)]
    shares = {"a": 0.5, "b": 0.5}
    assert split(documents, shares, seed=1) == split(documents, shares, seed=1)
    assert split(documents, shares, seed=1) != split(documents, shares, seed=2)


def test_near_duplicates_stay_together() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve"
    documents = [document(n) for n in range(20)] + [document(90, text=text), document(91, text=text + " thirteen")]
    for seed in range(10):
        parts = split(documents, {"a": 0.5, "b": 0.5}, seed=seed)
        assert len([1 for part in parts.values() if {"90", "91"} & {one.id for one in part}]) == 1


@given(st.integers(1, 40), st.integers(0, 3))
def test_every_document_has_one_place(size: int, seed: int) -> None:
    documents = [document(n, "xy"[n % 2]) for n in range(size)]
    parts = split(documents, {"a": 0.7, "b": 0.3}, seed=seed)
    assert sorted(one.id for part in parts.values() for one in part) == sorted(one.id for one in documents)


@pytest.mark.parametrize("shares", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}, {"a": float("nan")}])
def test_shares_must_sum_to_one(shares: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="must sum to 1"):
        split([document(1)], shares)


def test_resemblance_by_hand() -> None:
    assert shingles("One, two three four five six") == {"one two three four five", "two three four five six"}
    # 2 and 2 shingles, 1 shared: 1 of all 3 (resemblance), and half of the shorter text (what is shared).
    index = Overlap({"b": "b c d e f g"})
    assert index.near("a b c d e f", 0.3) == [("b", 0.333)]
    assert index.near("a b c d e f", 0.34) == []
    assert index.sharing("a b c d e f", 0.5) == [("b", 0.5)]
    assert near_duplicates({"a": "a b c d e f"}, {"b": "b c d e f g"}, threshold=0.3) == [("a", "b", 0.333)]


def test_strata_come_from_hint_and_text() -> None:
    assert stratum("car", "CAR T cells in 12 patients.") == "car-trial"
    assert stratum("car", "This review discusses CAR T cells.") == "car-review"
    assert stratum("nano", "Micelles.") == "nano"
    assert stratum("false_friend", "This review of 30 patients.") == "false-friend"


def test_every_quota_is_filled_and_car_abstracts_with_a_pmid_come_first() -> None:
    strata = (
        "car+nano",
        "car-trial",
        "nano-trial",
        "car",
        "car-review",
        "nano",
        "nano-review",
        "false-friend",
        "other",
    )
    pool = [
        Candidate(
            f"{name}{n}", f"{name} {n} " + " ".join(f"{name}{n}w{at}" for at in range(9)), name, "", n % 5 == 0, True
        )
        for name in strata
        for n in range(60)
    ]
    drawn = draw(pool)
    assert Counter(drawn.values()) == {"test": 122, "dev": 60}
    assert sum(id_.startswith("car+nano") for id_ in drawn) == 47
    assert {f"car{n}" for n in range(0, 60, 5)} <= set(drawn)
    assert draw(pool) == drawn
