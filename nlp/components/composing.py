"""A spaCy pipeline out of nanocart's components."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import spacy
from spacy.language import Language

from nanocart.components.lexicon import LexiconMatcher
from nanocart.lexicon import Lexicon


def composed(names: Iterable[str], files: Sequence[str] = (), **settings: dict[str, Any]) -> Language:
    """The components, in order, over nanocart's tokeniser; the lexicon with the rows of the user's `files`.

    `settings` are those of components, by name.

    Raises `LexiconError` where the rows contradict each other or the shipped ones.

    >>> composed(["nanocart_sentences"]).pipe_names
    ['nanocart_sentences']
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "nanocart.Tokenizer.v1"}}})
    for name in names:
        nlp.add_pipe(name, config=settings.get(name, {"entities": False} if name == "nanocart_lexicon" else {}))
        matcher = nlp.get_pipe(name)
        if files and isinstance(matcher, LexiconMatcher):
            # Not by the configuration, which would ask for the files again when a saved pipeline is loaded.
            matcher.lexicon = Lexicon.shipped(*files)
    return nlp
