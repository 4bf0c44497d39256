"""brat's pairs among sources: a `.txt` and a `.ann` of one name, in a folder, in an archive or given by hand.

On disk the partner is looked for beside a file, whichever of the two is met first. In an archive, which can only be
read onwards, texts wait for their annotations until its end, as long as they fit into memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, cast

from nanocart.corpora.sources import COMPRESSION_SUFFIXES, Source, open_sources
from nanocart.errors import SourceError

if TYPE_CHECKING:
    from nanocart.errors import RecordError
    from nanocart.schema import Document

ENDINGS: Final = (".txt", ".ann")
_PACKED: Final = ("", *COMPRESSION_SUFFIXES)
HELD: Final = 64 << 20
"""Bytes of an archive's texts that wait for their annotations at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and its annotations. `source` is the name of the `.ann`; `text` is None where there is none."""

    source: str
    text: bytes | None
    ann: bytes

    def read(self) -> Iterator[Document | RecordError]:
        """The document, or its error."""
        from nanocart.corpora.brat import read_members

        folder, mark, name = self.source.rpartition("!") if "!" in self.source else self.source.rpartition("/")
        stem = _stem(name)
        members = [(f"{stem}.ann", self.ann)] + ([] if self.text is None else [(f"{stem}.txt", self.text)])
        return read_members(members, folder or mark or ".")


def paired(found: Iterable[Source | SourceError], whole: bool = False) -> Iterator[Source | SourceError | Pair]:
    """The sources, with brat's files joined to pairs; `whole` says that a text without annotations is a pair too."""
    done: set[str] = set()
    waiting = _Archive("")
    for one in found:
        name = one.name if isinstance(one, Source) else one.source
        archive = name.rpartition("!")[0]
        if archive != waiting.name:
            yield from waiting.rest(whole)
            waiting = _Archive(archive)
        # An empty file is no source, but it is how brat says that nothing is annotated.
        empty_ann = isinstance(one, SourceError) and one.reason == "is empty" and name.endswith(".ann")
        ending = ".ann" if empty_ann else one.suffix if isinstance(one, Source) else ""
        if ending not in ENDINGS:
            yield one
        elif (stem := _stem(name)) in done:
            continue
        elif archive:
            yield from waiting.take(stem, ending, one)
        else:
            partner = _beside(stem, ".txt" if ending == ".ann" else ".ann")
            if partner or whole or ending == ".ann":
                done.add(stem)
                yield _joined(one, ending, partner)
            else:
                yield one
    yield from waiting.rest(whole)


def _stem(name: str) -> str:
    path = PurePosixPath(name)
    return str((path.with_suffix("") if path.suffix.lower() in COMPRESSION_SUFFIXES else path).with_suffix(""))


def _beside(stem: str, ending: str) -> str | None:
    return next((f"{stem}{ending}{packed}" for packed in _PACKED if Path(f"{stem}{ending}{packed}").is_file()), None)


def _content(one: Source | SourceError) -> bytes:
    return one.stream.read() if isinstance(one, Source) else b""


def _joined(one: Source | SourceError, ending: str, partner: str | None) -> Pair | SourceError:
    name = one.name if isinstance(one, Source) else one.source
    try:
        mine, other = _content(one), None
        for found in open_sources([partner]) if partner else ():
            if isinstance(found, SourceError) and found.reason != "is empty":
                return found
            other = _content(found)
    except SourceError as error:
        return error
    if ending == ".ann":
        return Pair(name, other, mine)
    return Pair(partner or f"{_stem(name)}.ann", mine, other or b"")


class _Archive:
    """What waits for its partner while an archive is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._texts: dict[str, tuple[str, bytes]] = {}
        self._anns: dict[str, tuple[str, bytes]] = {}
        self._size = 0

    def take(self, stem: str, ending: str, one: Source | SourceError) -> Iterator[Source | SourceError | Pair]:
        name = one.name if isinstance(one, Source) else one.source
        try:
            data = _content(one)
        except SourceError as error:
            yield error
            return
        own, others = (self._anns, self._texts) if ending == ".ann" else (self._texts, self._anns)
        if stem in others:
            other_name, other = others.pop(stem)
            self._size -= len(other) if ending == ".ann" else 0
            yield Pair(name, other, data) if ending == ".ann" else Pair(other_name, data, other)
            return
        own[stem] = (name, data)
        self._size += len(data) if ending == ".txt" else 0
        if self._size > HELD:
            yield from self._loose(False)

    def rest(self, whole: bool) -> Iterator[Source | Pair]:
        """What has no partner: texts are plain texts, or with `whole` documents without annotations."""
        yield from self._loose(whole)
        for name, data in self._anns.values():
            yield Pair(name, None, data)

    def _loose(self, whole: bool) -> Iterator[Source | Pair]:
        for name, data in self._texts.values():
            if whole:
                yield Pair(f"{_stem(name)}.ann", data, b"")
            else:
                yield Source(name, cast(io.BufferedReader, io.BufferedReader(io.BytesIO(data))))
        self._texts, self._size = {}, 0
