"""Figures that follow from counts, worked by hand, and the bootstrap's properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.eval.counts import Counts, f1_interval, total

COUNTS = st.builds(Counts, st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))


@pytest.mark.parametrize(
    ("counts", "precision", "recall", "f1"),
    [
        (Counts(3, 1, 2), 3 / 4, 3 / 5, 6 / 9),
        (Counts(5, 0, 0), 1.0, 1.0, 1.0),
        (Counts(0, 2, 3), 0.0, 0.0, 0.0),
        (Counts(0, 0, 3), 0.0, 0.0, 0.0),  # nothing was claimed, though there was something to find
        (Counts(0, 3, 0), 0.0, 0.0, 0.0),  # something was claimed, though there was nothing to find
        (Counts(0, 0, 0), 1.0, 1.0, 1.0),  # nothing to find and nothing claimed
    ],
)
def test_figures(counts: Counts, precision: float, recall: float, f1: float) -> None:
    assert (counts.precision, counts.recall, counts.f1) == pytest.approx((precision, recall, f1))


@given(COUNTS)
def test_f1_is_the_harmonic_mean(counts: Counts) -> None:
    p, r = counts.precision, counts.recall
    assert counts.f1 == pytest.approx(2 * p * r / (p + r) if p + r else 0.0)
    assert 0 <= min(p, r) <= counts.f1 <= max(p, r) <= 1 or counts.f1 == pytest.approx(p) == pytest.approx(r)


@given(st.lists(COUNTS))
def test_the_total_is_the_sum_and_order_does_not_matter(counts: list[Counts]) -> None:
    assert total(counts) == total(reversed(counts))
    assert total(counts).tp == sum(one.tp for one in counts)
    assert total(counts).fp == sum(one.fp for one in counts)
    assert total(counts).fn == sum(one.fn for one in counts)


def test_a_total_keeps_equal_counts_apart() -> None:
    assert total([Counts(1, 0, 0), Counts(1, 0, 0)]) == Counts(2, 0, 0)
    assert total([]) == Counts()


@given(st.lists(COUNTS, min_size=1, max_size=12))
def test_an_interval_lies_within_what_single_documents_reach(counts: list[Counts]) -> None:
    low, high = f1_interval(counts, resamples=200)
    assert 0 <= low <= high <= 1
    # A micro-F1 over any draw lies between the lowest and the highest F1 of a document (empty ones aside).
    single = [one.f1 for one in counts if one != Counts()]
    assert min(single, default=1) - 1e-9 <= low
    assert high <= max([*single, 1.0 if Counts() in counts else 0.0], default=1) + 1e-9


def test_documents_that_agree_leave_no_doubt() -> None:
    assert f1_interval([Counts(1, 1, 0)] * 5, resamples=100) == pytest.approx((2 / 3, 2 / 3))
    assert f1_interval([]) == (1.0, 1.0)
    assert f1_interval([Counts()]) == (1.0, 1.0)


def test_the_same_seed_gives_the_same_interval_and_a_higher_level_a_wider_one() -> None:
    counts = [Counts(3, 1, 0), Counts(0, 2, 2), Counts(5, 0, 1), Counts(1, 1, 4)]
    assert f1_interval(counts, seed=3) == f1_interval(iter(counts), seed=3)
    narrow, wide = f1_interval(counts, level=0.5), f1_interval(counts, level=0.99)
    assert wide[0] <= narrow[0] <= total(counts).f1 <= narrow[1] <= wide[1]
    assert wide[1] - wide[0] > narrow[1] - narrow[0]


def test_more_documents_narrow_the_interval() -> None:
    few = [Counts(1, 0, 0), Counts(0, 1, 1)] * 4
    low, high = f1_interval(few)
    low_many, high_many = f1_interval(few * 16)
    assert high_many - low_many < (high - low) / 2


def test_a_bootstrap_worked_by_hand() -> None:
    """Two documents, one right and one wrong: a draw of two has F1 1, 1/2 or 0 in 1, 2 and 1 of 4 cases."""
    counts = [Counts(1, 0, 0), Counts(0, 1, 1)]
    assert f1_interval(counts, level=0.9) == (0.0, 1.0)
    assert f1_interval(counts, level=0.4) == (0.5, 0.5)
