"""Finding, in the raw bytes of PubMed XML, the records whose title or abstract may match a query.

What is found is a superset of what would be found by parsing every record and matching its text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import accumulate
from typing import Final

from nanocart.screen.patterns import MARKS, disguised, patterns
from nanocart.screen.query import Query

Hits = list[tuple[int, str]]
"""Where matches end, in order, and their group; `MARK` for what patterns cannot see through."""
MARK: Final = ""
_STARTS: Final = (b"<PubmedArticle", b"<PubmedBookArticle")
_ENDS: Final = (b"</PubmedArticle>", b"</PubmedBookArticle>")
_TEXT: Final = re.compile(rb"<(?:Article|Book|Vernacular)Title\b|<(?:Other)?Abstract\b")
_TEXT_ENDS: Final = (b"</OtherAbstract", b"</Abstract", b"</VernacularTitle", b"</ArticleTitle", b"</BookTitle")
_INLINE: Final = re.compile(rb"</?(?:[a-z]|DispFormula)[^<>]*>|<\?.*?\?>", re.DOTALL)
_OTHER: Final = re.compile(rb"<[^<>]*>")
_REFERENCE: Final = re.compile(rb"&(?:#(\d+)|#x([0-9A-Fa-f]+)|(lt|gt|amp|quot|apos));")
_NAMED: Final = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'"}
_BETWEEN: Final = b"\n\n"


Finder = Callable[[bytes], Hits]


def finder(query: Query, *, quick: bool = True) -> Finder:
    """A query's patterns, made ready: by Hyperscan where it is installed, else by `re`, some 20 times as slow."""
    make = _by_hyperscan if quick and find_spec("hyperscan") else _by_re
    return make(list(patterns(query)))


def _by_hyperscan(found: list[tuple[str, bytes]]) -> Finder:
    import hyperscan

    marks = [*MARKS, disguised()]
    names = [name for name, _ in found] + [MARK] * len(marks)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern for _, pattern in found] + marks,
        ids=list(range(len(names))),
        elements=len(names),
        flags=[hyperscan.HS_FLAG_CASELESS] * len(found) + [0] * len(marks),
    )

    def find(block: bytes) -> Hits:
        hits: Hits = []

        def told(number: int, start: int, end: int, flags: int, context: object) -> None:
            hits.append((end, names[number]))

        database.scan(block, match_event_handler=told)
        return hits

    return find


def _by_re(found: list[tuple[str, bytes]]) -> Finder:
    of_group: dict[str, list[bytes]] = {}
    for name, pattern in found:
        of_group.setdefault(name, []).append(pattern)
    compiled = [(name, re.compile(b"|".join(every), re.IGNORECASE)) for name, every in of_group.items()]
    compiled.append((MARK, re.compile(b"|".join([*MARKS, disguised()]))))

    def find(block: bytes) -> Hits:
        return sorted((one.end(), name) for name, pattern in compiled for one in pattern.finditer(block))

    return find


def starts(block: bytes) -> list[int]:
    """Where the records of a block begin."""
    found = []
    for tag in _STARTS:
        at = block.find(tag)
        while at >= 0:
            if block[at + len(tag) : at + len(tag) + 1] in b"> \t\r\n/":
                found.append(at)
            at = block.find(tag, at + len(tag))
    return sorted(found)


@dataclass(slots=True)
class _Part:
    """A record with something in it: where it begins and ends, where its title and abstract do, and their groups."""

    start: int
    end: int
    first: int
    last: int
    groups: set[str]


def candidates(block: bytes, begins: list[int], find: Finder, query: Query) -> Iterator[tuple[int, bytes]]:
    """The records of a block, given where they begin, that may match, and where each does."""
    parts = [one for one in _parts(block, begins, find(block)) if MARK in one.groups or query.holds(one.groups)]
    # What they show is searched again, at once: a search costs little, and beginning one does not.
    texts = [shown(block[one.first : one.last]) for one in parts]
    ends = list(accumulate(len(text) + len(_BETWEEN) for text in texts))
    groups: list[set[str]] = [set() for _ in parts]
    for place, name in find(_BETWEEN.join(texts)) if parts else ():
        groups[min(bisect_left(ends, place), len(ends) - 1)].add(name)
    for one, text, found in zip(parts, texts, groups, strict=True):
        if (MARK in found or query.holds(found)) and query.matches(text.decode("utf-8", "replace")):
            yield one.start, block[one.start : one.end]


def _parts(block: bytes, begins: list[int], hits: Hits) -> Iterator[_Part]:
    at = 0
    while at < len(hits):
        number = bisect_right(begins, hits[at][0] - 1) - 1
        end = begins[number + 1] if number + 1 < len(begins) else len(block)
        last = at
        while last < len(hits) and hits[last][0] <= end:
            last += 1
        mine, at = hits[at:last], max(last, at + 1)
        text = _TEXT.search(block, begins[number], end) if number >= 0 else None
        if text:
            first = text.start()
            stop = max(block.rfind(tag, first, end) for tag in _TEXT_ENDS)
            groups = {name for place, name in mine if first <= place <= stop + 1}
            if groups:
                yield _Part(begins[number], _whole(block, begins[number], end), first, stop, groups)


def _whole(block: bytes, start: int, end: int) -> int:
    """Where a record ends; one that is cut off goes on to the next one, and is told of when it is parsed."""
    closed = max(block.rfind(tag, start, end) + len(tag) for tag in _ENDS)
    return closed if closed > start else end


def shown(xml: bytes) -> bytes:
    """The text that XML shows, roughly: inline elements vanish, all others part words.

    >>> shown(b"<AbstractText>CAR<sup>+</sup> T &#946; &lt; 1</AbstractText>").decode()
    ' CAR+ T β < 1 '
    """
    bare = _OTHER.sub(b" ", _INLINE.sub(b"", xml))
    return _REFERENCE.sub(_character, bare) if b"&" in bare else bare


def _character(found: re.Match[bytes]) -> bytes:
    if found[3]:
        return _NAMED[found[3]]
    number = int(found[1]) if found[1] else int(found[2], 16)
    return chr(number).encode("utf-8", "replace") if number < 0x110000 else b" "
