"""How a text looks to the model before it is read: the pipeline's first components, as a plain function."""

from __future__ import annotations

from collections.abc import Callable

import spacy
from spacy.tokens import Doc

from nanocart.annotations import view_of
from nanocart.rules.view import View

FRONT = ("nanocart_sentences", "nanocart_abbreviations", "nanocart_lexicon")


def looker() -> Callable[[str], View]:
    """A function that looks texts up in the lexicon, with the abbreviations that they define.

    >>> looker()("CAR-T cells work.").hits[0].end
    11
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "nanocart.Tokenizer.v1"}}})
    for name in FRONT:
        nlp.add_pipe(name, config={"entities": False} if name == "nanocart_lexicon" else {})

    def look(text: str) -> View:
        doc: Doc = nlp(text)
        return view_of(doc)

    return look
