"""A query as patterns over the bytes of XML.

A pattern stands for a term: its rarest word, in either case, or the term itself where all its words are common. What
patterns cannot see through are tags and numeric character references within words, and characters whose compared form
is another one; a record with such a mark may have any term (`nanocart.screen.raw`). So nothing is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Final

from nanocart.screen.normal import disguises, variants, words
from nanocart.screen.query import Query

_APART: Final = rb"(?:[^A-Za-z0-9<&]|&(?:lt|gt|amp|quot|apos);|<[^<>]*>)+"
_PLAINLY_APART: Final = rb"[^A-Za-z0-9]+"
_AFTER_MARKUP: Final = rb"(?:>|&(?:lt|gt|amp|quot|apos);)[^A-Za-z0-9<&]*"
_BEGIN: Final = rb"(?:^|[^A-Za-z0-9])"
_END: Final = rb"(?:[^A-Za-z0-9]|$)"
_LONG: Final = 5
"""Letters of a word that seldom is a part of another one."""
_RANK: Final = 600
"""So many of the commonest words, which one in thirty abstracts has or more, stand for no term."""
MARKS: Final = (rb"<[a-z]", rb"<DispFormula", rb"<!", rb"<\?", rb"&#")
"""Inline elements have names in lower case in NLM's DTD, all others but `DispFormula` begin with a capital; comments,
CDATA sections, processing instructions and numeric character references can stand within a word too."""


def patterns(query: Query) -> Iterator[tuple[str, bytes]]:
    """Each group's name and a pattern that the XML of every text with one of its terms has, where it has no mark."""
    for name, terms in query.groups.items():
        yield from ((name, one) for one in sorted({one for term in terms for one in _patterns(term)}))


def _patterns(term: str) -> Iterator[bytes]:
    found = words(term)
    open_ = term.rstrip().endswith("*")
    ends = [open_ and at == len(found) - 1 for at in range(len(found))]
    at = max(range(len(found)), key=lambda at: (_rank(found[at], ends[at]), len(found[at])))
    word = found[at]
    if not word.isascii() or _rank(word, ends[at]) < _RANK or len(word) < (_LONG - 1 if ends[at] else 2):
        first, *rest = (b"".join(map(_char, one)) for one in found)
        after = _APART.join(rest) + (b"" if open_ else _END)
        if len(first) == 1 and rest:
            # A single letter stands everywhere, and Hyperscan is slow to follow what may come after it; what parts two
            # words is a tag or a reference, with no letter behind it, or there is none.
            yield _BEGIN + first + _PLAINLY_APART + after
            yield _AFTER_MARKUP + after
        else:
            yield _BEGIN + first + (_APART if rest else b"") + after
    elif len(word) >= _LONG - ends[at]:
        yield word.encode()
    else:
        yield _BEGIN + word.encode() + _END


def _rank(word: str, ends: bool) -> int:
    """The rank of the commonest word that the pattern of a word meets: one that it is, or is a part of."""
    part = len(word) >= _LONG - ends
    ranks = _ranks()
    return (
        next((rank for one, rank in ranks.items() if word in one), len(ranks)) if part else ranks.get(word, len(ranks))
    )


@cache
def _ranks() -> dict[str, int]:
    """The common words of biomedical abstracts by their rank."""
    lines = (files("nanocart") / "data" / "common_words.txt").read_text("utf-8").splitlines()
    return {word: rank for rank, word in enumerate(line for line in lines if not line.startswith("#"))}


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
