"""A query as patterns over the raw bytes of XML, and the marks of bytes that such patterns may not see through.

A pattern is plain: the words of a term in UTF-8, in either case, with anything between them that parts words. What it
cannot see through are tags and numeric character references within words, and characters whose compared form is another
one; a record with such a mark is looked at in its compared form instead (`nanocart.screen.raw`). So nothing is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from nanocart.screen.normal import disguises, variants, words
from nanocart.screen.query import Query

_APART: Final = rb"(?:[^A-Za-z0-9<&]|&(?:lt|gt|amp|quot|apos);)+"
_BEGIN: Final = rb"(?:^|[^A-Za-z0-9])"
_END: Final = rb"(?:[^A-Za-z0-9]|$)"
MARKS: Final = (rb"<[a-z]", rb"<DispFormula", rb"<!", rb"<\?", rb"&#")
"""Inline elements have names in lower case in NLM's DTD, all others but `DispFormula` begin with a capital; comments,
CDATA sections, processing instructions and numeric character references can stand within a word too."""


def patterns(query: Query) -> Iterator[tuple[str, bytes]]:
    """Each group's name and the pattern of one of its terms, for matching in either case of ASCII."""
    for name, terms in query.groups.items():
        for term in terms:
            yield name, _pattern(term)


def _pattern(term: str) -> bytes:
    inner = _APART.join(b"".join(map(_char, word)) for word in words(term))
    return _BEGIN + inner + (b"" if term.rstrip().endswith("*") else _END)


def _char(char: str) -> bytes:
    if char.isascii():
        return char.encode()
    return b"(?:" + b"|".join(sorted(re.escape(one.encode()) for one in {*variants(char), char})) + b")"


def disguised() -> bytes:
    """One pattern for the characters beyond ASCII that may hide a letter or a figure; their case matters."""
    encoded = sorted(one.encode() for one in disguises())
    parts = []
    for head, group in groupby(encoded, key=lambda one: one[:-1]):
        parts.append(re.escape(head) + b"[" + b"".join(_ranges(one[-1] for one in group)) + b"]")
    return b"|".join(parts)


def _ranges(values: Iterable[int]) -> Iterator[bytes]:
    found = sorted(values)
    for _, run in groupby(enumerate(found), key=lambda item: item[1] - item[0]):
        ends = [value for _, value in run]
        first, last = f"\\x{ends[0]:02x}".encode(), f"\\x{ends[-1]:02x}".encode()
        yield first if len(ends) == 1 else first + b"-" + last
