"""A query as patterns over bytes: rough ones for raw XML, exact ones for the text that it shows.

A rough pattern is the words of a term, in either case, with a few characters between them. What it cannot see through
are tags and numeric character references, characters whose compared form is another one, and wide spaces; a record with
such a mark may have any term (`nanocart.screen.raw`). So nothing is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from nanocart.screen.normal import disguises, variants, words
from nanocart.screen.query import Query

_APART: Final = rb"(?:[^A-Za-z0-9<&]|&(?:lt|gt|amp|quot|apos);)"
_FAR: Final = 16
"""So many characters between two words a rough pattern sees over."""
_BEGIN: Final = rb"(?:^|[^A-Za-z0-9])"
_END: Final = rb"(?:[^A-Za-z0-9]|$)"
_LONG: Final = 5
"""Letters of a word that seldom is a part of another one."""
MARKS: Final = (
    rb"<[a-z]", rb"<DispFormula", rb"<!", rb"<\?", rb"&#",
    rb"[A-Za-z0-9](?:[^A-Za-z0-9<>&]|&(?:lt|gt|amp|quot|apos);){%d}" % (_FAR + 1),
)  # fmt: skip
"""Inline elements have names in lower case in NLM's DTD, all others but `DispFormula` begin with a capital; comments,
CDATA sections, processing instructions and numeric character references can stand within a word too."""


def exact(query: Query) -> Iterator[tuple[str, bytes]]:
    """Each group's name and the pattern of one of its terms, for matching text in either case of ASCII."""
    for name, terms in query.groups.items():
        for term in terms:
            inner = (_APART + b"+").join(b"".join(map(_char, word)) for word in words(term))
            yield name, _BEGIN + inner + (b"" if _open(term) else _END)


def rough(query: Query) -> Iterator[tuple[str, bytes]]:
    """Each group's name and a pattern that raw XML has, or a mark, if its text has one of the terms."""
    apart = _APART + b"{1,%d}" % _FAR
    for name, terms in query.groups.items():
        yield from ((name, one) for one in sorted({_rough(term, apart) for term in terms}))


def _rough(term: str, apart: bytes) -> bytes:
    found = words(term)
    inner = apart.join(b"".join(map(_char, word)) for word in found)
    # Where a long word begins and ends need not be asked.
    begin = b"" if len(found[0]) >= _LONG or (_open(term) and len(found[0]) == _LONG - 1) else _BEGIN
    return begin + inner + (b"" if _open(term) or len(found[-1]) >= _LONG else _END)


def _open(term: str) -> bool:
    return term.rstrip().endswith("*")


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
