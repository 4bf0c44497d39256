"""Annotated documents by the name of a shipped corpus or from files, whether with their text or in stand-off.

>>> documents, errors = read(["written"])
>>> len(errors)
0
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from nanocart.corpora import gold
from nanocart.corpora.formats import read_documents
from nanocart.corpora.gold import Failure
from nanocart.corpora.jsonl import parse
from nanocart.corpora.lines import decoded, placed, raw_lines
from nanocart.corpora.sources import STDIN, Source, open_sources
from nanocart.corpora.standoff import skeleton
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document, Json

PASSES: Final = ("pass-a", "pass-b")


@dataclass(frozen=True, slots=True)
class Standoff:
    """A stand-off record, with the file and line that it was read from ("" for a shipped one)."""

    record: Json
    source: str = ""
    where: str = ""

    @property
    def id(self) -> str:
        """The id of the document that it annotates."""
        return str(self.record["id"])

    def named(self, error: RecordError) -> RecordError:
        """The error, saying where the record stands."""
        return placed(error, self.source, self.where, self.id) if self.source else error


def read(
    targets: Iterable[str | os.PathLike[str]],
    texts: Sequence[str | os.PathLike[str]] | None = None,
    told: Callable[[Failure], None] | None = None,
) -> tuple[list[Document], list[Failure]]:
    """The documents of several targets, and what could not be read or was refused.

    A target is the name of a shipped corpus ("gold", "written"), of a split ("gold:dev"), of a blind pass
    ("gold:dev:pass-a"), or a file or folder in any format that nanocart reads, stand-off included. Stand-off records
    are joined with `texts` (files or folders); where these are None, they come on blank texts, which is enough to
    count and compare. A folder that has a corpus's name is "./gold". Of several documents with one id the first stands.

    `told` is called with what is wrong with the texts' sources; without it those that cannot be read at all are among
    the errors. Raises `UsageError` where there is no such corpus.
    """
    found, errors = items(targets)
    records = {one.id: one for one in found if isinstance(one, Standoff)}
    joined: dict[str, Document] = {}
    unread: list[Failure] = []
    if texts is None:
        for id_, one in records.items():
            try:
                joined[id_] = gold.joined(partial(skeleton, one.record), id_)
            except RecordError as error:
                errors.append(one.named(error))
    elif records:
        sources = gold.texts_of([os.fspath(one) for one in texts], told or unread.append)
        for item in gold.join([one.record for one in records.values()], sources):
            if isinstance(item, Document):
                joined[item.id] = item
            else:
                errors.append(records[item.record].named(item) if item.record in records else item)
    errors += [one for one in unread if isinstance(one, SourceError)]
    documents = [joined.get(one.id) if isinstance(one, Standoff) else one for one in found]
    return [one for one in documents if one is not None], errors


def items(targets: Iterable[str | os.PathLike[str]]) -> tuple[list[Standoff | Document], list[Failure]]:
    """What the targets hold, stand-off records not yet joined with their texts, and what could not be read of them."""
    found: list[Standoff | Document] = []
    errors: list[Failure] = []
    seen: dict[str, str] = {}
    for target, group in _grouped([os.fspath(one) for one in targets]):
        for one in _shipped(target) if target else _files(group, errors):
            source = one.source if isinstance(one, Standoff) and one.source else target or ", ".join(group)
            if one.id not in seen:
                seen[one.id] = source
                found.append(one)
                continue
            where = one.where if isinstance(one, Standoff) else ""
            problem = f"duplicate: {seen[one.id]} has this id already"
            hint = "the first one stands; remove one of them, or give it an id of its own"
            errors.append(RecordError(problem, source=source, where=where, record=one.id, hint=hint))
    return found, errors


def is_standoff(record: Json) -> bool:
    """Whether a JSON object is a stand-off record: it has the hash of a text and no text."""
    return "sha256" in record and "text" not in record and "entities" in record


def _grouped(targets: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each corpus by its name; files and folders that follow one another together, so that their ids are kept apart."""
    group: list[str] = []
    for target in targets:
        if target.split(":")[0] not in gold.CORPORA:
            _must_be(target)
            group.append(target)
            continue
        if group:
            yield "", group
        group = []
        yield target, []
    if group:
        yield "", group


def _must_be(target: str) -> None:
    """Raises `UsageError` where a target looks like the name of a corpus that there is not."""
    if ":" not in target and not Path(target).exists() and not any(sign in target for sign in "*?[-/."):
        raise UsageError(f"there is neither a corpus nor a file {target!r}", hint=f"corpora: {', '.join(gold.CORPORA)}")


def _shipped(target: str) -> Iterator[Standoff | Document]:
    name, *rest = target.split(":")
    if name == "written" and not rest:
        yield from gold.load("written")
    elif name == "gold" and len(rest) == 2 and rest[1] in PASSES:
        gold.standoff(name, rest[0])
        yield from map(Standoff, gold.passes(rest[0])[PASSES.index(rest[1])])
    elif len(rest) < 2:
        yield from map(Standoff, gold.standoff(name, *rest))
    else:
        raise UsageError(f"there is no corpus {target!r}", hint="for example gold, gold:dev, gold:test:pass-a, written")


def _files(targets: list[str], errors: list[Failure]) -> Iterator[Standoff | Document]:
    """The stand-off records of files and folders, then their other documents."""
    piped = sys.stdin.buffer.read() if STDIN in targets else b""  # which is looked at twice
    taken: set[tuple[str, str]] = set()
    for source in open_sources(targets, stdin=io.BytesIO(piped)):
        if isinstance(source, Source):
            for one in _standoff_lines(source):
                taken.add((one.source, one.where))
                if isinstance(one, Standoff):
                    yield one
                else:
                    errors.append(one)
    for item in read_documents(targets, stdin=io.BytesIO(piped)):
        if isinstance(item, Document):
            yield item
        elif isinstance(item, RecordError | SourceError) and (item.source, item.where) not in taken:
            errors.append(item)


def _standoff_lines(source: Source) -> Iterator[Standoff | RecordError]:
    """The stand-off records among the lines of a file, a broken one as its error; other lines are for other readers."""
    try:
        if not source.stream.peek(64).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
            return
        for number, raw in raw_lines(source.stream, source.name):
            if b'"sha256"' not in raw:
                continue
            where = f"line {number}"
            try:
                record = parse(decoded(raw, source.name, number))
            except RecordError:
                continue  # told by the reader of other documents
            if isinstance(record, dict) and is_standoff(record):
                try:
                    yield Standoff(gold.sound(record), source.name, where)
                except RecordError as error:
                    yield placed(error, source.name, where)
    except SourceError:
        return  # likewise
