"""What rules and lexicon say of each word."""

from __future__ import annotations

import numpy as np

from nanocart.lexicon import Concept, Lexicon
from nanocart.models.hints import HINTS, hints
from nanocart.rules.view import View
from nanocart.tokenizer import words

LEXICON = Lexicon(
    [
        Concept("X:1", "lipid nanoparticle", "NANOPARTICLE"),
        Concept("X:2", "shopping cart", "NONE"),
        Concept("X:3", "CAR-T cell", "CELL_TYPE"),
        Concept("X:4", "CD19", "CAR_TARGET"),
        Concept("X:5", "small molecule", "CARGO", ("?drug",)),
    ]
)


def read(text: str) -> list[str]:
    offsets = np.array(words(text), dtype=np.int32).reshape(-1, 2)
    return [HINTS[at] for at in hints(offsets, View(text, LEXICON.matches(text)))]


def test_what_the_rules_propose_has_a_beginning_and_an_inside() -> None:
    assert read("Lipid nanoparticles work.") == ["B-NANOPARTICLE-rule", "I-NANOPARTICLE-rule", "none", "none"]
    assert read("CAR-T cells")[:4] == ["B-CELL_TYPE-rule", *["I-CELL_TYPE-rule"] * 3]


def test_a_term_that_the_rules_leave_is_of_the_lexicon_alone() -> None:
    # CD19 of a cell that no CAR is said to bind is no CAR target.
    assert read("CD19 of mice") == ["B-CAR_TARGET-strong", "none", "none"]


def test_a_name_that_needs_context_says_so() -> None:
    assert read("a drug") == ["none", "B-CARGO-weak"]


def test_a_false_friend_is_one() -> None:
    assert read("a shopping cart") == ["none", "NONE", "NONE"]


def test_nothing() -> None:
    assert read("") == []
    assert read("mice die") == ["none", "none"]
