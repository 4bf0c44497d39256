"""What is chosen on dev for a trained model: how likely a mention has to be."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")

from nanocart.models.learning.calibrating import standing_from
from nanocart.schema import Document, Mention

TEXT = "LNPs and " * 120


def mention(number: int, confidence: float | None = None, label: str = "NANOPARTICLE") -> Mention:
    start = 9 * number
    return Mention(f"e{number}", start, start + 4, label, "LNPs", confidence=confidence)


def document(*mentions: Mention) -> Document:
    return Document("1", "", TEXT, entities=mentions)


def test_a_mention_has_to_be_as_likely_as_is_best_on_dev() -> None:
    gold = document(mention(0), mention(1))
    found = document(mention(0, 0.9), mention(1, 0.6), mention(2, 0.3), mention(3, 0.55))
    # F1 is 2/3 with all four, 4/5 without the one at 0.3, 1 without both wrong ones, 2/3 with the first alone.
    assert standing_from([(gold, found)], "NANOPARTICLE") == pytest.approx(0.6)


def test_of_thresholds_that_differ_by_chance_the_middle_one_is_taken() -> None:
    gold = document(*(mention(at) for at in range(100)))
    found = document(mention(0, 0.2), *(mention(at, 0.42) for at in range(1, 100)), mention(110, 0.2))
    # F1 is 200 / 201 up to 0.2, 198 / 199 up to 0.4, where all that is left is right, and 0 from 0.45 on.
    assert standing_from([(gold, found)], "NANOPARTICLE") == pytest.approx(0.2)


def test_other_labels_do_not_count() -> None:
    gold = document(mention(0))
    found = document(mention(0, 0.2), mention(1, 0.3, "DISEASE"))
    assert standing_from([(gold, found)], "NANOPARTICLE") <= 0.2
    assert standing_from([(gold, found)], "DISEASE") > 0.3  # what is always wrong does not stand
