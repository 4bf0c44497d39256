"""What is chosen on dev for a trained model: how likely a mention has to be."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")

from nanocart.models.learning.calibrating import lowest
from nanocart.schema import Document, Mention

TEXT = "LNPs and LNPs and LNPs and LNPs."


def mention(number: int, confidence: float | None = None, label: str = "NANOPARTICLE") -> Mention:
    start = 9 * number
    return Mention(f"e{number}", start, start + 4, label, "LNPs", confidence=confidence)


def document(*mentions: Mention) -> Document:
    return Document("1", "", TEXT, entities=mentions)


def test_a_mention_has_to_be_as_likely_as_is_best_on_dev() -> None:
    gold = document(mention(0), mention(1))
    found = document(mention(0, 0.9), mention(1, 0.6), mention(2, 0.3), mention(3, 0.55))
    # F1 is 2/3 with all four, 4/5 without the one at 0.3, 1 without both wrong ones, 2/3 with the first alone.
    assert lowest([(gold, found)], "NANOPARTICLE") == pytest.approx(0.6)


def test_where_nothing_is_gained_every_mention_stands() -> None:
    gold = document(mention(0), mention(1))
    assert lowest([(gold, document(mention(0, 0.9), mention(1, 0.1)))], "NANOPARTICLE") == 0
    assert lowest([(gold, document())], "NANOPARTICLE") == 0


def test_other_labels_do_not_count() -> None:
    gold = document(mention(0))
    found = document(mention(0, 0.2), mention(1, 0.3, "DISEASE"))
    assert lowest([(gold, found)], "NANOPARTICLE") == 0
    assert lowest([(gold, found)], "DISEASE") > 0.3  # what is always wrong does not stand
