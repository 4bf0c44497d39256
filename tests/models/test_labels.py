"""Tags of words: encoding, decoding, and the best sequence that is legal."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nanocart.models.labels import Tags

TWO = Tags(("A", "B"))  # O, B-A, I-A, B-B, I-B


def legal(tags: list[int]) -> bool:
    """Every I-x follows B-x or I-x."""
    return all(tag == 0 or tag % 2 == 1 or (at > 0 and tags[at - 1] in (tag, tag - 1)) for at, tag in enumerate(tags))


def test_names_and_numbers() -> None:
    assert TWO.names == ("O", "B-A", "I-A", "B-B", "I-B")
    assert TWO.encode([(0, 2, "B"), (2, 3, "A")], 4) == [3, 4, 1, 0]
    assert TWO.decode([3, 4, 1, 0]) == [(0, 2, "B"), (2, 3, "A")]


def test_two_mentions_of_one_label_side_by_side_stay_two() -> None:
    assert TWO.decode(TWO.encode([(0, 1, "A"), (1, 3, "A")], 3)) == [(0, 1, "A"), (1, 3, "A")]


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        # I-A alone scores most, but nothing may begin with it.
        ([[0, 1, 9, 0, 0]], [1]),
        # B-A 3 + I-A 2 beats O 4 + nothing that could follow it better than 0.
        ([[4, 3, 0, 0, 0], [0, 0, 2, 0, 0]], [1, 2]),
        # The second word wants I-B after B-A: either B-B I-B (2 + 5) or B-A and O (3 + 0).
        ([[0, 3, 0, 2, 0], [0, 0, 0, 0, 5]], [3, 4]),
    ],
)
def test_worked_examples(scores: list[list[float]], best: list[int]) -> None:
    assert TWO.best(np.array(scores, dtype=float)) == best


def test_no_words_no_tags() -> None:
    assert TWO.best(np.zeros((0, 5))) == []


@given(arrays.arrays(np.float32, st.tuples(st.integers(1, 4), st.just(5)), elements=st.floats(-9, 9, width=16)))
def test_the_best_of_all_legal_sequences(scores: np.ndarray) -> None:
    found = TWO.best(scores)
    assert legal(found)
    total = sum(scores[at, tag] for at, tag in enumerate(found))
    every = (list(one) for one in product(range(5), repeat=len(scores)))
    best = max(sum(scores[at, tag] for at, tag in enumerate(one)) for one in every if legal(one))
    assert total == pytest.approx(best, abs=1e-3)


@given(st.lists(st.sampled_from(["A", "B"]), max_size=5), st.data())
def test_round_trip(labels: list[str], data: st.DataObject) -> None:
    spans, at = [], 0
    for label in labels:
        start = at + data.draw(st.integers(0, 2))
        at = start + data.draw(st.integers(1, 3))
        spans.append((start, at, label))
    assert TWO.decode(TWO.encode(spans, at + 1)) == spans
