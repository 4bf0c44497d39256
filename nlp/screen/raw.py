"""Finding, in the raw bytes of PubMed XML, the records whose title or abstract may match a query.

Of a block of records it is first found where their titles and abstracts are, which is a part of the bytes; those are
searched. What is found is a superset of what would be found by parsing every record and matching its text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Final

import numpy as np

from nanocart.screen.normal import normal
from nanocart.screen.patterns import MARKS, disguised, patterns
from nanocart.screen.query import Query
from nanocart.screen.structure import Block

Hits = list[tuple[int, str]]
"""Where matches end, in order, and their group; `MARK` for what patterns cannot see through."""
MARK: Final = ""
_INLINE: Final = re.compile(rb"</?(?:[a-z]|DispFormula)[^<>]*>|<\?.*?\?>", re.DOTALL)
_OTHER: Final = re.compile(rb"<[^<>]*>")
_REFERENCE: Final = re.compile(rb"&(?:#(\d+)|#x([0-9A-Fa-f]+)|(lt|gt|amp|quot|apos));")
_NAMED: Final = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'"}
_BETWEEN: Final = b"\n\n"


Finder = Callable[[bytes], Hits]


class Finders:
    """A query's patterns, made ready: by Hyperscan where it is installed, else by `re`, some 20 times as slow.

    `first` looks for no more than what every text has that is asked for, `all` for every group.
    """

    def __init__(self, query: Query, *, quick: bool = True) -> None:
        make = _by_hyperscan if quick and find_spec("hyperscan") else _by_re
        found = list(patterns(query))
        needed = query.needed(Counter(name for name, _ in found))
        self.first = make([one for one in found if one[0] in needed])
        self.all = make(found)


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


def candidates(block: Block, find: Finders, query: Query) -> Iterator[tuple[int, bytes]]:
    """The records of a block that may match, and where each begins; in no order.

    A text is looked at again and again, and ever fewer are: for what it needs to have; for all groups; where it has
    marks, as it is shown; and where there are still characters in it whose compared form is another one, in that form.
    """
    texts = {at: block.data[first:last] for at, (first, last) in enumerate(block.texts)}
    needed = {at: MARK in groups for at, groups in _groups(texts, find.first)}
    some = {at: texts[at] for at, marked in needed.items() if not marked}
    marked = _shown({at: texts[at] for at, marked in needed.items() if marked})
    for at, groups in _groups(some, find.all):
        if query.holds(groups) and query.matches(shown(some[at]).decode("utf-8", "replace")):
            yield block.begins[at], block.record(at)
    hidden = {}
    for at, groups in _groups(marked, find.all):
        if MARK in groups:
            hidden[at] = _normal(marked[at])
        elif query.holds(groups) and query.matches(marked[at].decode("utf-8", "replace")):
            yield block.begins[at], block.record(at)
    for at, groups in _groups(hidden, find.all):
        if query.holds(groups) and query.matches(hidden[at].decode()):
            yield block.begins[at], block.record(at)


def _shown(texts: Mapping[int, bytes]) -> dict[int, bytes]:
    """What texts show, all of them at once: no XML has the character that parts them."""
    return dict(zip(texts, shown(b"\0".join(texts.values())).split(b"\0"), strict=True)) if texts else {}


def _normal(text: bytes) -> bytes:
    return normal(text.decode("utf-8", "replace")).encode()


def _groups(texts: Mapping[int, bytes], find: Finder) -> Iterator[tuple[int, set[str]]]:
    """Of texts by number those that have any group, and their groups; they are searched at once, since a search costs
    little, and beginning one does not."""
    hits = find(_BETWEEN.join(texts.values())) if texts else []
    if not hits:
        return
    ends = np.cumsum([len(text) + len(_BETWEEN) for text in texts.values()])
    places, names = zip(*hits, strict=True)
    numbers, groups = list(texts), dict[int, set[str]]()
    for at, name in set(zip(np.searchsorted(ends, places).tolist(), names, strict=True)):
        groups.setdefault(min(at, len(numbers) - 1), set()).add(name)
    for at, found in groups.items():
        yield numbers[at], found


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
