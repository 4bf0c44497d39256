"""Screening a dump: the citations whose title or abstract matches, parsed, and nothing else of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final, cast

from nanocart.corpora.pubmed_records import Record, records
from nanocart.corpora.pubmed_xml import Deletion, Parser
from nanocart.errors import RecordError
from nanocart.schema import Document
from nanocart.screen.query import Query
from nanocart.screen.raw import Finders, candidates
from nanocart.screen.sightings import Sighting, State, sighted
from nanocart.screen.structure import Block, last_end, locator

BLOCK: Final = 1 << 20
"""Bytes that are looked at at once."""
_SET_END: Final = re.compile(rb"</Pubmed(?:Book)?ArticleSet\s*>\s*$")
_PLAIN: Final = re.compile(rb'\s*(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="(?:utf-8|UTF-8)")?\s*\?>\s*)?'
                           rb"(?:<!DOCTYPE [^<>\[]*>\s*)?<Pubmed(?:Book)?ArticleSet>")  # fmt: skip
_DELETION: Final = re.compile(rb"<Delete(Citation|Document)[\s>].*?</Delete\1\s*>", re.DOTALL)


Gate = Callable[[str], bool]


def _open_gate(pmid: str) -> bool:
    return True


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
        self.find = Finders(query, quick=quick)
        self.locate = locator(quick=quick)

    def __call__(
        self,
        stream: BinaryIO,
        source: str,
        counts: Counts | None = None,
        *,
        sightings: list[Sighting] | None = None,
        gate: Gate = _open_gate,
    ) -> Iterator[Document | Deletion | RecordError]:
        """The matching citations of PubMed XML, the deletions, and an error for what is broken among those looked at.

        A file in another form than NLM's dumps (another encoding, comments, CDATA sections, several documents) is
        parsed as a whole instead, with the same result. To `sightings` is added what the file says of each record, in
        its order, broken ones left out. `gate` is asked with its PMID before a record is parsed, and may refuse it.
        Raises `SourceError` as `nanocart.corpora.pubmed_xml.read` does.
        """
        look = _Look(self, source, counts if counts is not None else Counts(), sightings, gate)
        head = stream.read(BLOCK)
        plain = _PLAIN.match(head)
        if not plain:
            yield from look.parsed(_chained(head, stream))
            return
        begun, buffer = plain.end(), b""
        for piece in chain([head], iter(lambda: stream.read(BLOCK), b""), [b""]):
            offset = look.count.bytes - len(buffer)
            look.count.bytes += len(piece)
            buffer += piece
            if not piece:
                cut = len(buffer)
            elif (cut := last_end(buffer)) < BLOCK // 8:
                continue  # a record that is longer than what was read
            block = Block(buffer[:cut], self.locate, begun)
            if block.odd:
                yield from look.parsed(_chained(b"<PubmedArticleSet>" + buffer[begun:], stream))
                return
            yield from look.at(block, offset)
            if not piece and not _SET_END.search(buffer[-200:]):
                why = "the source ends before its article set does: records may be missing"
                where = f"byte {look.count.bytes}"
                yield RecordError(why, source=source, where=where, hint="fetch the file anew")
            buffer, begun = buffer[cut:], 0


class _Look:
    """One look at a source."""

    def __init__(
        self, screen: Screen, source: str, count: Counts, sightings: list[Sighting] | None, gate: Gate
    ) -> None:
        self.query, self.find = screen.query, screen.find
        self.source, self.count = source, count
        self.sightings, self.gate = sightings, gate
        self.parse = Parser(source)

    def at(self, block: Block, offset: int) -> Iterator[Document | Deletion | RecordError]:
        """What matches in a block of whole records, which begins at that byte of the source."""
        self.count.records += len(block.begins)
        found = list(candidates(block, self.find, self.query))
        self.count.raw += len(found)
        if block.deletes:
            found += ((one.start(), one[0]) for one in _DELETION.finditer(block.data))
        found.sort()
        said = {}
        if self.sightings is not None:
            said = {place: [one] for place, one in sighted(block.data, block.begins)}
        for place, xml in found:
            said[place] = []
            for record in records(io.BytesIO(xml), self.source, offset=offset + place):
                yield from self._read(record, said[place])
        if self.sightings is not None:
            for place in sorted(said):
                self.sightings += said[place]

    def parsed(self, stream: BinaryIO) -> Iterator[Document | Deletion | RecordError]:
        """What matches in a stream whose every record is parsed."""
        for record in records(stream, self.source):
            said: list[Sighting] = []
            for one in self._read(record, said):
                self.count.raw += isinstance(one, Document)
                yield one
            self.count.records += isinstance(record, RecordError) or not record.name.startswith("Delete")
            if self.sightings is not None:
                self.sightings += said

    def _read(self, record: Record | RecordError, said: list[Sighting]) -> Iterator[Document | Deletion | RecordError]:
        if isinstance(record, RecordError):
            yield record
            return
        if not self.gate(record.pmid):
            yield record.error(self.source, "was passed over: reading it ended the process", "please report it")
            return
        for one in self._parsed(record):
            if isinstance(one, RecordError):
                yield one
            elif isinstance(one, Deletion):
                said.append(Sighting(int(one.pmid), one.version or 0, State.DELETED))
                yield one
            else:
                pmid, matches = one.metadata["pmid"], self.query.matches(one.text)
                if pmid.isdecimal():
                    state = State.MATCHED if matches else State.SEEN
                    said.append(Sighting(int(pmid), one.metadata.get("version") or 1, state))
                if matches:
                    self.count.matched += 1
                    yield one

    def _parsed(self, record: Record) -> list[Document | Deletion | RecordError]:
        try:
            return list(self.parse(record))
        except Exception as error:  # whatever a parser does not foresee costs one record
            return [record.error(self.source, f"the parser failed: {error}", "please report it with the record")]


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
