"""Comparing two systems: exact where a case can be worked out, sane where it cannot."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from nanocart.errors import NanocartError
from nanocart.eval.compare import difference, holm
from nanocart.eval.counts import Counts, total
from nanocart.eval.scores import Table

NAME = "spans/strict/six types"


def table(*counts: tuple[int, int, int]) -> Table:
    return Table(tuple(map(str, range(len(counts)))), (NAME,), np.array(counts).reshape(-1, 1, 3))


def test_a_system_does_not_differ_from_itself() -> None:
    one = table((5, 1, 2), (3, 0, 0), (0, 2, 2))
    found = difference(one, one, NAME)
    assert (found.value, found.low, found.high, found.p, found.deciding) == (0.0, 0.0, 0.0, 1.0, 0.0)


def test_the_p_value_is_that_of_all_exchanges() -> None:
    # Five documents: 32 ways to exchange the outputs, worked through one by one.
    a = [(3, 2, 2), (1, 4, 4), (4, 1, 1), (2, 3, 3), (5, 0, 0)]
    b = [(4, 1, 1), (4, 1, 1), (4, 1, 1), (1, 4, 4), (5, 0, 0)]

    def figure(rows: list[tuple[int, int, int]]) -> float:
        return total(Counts(*row) for row in rows).f1

    observed = figure(b) - figure(a)
    more = 0
    for exchanged in itertools.product([False, True], repeat=5):
        left = [y if swap else x for x, y, swap in zip(a, b, exchanged, strict=True)]
        right = [x if swap else y for x, y, swap in zip(a, b, exchanged, strict=True)]
        more += abs(figure(right) - figure(left)) >= abs(observed) - 1e-12
    found = difference(table(*a), table(*b), NAME, resamples=20_000)
    assert found.p == pytest.approx(more / 32, abs=0.015)
    assert found.value == pytest.approx(observed)
    assert found.deciding == pytest.approx(3 / 5)


def test_a_clear_difference_is_significant_and_its_interval_is_on_one_side() -> None:
    found = difference(table(*[(5, 5, 5)] * 40), table(*[(9, 1, 1)] * 40), NAME)
    assert found.p < 0.001
    assert 0 < found.low <= found.value <= found.high
    back = difference(table(*[(9, 1, 1)] * 40), table(*[(5, 5, 5)] * 40), NAME)
    assert back.value == pytest.approx(-found.value)


def test_other_documents_cannot_be_compared() -> None:
    one = table((1, 0, 0))
    with pytest.raises(NanocartError, match="different documents"):
        difference(one, Table(("x",), (NAME,), one.counts), NAME)


def test_holm_by_hand() -> None:
    # Holm 1979: the smallest times 3, the next times 2, never less than the one before, never above 1.
    assert holm([0.01, 0.02, 0.03]) == pytest.approx([0.03, 0.04, 0.04])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
