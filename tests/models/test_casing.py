"""The case of a word, which an uncased vocabulary forgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.models.casing import CASES, case_of


@pytest.mark.parametrize(
    ("word", "case"),
    [
        ("cells", "lower"), ("5", "lower"), ("-", "lower"), ("", "lower"), ("μm", "lower"), ("β", "lower"),
        ("Lipid", "capitalised"), ("Élan", "capitalised"),
        ("CAR", "upper"), ("CD19", "upper"), ("CD19+", "upper"), ("IL2", "upper"), ("TNFΑ", "upper"),
        ("mRNA", "inner"), ("cART", "inner"), ("siRNA", "inner"),
        ("CARs", "mixed"), ("LNPs", "mixed"), ("TfR", "mixed"),
        ("T", "letter"),
    ],
)  # fmt: skip
def test_classes(word: str, case: str) -> None:
    assert CASES[case_of(word)] == case


@given(st.text(max_size=8))
def test_any_text_has_a_class(word: str) -> None:
    assert 0 <= case_of(word) < len(CASES)
