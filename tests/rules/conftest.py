"""Cases as a person reads them: a sentence with its mentions in brackets.

`[LNPs]` is a mention of the type that the test is about, `[CD19|CAR_TARGET]` one of another type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from nanocart.schema import ENTITY_LABELS, Document, Mention

if TYPE_CHECKING:
    from spacy.language import Language

_MARK = re.compile(r"\[([^\[\]|]+)(?:\|([A-Z_]+))?\]")
Read = Callable[[str], Document]
Spans = Callable[..., None]


@pytest.fixture
def read(unscoped: Language) -> Read:
    """The document that the rules make of a text, whatever the text is about."""
    return lambda text: unscoped(text)._.document


@pytest.fixture
def spans(read: Read) -> Spans:
    """`spans(marked, "CELL_TYPE")`: exactly the marked mentions of that type are found (of all six without one)."""

    def check(marked: str, label: str = "") -> None:
        text, wanted, at = "", [], 0
        for match in _MARK.finditer(marked):
            text += marked[at : match.start()]
            wanted.append((len(text), match[1], match[2] or label))
            text += match[1]
            at = match.end()
        text += marked[at:]
        labels = (label,) if label else ENTITY_LABELS
        found = [(one.start, one.text, one.label) for one in read(text).entities if one.label in labels]
        assert found == [one for one in wanted if one[2] in labels]

    return check


def weak(why: str, *case: object) -> object:
    """A case that the annotation scheme demands and the rules do not meet yet."""
    return pytest.param(*case, marks=pytest.mark.xfail(strict=False, reason=f"known weakness: {why}"))


def the(document: Document, text: str) -> Mention:
    """The first mention with that text."""
    return next(one for one in document.entities if one.text == text)


def stated(document: Document, *labels: str) -> set[tuple[str, str, str, str]]:
    """Relations as (label, text of the head, text of the tail, assertion)."""
    return {
        (one.label, document.mention(one.head).text, document.mention(one.tail).text, one.assertion)
        for one in document.relations
        if one.label in labels
    }
