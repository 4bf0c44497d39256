"""Findings row by row, each figure worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given

from nanocart.corpora.markup import read
from nanocart.eval.counts import Counts
from nanocart.eval.rows import ROW_SLOTS, pair
from nanocart.schema import Document
from tests.strategies import documents

TEXT = (
    "[[CAR-T cells|CELL_TYPE t1 =car]] against [[CD19|CAR_TARGET g =cd19]] cut [[tumor growth|OUTCOME o1 =growth]] and "
    "caused [[CRS|OUTCOME o2 =crs]] in [[79%|VALUE v1]], [[grade 3|QUALIFIER q1 grade]] [[CRS|OUTCOME o3 =crs]] in "
    "[[11%|VALUE v2]]. [[NK cells|CELL_TYPE t2 =nk]] did not."
)


def rows(*lines: str) -> Document:
    return read("\n".join(["id: 1", "---", TEXT, "---", *lines]))


GOLD = rows(
    "FINDING outcome=o1 cell_type=t1 car_target=g direction=decreased",
    "FINDING outcome=o2 cell_type=t1 value=v1",
    "FINDING outcome=o3 cell_type=t1 value=v2 qualifier=q1",
)


def test_a_document_agrees_with_itself() -> None:
    pairing = pair(GOLD, GOLD)
    # 3 outcomes, 3 cells, 1 target, 3 directions, 3 assertions, 2 values, 1 qualifier.
    assert pairing.slots() == Counts(16, 0, 0)
    assert pairing.whole() == Counts(3, 0, 0)
    assert pairing.evidence == (True, True, True)


def test_rows_of_one_outcome_are_paired_so_that_most_agrees() -> None:
    # The same rows in another order: 79% and 11% must not be crossed.
    other = rows(
        "FINDING outcome=o3 cell_type=t1 value=v2 qualifier=q1",
        "FINDING outcome=o2 cell_type=t1 value=v1",
        "FINDING outcome=o1 cell_type=t1 car_target=g direction=decreased",
    )
    assert pair(GOLD, other).whole() == Counts(3, 0, 0)


def test_slots_are_counted_one_by_one() -> None:
    other = rows(
        "FINDING outcome=o1 cell_type=t1,t2 direction=increased",  # a cell too many, no target, another direction
        "FINDING outcome=o2 cell_type=t1 value=v1",
    )
    pairing = pair(GOLD, other)
    assert pairing.slots(("cell_type",)) == Counts(2, 1, 1)
    assert pairing.slots(("car_target",)) == Counts(0, 0, 1)
    assert pairing.slots(("direction",)) == Counts(1, 1, 2)
    assert pairing.slots(("value",)) == Counts(1, 0, 1)
    assert pairing.whole() == Counts(1, 1, 2)


def test_rows_of_other_outcomes_are_never_paired() -> None:
    gold = rows("FINDING outcome=o1 cell_type=t1 direction=decreased")
    other = rows("FINDING outcome=o2 cell_type=t1 direction=decreased")
    pairing = pair(gold, other)
    assert pairing.paired == ()
    assert pairing.slots() == Counts(0, 4, 4)
    assert pairing.whole() == Counts(0, 1, 1)


def test_evidence_must_hold_the_outcome() -> None:
    # The second sentence does not hold the growth of the tumor.
    other = rows("FINDING outcome=o1 cell_type=t1 evidence=t2")
    assert pair(rows("FINDING outcome=o1 cell_type=t1"), other).evidence == (False,)


def test_without_rows_nothing_is_wrong() -> None:
    pairing = pair(rows(), rows())
    assert (pairing.slots(), pairing.whole()) == (Counts(), Counts())
    assert pair(GOLD, rows()).slots() == Counts(0, 0, 16)


@given(documents())
def test_every_document_has_its_own_rows(document: Document) -> None:
    pairing = pair(document, document)
    assert pairing.whole() == Counts(len(document.findings), 0, 0)
    assert pairing.slots().f1 == pytest.approx(1.0)
    assert set(ROW_SLOTS) >= {"value", "qualifier", "compared_with"}
