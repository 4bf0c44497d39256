"""What a dump file says of every record in it: that it is there, that it matches, that it is withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

_PMID = re.compile(rb"<PMID\b([^>]*)>\s*(\d+)")
_VERSION = re.compile(rb"""\bVersion\s*=\s*["'](\d+)""")
_FIRST = b' Version="1"'


class State(IntEnum):
    """What is said of a citation."""

    SEEN = 0
    MATCHED = 1
    DELETED = 2


class Sighting(NamedTuple):
    """What is said of one version of a citation; a deletion of version 0 is one of all versions."""

    pmid: int
    version: int
    state: State


def sighted(block: bytes, begins: list[int]) -> Iterator[tuple[int, Sighting]]:
    """Where each record of a block begins, and its PMID and version: those of its first element `PMID`.

    >>> list(sighted(b'<PubmedArticle><MedlineCitation><PMID Version="2">17</PMID>', [0]))
    [(0, Sighting(pmid=17, version=2, state=<State.SEEN: 0>))]
    """
    for begin, end in pairwise([*begins, len(block)]):
        found = _PMID.search(block, begin, end)
        if found:
            yield begin, Sighting(int(found[2]), _version(found[1]), State.SEEN)


def _version(attributes: bytes) -> int:
    if attributes == _FIRST:
        return 1
    found = _VERSION.search(attributes)
    return int(found[1]) if found else 1
