"""The tokeniser comes apart where a mention may end, and stays whole elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import CHARACTERS

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.mark.parametrize(
    "cut",
    [
        "CD3ζ",
        "IFN|-|γ|+",
        "CAR|-|T|/|NK",
        "anti|-|CD19| CAR",
        "mRNA|-|LNPs",
        "mRNA|–|LNPs",
        "CD19|CAR",
        "CD3|,|CD4",
        "CD8|+| T",
        "FoxP3|−",
        "IL|-|2|/|IL|-|15",
        "(|n| =| 12|)",
        "p|<|0.001",
        "10,000| cells",
        "1.5| mg",
        "given| i.v.| daily",
        "LNPs|,| e.g.| of| lipids",
        "gold| vs.| silver",
        "Smith| et| al.| said",
        "poly|(|I|:|C|)",
        "grew|.|Then",
        "nab|-|paclitaxel|®",
    ],
)
def test_tokens(nlp: Language, cut: str) -> None:
    """A bar marks where one token ends."""
    assert [token.text for token in nlp.make_doc(cut.replace("|", ""))] == [part.strip() for part in cut.split("|")]


@given(st.text(CHARACTERS + "\n\t", max_size=80) | st.text(max_size=40))
def test_the_text_is_never_changed(nlp: Language, text: str) -> None:
    doc = nlp.make_doc(text)
    assert doc.text == text
    assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)
