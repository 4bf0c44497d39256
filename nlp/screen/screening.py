"""Screening a dump: the citations whose title or abstract matches, parsed, and nothing else of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final, cast

from nanocart.corpora.pubmed_xml import Deletion
from nanocart.corpora.pubmed_xml import read as read_xml
from nanocart.errors import RecordError
from nanocart.schema import Document
from nanocart.screen.query import Query
from nanocart.screen.raw import candidates, finder, starts

BLOCK: Final = 4 << 20
"""Bytes that are looked at at once."""
_END: Final = (b"</PubmedArticle>", b"</PubmedBookArticle>")
_SET_END: Final = re.compile(rb"</Pubmed(?:Book)?ArticleSet\s*>\s*$")
_PLAIN: Final = re.compile(rb'\s*(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="(?:utf-8|UTF-8)")?\s*\?>\s*)?'
                           rb"(?:<!DOCTYPE [^<>\[]*>\s*)?<Pubmed(?:Book)?ArticleSet>")  # fmt: skip
_DELETED: Final = (b"<DeleteCitation", b"<DeleteDocument")
_DELETION: Final = re.compile(rb"<Delete(Citation|Document)[\s>].*?</Delete\1\s*>", re.DOTALL)
_ODD: Final = (b"<!", b"<?xml")


@dataclass(slots=True)
class Counts:
    """What a screen has seen: bytes of XML, records, those that its raw patterns let through, those that match."""

    bytes: int = 0
    records: int = 0
    raw: int = 0
    matched: int = 0


class Screen:
    """A query, made ready for raw bytes (making one takes a second or two); `quick` false does without Hyperscan."""

    def __init__(self, query: Query, *, quick: bool = True) -> None:
        self.query = query
        self._find = finder(query, quick=quick)

    def __call__(
        self, stream: BinaryIO, source: str, counts: Counts | None = None
    ) -> Iterator[Document | Deletion | RecordError]:
        """The matching citations of PubMed XML, the deletions, and an error for what is broken among those looked at.

        A file in another form than NLM's dumps (another encoding, comments, CDATA sections, several documents) is
        parsed as a whole instead, with the same result. Raises `SourceError` as `nanocart.corpora.pubmed_xml.read`
        does.
        """
        count = counts if counts is not None else Counts()
        head = stream.read(BLOCK)
        plain = _PLAIN.match(head)
        if not plain:
            yield from self._parsed(_chained(head, stream), source, count)
            return
        begun, buffer = plain.end(), b""
        for piece in chain([head], iter(lambda: stream.read(BLOCK), b""), [b""]):
            count.bytes += len(piece)
            buffer += piece
            if not piece:
                cut = len(buffer)
            elif (cut := max(buffer.rfind(one) + len(one) for one in _END)) < BLOCK // 8:
                continue  # a record that is longer than what was read
            if any(buffer.find(one, begun, cut) >= 0 for one in _ODD):
                yield from self._parsed(_chained(b"<PubmedArticleSet>" + buffer[begun:], stream), source, count)
                return
            yield from self._matching(buffer[:cut], source, count)
            if not piece and not _SET_END.search(buffer[-200:]):
                why = "the source ends before its article set does: records may be missing"
                yield RecordError(why, source=source, where=f"byte {count.bytes}", hint="fetch the file anew")
            buffer, begun = buffer[cut:], 0

    def _matching(self, block: bytes, source: str, count: Counts) -> Iterator[Document | Deletion | RecordError]:
        begins = starts(block)
        count.records += len(begins)
        found = list(candidates(block, begins, self._find, self.query))
        count.raw += len(found)
        if any(one in block for one in _DELETED):
            found += (one[0] for one in _DELETION.finditer(block))
        if not found:
            return
        xml = io.BytesIO(b"<PubmedArticleSet>" + b"".join(found) + b"</PubmedArticleSet>")
        for one in read_xml(xml, source):
            if not isinstance(one, Document):
                yield one
            elif self.query.matches(one.text):
                count.matched += 1
                yield one

    def _parsed(self, stream: BinaryIO, source: str, count: Counts) -> Iterator[Document | Deletion | RecordError]:
        for one in read_xml(stream, source):
            count.records += not isinstance(one, Deletion)
            if not isinstance(one, Document):
                yield one
            elif self.query.matches(one.text):
                count.raw += 1
                count.matched += 1
                yield one


def _chained(head: bytes, stream: BinaryIO) -> BinaryIO:
    """Bytes that were taken from a stream already, and the rest of it."""
    return cast(BinaryIO, _Chained(io.BytesIO(head), stream))


class _Chained:
    """Two streams, one behind the other."""

    def __init__(self, *streams: BinaryIO) -> None:
        self._streams = streams

    def read(self, size: int = -1) -> bytes:
        """As of any stream."""
        return next(filter(None, (one.read(size) for one in self._streams)), b"")
