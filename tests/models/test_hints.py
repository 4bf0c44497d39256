"""What the lexicon says of each word."""

from __future__ import annotations

import numpy as np

from nanocart.lexicon import Concept, Lexicon
from nanocart.models.hints import HINTS, hints
from nanocart.tokenizer import words

LEXICON = Lexicon(
    [
        Concept("X:1", "lipid nanoparticle", "NANOPARTICLE", ("?NP",)),
        Concept("X:2", "shopping cart", "NONE"),
        Concept("X:3", "CAR-T cell", "CELL_TYPE"),
    ]
)


def read(text: str) -> list[str]:
    offsets = np.array(words(text), dtype=np.int32).reshape(-1, 2)
    return [HINTS[at] for at in hints(offsets, LEXICON.matches(text))]


def test_a_term_has_a_beginning_and_an_inside() -> None:
    assert read("Lipid nanoparticles work.") == ["B-NANOPARTICLE-strong", "I-NANOPARTICLE-strong", "none", "none"]
    assert read("CAR-T cells")[:4] == ["B-CELL_TYPE-strong", *["I-CELL_TYPE-strong"] * 3]


def test_a_weak_name_says_so() -> None:
    assert read("an NP") == ["none", "B-NANOPARTICLE-weak"]


def test_a_false_friend_is_one() -> None:
    assert read("a shopping cart") == ["none", "NONE", "NONE"]


def test_nothing() -> None:
    assert read("") == []
    assert read("mice die") == ["none", "none"]
