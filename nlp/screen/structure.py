"""Where, in the raw bytes of PubMed XML, records begin, and where their titles and abstracts are.

Element names and their order are those of NLM's DTD (https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd). Where
a record is not as they nearly all are, more of it is taken for its text, never less.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Final

_ENDS: Final = (b"</PubmedArticle>", b"</PubmedBookArticle>")
_TEXT: Final = re.compile(rb"<(?:Article|Book|Vernacular)Title\b|<(?:Other)?Abstract\b")
_TEXT_ENDS: Final = (b"</OtherAbstract", b"</Abstract", b"</VernacularTitle", b"</ArticleTitle", b"</BookTitle")
_AFTER_NAME: Final = b"> \t\r\n/"


LITERALS: Final = (
    b"<PubmedArticle", b"</Abstract>", b"<OtherAbstract", b"<!", b"<PubmedBookArticle", b"<Delete", b"<?xml",
)  # fmt: skip
"""What is looked for in one pass over the bytes."""
_ARTICLE, _ABSTRACT_END, _OTHER_ABSTRACT, _MARKUP, _BOOK, _DELETION, _DECLARATION = range(len(LITERALS))
_USUAL: Final = 4
"""So many of them are all that there is in a block in which records follow each other with nothing between them."""
_END: Final = b"</Pubmed"
_SET_END: Final = b"</PubmedArticleSet>"

Located = list[list[int]]
"""Where each of the literals ends, in order."""
Locator = Callable[[bytes], Located]


def locator(*, quick: bool = True) -> Locator:
    """Finds the usual literals: by Hyperscan where it is installed."""
    return _by_hyperscan() if quick and find_spec("hyperscan") else partial(_by_find, literals=LITERALS[:_USUAL])


def _by_hyperscan() -> Locator:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[re.escape(one) for one in LITERALS[:_USUAL]],
        ids=list(range(_USUAL)),
        elements=_USUAL,
        flags=[0] * _USUAL,
    )

    def locate(data: bytes) -> Located:
        found: Located = [[] for _ in LITERALS]

        def told(number: int, start: int, end: int, flags: int, context: object) -> None:
            found[number].append(end)

        database.scan(data, match_event_handler=told)
        return found

    return locate


def _by_find(data: bytes, literals: Sequence[bytes] = LITERALS) -> Located:
    found: Located = [[] for _ in LITERALS]
    for ends, literal in zip(found, literals, strict=False):
        at = data.find(literal)
        while at >= 0:
            ends.append(at + len(literal))
            at = data.find(literal, at + 1)
    return found


def last_end(data: bytes) -> int:
    """Where the last record ends that has its end tag in these bytes; 0 where there is none."""
    at = data.rfind(_END)
    while at >= 0:
        for one in _ENDS:
            if data.startswith(one, at):
                return at + len(one)
        at = data.rfind(_END, 0, at)
    return 0


class Block:
    """A piece of a dump that begins and ends between two records, and whose first `begun` bytes are known.

    `begins` says where records begin, `texts` where the title and abstract of each do and end; `deletes` is whether
    citations may be deleted in it, `odd` whether bytes in it cannot be taken for what they seem to be: there are
    comments, CDATA sections, or another document.
    """

    def __init__(self, data: bytes, locate: Locator, begun: int = 0) -> None:
        self.data = data
        self._take(locate(data), begun)
        if not self._dense(begun):
            self._take(_by_find(data), begun)
        self.texts = self._texts()

    def _take(self, located: Located, begun: int) -> None:
        articles, books = located[_ARTICLE], [end - len(LITERALS[_BOOK]) for end in located[_BOOK]]
        length = len(LITERALS[_ARTICLE])
        self.begins = [end - length for end in articles if self.data[end : end + 1] in _AFTER_NAME]
        if books:
            self.begins = sorted(self.begins + books)
        self._abstract_ends = located[_ABSTRACT_END]
        self._unusual = {bisect_right(self.begins, at) - 1 for at in (*books, *located[_OTHER_ABSTRACT])}
        self.deletes = bool(located[_DELETION])
        self.odd = any(end > begun for end in (*located[_MARKUP], *located[_DECLARATION]))

    def _dense(self, begun: int) -> bool:
        """Whether there is nothing in the block but articles, each with its end tag, and the end of their set."""
        data = self.data
        if not self.begins or data[begun : self.begins[0]].strip():
            return False
        rest = data.rstrip()
        last = len(rest) - len(_SET_END) if rest.endswith(_SET_END) else len(rest)
        known = _ENDS[0]
        for end in (*self.begins[1:], last):
            # What parts two records is nearly always the same.
            if data[end - len(known) : end] != known:
                known = data[data.rfind(b">", 0, end) + 1 - len(_ENDS[0]) : end]
                if known.rstrip() != _ENDS[0]:
                    return False
        return True

    def _texts(self) -> list[tuple[int, int]]:
        data, find, unusual = self.data, self.data.find, self._unusual
        found: list[tuple[int, int]] = []
        ends, length = self._abstract_ends, len(LITERALS[_ABSTRACT_END])
        after = len(ends)  # those of the records behind this one are passed
        stop = len(data)
        for at in range(len(self.begins) - 1, -1, -1):
            begin = self.begins[at]
            title = find(b"<ArticleTitle", begin, stop)
            text = None
            if title >= 0 and at not in unusual:
                place = find(b">", title, stop) + 1
                # An empty title may have another in its place; one that begins with a letter is not empty.
                if place < stop and 32 < data[place] < 127 and data[place] not in b"<&":
                    end = -1
                    while after and ends[after - 1] > place:
                        after -= 1
                        end = ends[after] - length
                    if end < 0 and find(b"Abstract", place, stop) < 0:
                        end = find(b"</ArticleTitle", place, stop)
                    if end >= 0:
                        text = title, end
            while after and ends[after - 1] > begin:
                after -= 1
            found.append(text or self._wide(begin, stop))
            stop = begin
        found.reverse()
        return found

    def _wide(self, begin: int, stop: int) -> tuple[int, int]:
        """Where the text of a record is that is not as nearly all are: from the first title to the last abstract."""
        found = _TEXT.search(self.data, begin, stop)
        if not found:
            return begin, begin
        return found.start(), max(self.data.rfind(tag, begin, stop) for tag in _TEXT_ENDS)

    def _bounds(self, at: int) -> tuple[int, int]:
        return self.begins[at], self.begins[at + 1] if at + 1 < len(self.begins) else len(self.data)

    def record(self, at: int) -> bytes:
        """The bytes of a record; one that is cut off goes on to the next one, and is told of when it is parsed."""
        begin, stop = self._bounds(at)
        closed = max(self.data.rfind(tag, begin, stop) + len(tag) for tag in _ENDS)
        return self.data[begin : closed if closed > begin else stop]
