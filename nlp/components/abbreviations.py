"""`nanocart_abbreviations`: short forms that the text defines, by scispaCy's search, guarded against its faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scispacy.abbreviation import filter_matches, find_abbreviation
from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import Abbreviation, state_of, text_of, view_of

_WORD: Final = re.compile(r"[()]|[^\s()\[\],;:]+|[\[\],;:]")
# Figures and numbers, which are most of what stands in brackets.
_NO_SHORT: Final = re.compile(r"[\d\s<>=≥≤~±+.-]|[nNpP]\s?[<=>]|e\.g|i\.e")
_CITATION: Final = re.compile(
    r"et al|\b(?:19|20)\d\d\b|[a-z]\.|^[A-Z][a-z]+ (?:and|&) [A-Z][a-z]+$|^(?:Fig|Table|see|ref|n ?=|p ?[<=])", re.I
)


class AbbreviationGuard:
    """Runs scispaCy's search (Schwartz and Hearst 2003) on one pair of brackets at a time, within its sentence.

    So a definition never spans sentences; citations, figures and numbers in brackets are no short forms; and the
    words that the search sees keep their hyphens, which its offsets rely on.
    """

    def __init__(self, nlp: Language) -> None:
        self.vocab = nlp.vocab

    def __call__(self, doc: Doc) -> Doc:
        """Set the abbreviations of a document."""
        text = text_of(doc)
        if "(" not in text or state_of(doc).study.in_scope is False:
            return doc
        found: dict[str, Abbreviation] = {}
        for start, end in view_of(doc).sentences:
            if any(not _NO_SHORT.match(text, at + 1) for at in _openings(text, start, end)):
                for one in self._in_sentence(text, start, end):
                    found.setdefault(one.short, one)
        if found:
            state_of(doc).abbreviations = tuple(found.values())
        return doc

    def _in_sentence(self, text: str, start: int, end: int) -> Iterator[Abbreviation]:
        spans = [match.span() for match in _WORD.finditer(text, start, end)]
        words = [text[a:b] for a, b in spans]
        spaces = [b < following for (_, b), (following, _) in zip(spans, [*spans[1:], (end, end)], strict=True)]
        shadow = Doc(self.vocab, words=words, spaces=spaces)
        for opening, closing in _brackets(words):
            for candidate, short in filter_matches([(0, opening + 1, closing)], shadow):
                _, long = find_abbreviation(candidate, short)
                if long is None or not len(long):
                    continue
                a, b = spans[short.start][0], spans[short.end - 1][1]
                long_a, long_b = spans[long.start][0], spans[long.end - 1][1]
                if b - a < long_b - long_a and not _CITATION.search(text[a:b]):
                    yield Abbreviation(text[a:b], a, b, long_a, long_b)


def _openings(text: str, start: int, end: int) -> Iterator[int]:
    at = text.find("(", start, end)
    while at >= 0:
        yield at
        at = text.find("(", at + 1, end)


def _brackets(words: list[str]) -> Iterator[tuple[int, int]]:
    """The innermost pairs of brackets, by word number."""
    opening = None
    for number, word in enumerate(words):
        if word == "(":
            opening = number
        elif word == ")" and opening is not None:
            if number > opening + 1:
                yield opening, number
            opening = None


@Language.factory("nanocart_abbreviations")
def create_abbreviations(nlp: Language, name: str) -> AbbreviationGuard:
    """What spaCy calls to make the component."""
    return AbbreviationGuard(nlp)
