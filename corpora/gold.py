"""The corpora that ship with nanocart, by name, and their way to the text.

"gold" holds annotations of real abstracts without their text (see `DATASHEET.md`), which is joined from
sources that the user has; so does "silver", for training alone: what a model had found, corrected by one reader.
"written" holds abstracts composed for the project, with their text.

>>> written = load("written")
>>> all(document.text and document.study.in_scope is not None for document in written)
True
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from nanocart.corpora.formats import read_documents
from nanocart.corpora.jsonl import plain
from nanocart.corpora.sources import expand
from nanocart.corpora.standoff import IDENTIFIERS, hydrate, realign
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document, Json

CORPORA: Final[Mapping[str, tuple[str, ...]]] = {
    "gold": ("train", "dev", "test"),
    "silver": ("joined", "marked"),
    "written": (),
}
"""The shipped corpora and their splits."""
SIGNATURE: Final = "annotated by language models; human-verified: 0 of 30"
"""What every score on the gold set says of its annotations."""
TEXTS: Final = "NANOCART_DATA"
"""The environment variable that names the sources of the texts."""
NOT_FOUND: Final = "its text is in none of the sources"
"""What `join` says of a record of which it has seen no text at all."""

Failure = RecordError | SourceError
"""What went wrong with one record, or with a whole source."""


def load(
    name: str = "gold",
    split: str | None = None,
    texts: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
) -> list[Document]:
    """The documents of a corpus, or of one split of it.

    `texts` are files or folders with the abstracts, in any format that nanocart reads (default: what the environment
    variable `NANOCART_DATA` names). A document whose text is not there, or is another, is left out with a warning that
    names it. Raises `UsageError` where there is no such corpus or split, and where no text is to be had.

    >>> from nanocart import corpora
    >>> documents = corpora.load("written")
    """
    if name == "written":
        if split is not None:
            raise UsageError(f"the corpus 'written' has no split {split!r}", hint="leave the split out")
        read = (plain(one, "") for one in _lines("data/written.jsonl"))
        # So that wherever corpora are joined these documents can be told from real ones.
        return [replace(one, extra={**one.extra, "split": "written"}) for one in read]
    records = standoff(name, split)
    sources = text_sources(texts)
    if not sources:
        hint = f'name them: load("{name}", texts="abstracts.jsonl"), or set {TEXTS}'
        raise UsageError(f"the {name} set ships without the texts of its abstracts", hint=hint)
    found: list[Document] = []
    refused: list[RecordError] = []
    failures: list[Failure] = []
    for one in join(records, texts_of(sources, failures.append)):
        if isinstance(one, Document):
            found.append(one)
        else:
            refused.append(one)
    unread = [str(one) for one in failures if isinstance(one, SourceError)]
    if unread:
        warnings.warn(f"sources of texts that could not be read: {'; '.join(unread)}", stacklevel=2)
    if refused:
        shown = "; ".join(str(one) for one in refused[:5])
        warnings.warn(f"{len(refused)} of {len(records)} documents are left out: {shown}", stacklevel=2)
    order = {record["id"]: at for at, record in enumerate(records)}
    return sorted(found, key=lambda one: order[one.id])


def standoff(name: str = "gold", split: str | None = None) -> list[Json]:
    """The stand-off records of a corpus or of one split. Raises `UsageError` where there is no such corpus or split."""
    if name not in CORPORA or not CORPORA[name]:
        raise UsageError(f"there is no stand-off corpus {name!r}", hint=f"one of: {', '.join(CORPORA)}")
    splits = CORPORA[name]
    if split is not None and split not in splits:
        raise UsageError(f"the corpus {name!r} has no split {split!r}", hint=f"one of: {', '.join(splits)}")
    return [
        one for part in ([split] if split else splits) for one in _linked(_lines(f"data/{name}/{part}.jsonl"), part)
    ]


def passes(split: str) -> tuple[list[Json], list[Json]]:
    """The two blind passes over a split, as stand-off records."""
    return _lines(f"data/gold/{split}-pass-a.jsonl"), _lines(f"data/gold/{split}-pass-b.jsonl")


def text_sources(texts: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None) -> list[str]:
    """The files or folders that hold the texts: those given, else those of the environment; empty where none are."""
    if texts is None:
        named = os.environ.get(TEXTS, "")
        return [str(inner if (inner := Path(named) / "abstracts").is_dir() else named)] if named else []
    return [os.fspath(texts)] if isinstance(texts, str | os.PathLike) else [os.fspath(one) for one in texts]


def texts_of(sources: Iterable[str], failed: Callable[[Failure], None] | None = None) -> Iterator[Document]:
    """The documents of each source by itself: several may have an abstract, and only one as it was annotated.

    `failed` is told what could not be read; of a source that is not there at once, whether it comes to be needed or
    not.
    """
    paths: list[str] = []
    for path in expand(sources):
        if isinstance(path, str):
            paths.append(path)
        elif failed:
            failed(path)
    for path in paths:
        for one in read_documents([path]):
            if isinstance(one, Document):
                yield one
            elif failed and isinstance(one, RecordError | SourceError):
                failed(one)


def sound(record: Mapping[str, Any]) -> Json:
    """The stand-off record, its id as a string. Raises `RecordError` where it lacks one, or a part has another shape.

    >>> sound({"id": 5, "entities": [], "relations": [], "findings": []})["id"]
    '5'
    """
    id_ = record.get("id")
    if not isinstance(id_, str | int) or isinstance(id_, bool) or id_ == "":
        raise RecordError("the stand-off record has no id", hint='give it the "id" of the document that it annotates')
    for name in ("metadata", "study"):
        if not isinstance(record.get(name) or {}, dict):
            raise RecordError(f'"{name}" must be a JSON object', record=str(id_), hint="correct it, or leave it out")
    for name in ("entities", "relations", "findings"):
        rows = record.get(name)
        if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
            raise RecordError(f'"{name}" must be a list of objects', record=str(id_), hint="[] where there are none")
    return {**record, "id": str(id_)}


def joined(make: Callable[[], Document], id_: str) -> Document:
    """What a function of `nanocart.corpora.standoff` makes of a record. Whatever is wrong with it: `RecordError`."""
    try:
        return make()
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        raise RecordError(f"the stand-off record is broken: {error!r}", record=id_, hint="correct its line") from error


def join(
    records: Iterable[Mapping[str, Any]], documents: Iterable[Document], *, move: bool = False
) -> Iterator[Document | RecordError]:
    """The annotations joined with their texts, in the order in which the texts come.

    Texts are found by PMID, DOI or Semantic Scholar's id; of several under one identifier the first that fits is taken.
    With `move` a text that does not fit takes what can be moved to it, and the document's `extra["dropped"]` names the
    mentions that could not. At the end each record without a fitting text is yielded as its error. A broken record is
    yielded as its error at once, and so is the second one of an id.
    """
    waiting: dict[str, Json] = {}
    yield from _broken(records, waiting)
    by_name = {key: id_ for id_, record in waiting.items() for key in _names(id_, record.get("metadata") or {})}
    refused: dict[str, tuple[RecordError, Document]] = {}
    if not waiting:
        return
    for document in documents:
        ids = dict.fromkeys(by_name[key] for key in _names(document.id, document.metadata) if key in by_name)
        for id_ in [one for one in ids if one in waiting]:
            make = partial(hydrate, waiting[id_], document.title, document.text)
            try:
                yield joined(make, id_)
                del waiting[id_]
            except RecordError as error:
                refused.setdefault(id_, (error, document))
        if not waiting:
            return
    for id_, record in waiting.items():
        if id_ not in refused:
            yield RecordError(NOT_FOUND, record=id_, hint="add a source that has it")
        elif move:
            try:
                yield _moved(record, refused[id_][1])
            except RecordError as error:
                yield error
        else:
            yield refused[id_][0]


def _broken(records: Iterable[Mapping[str, Any]], into: dict[str, Json]) -> Iterator[RecordError]:
    """Puts the sound records into `into` by their id, and yields the errors of the others."""
    for given in records:
        try:
            record = sound(given)
            if record["id"] in into:
                raise RecordError("duplicate: another record has this id, which stands", record=record["id"])
            into[record["id"]] = record
        except RecordError as error:
            yield error


def _moved(record: Json, document: Document) -> Document:
    dropped: list[str] = []

    def make() -> Document:
        found, lost = realign(record, document.title, document.text)
        dropped.extend(lost)
        return found

    return Document.from_json({**joined(make, record["id"]).to_json(), "dropped": dropped})


def _linked(records: list[Json], split: str) -> list[Json]:
    """The records with the concepts of those documents whose mentions were linked by hand; `linked` marks them.

    A mention of such a document without a concept is one that the lexicon has no concept for.
    """
    path = files("nanocart.corpora").joinpath(f"data/gold/{split}-concepts.tsv")
    if not path.is_file():
        return records
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    concepts = {(document, mention): concept for document, mention, concept in rows}
    linked = {document for document, _, _ in rows}
    for record in records:
        if record["id"] in linked:
            record["linked"] = True
            for one in record["entities"]:
                concept = concepts.get((record["id"], one["id"]), "NIL")
                one["concept"] = None if concept == "NIL" else concept
    return records


def _names(id_: str, metadata: Mapping[str, Any]) -> list[str]:
    return [id_, *(str(metadata[key]).lower() for key in IDENTIFIERS if metadata.get(key))]


def _lines(name: str) -> list[Json]:
    path = files("nanocart.corpora").joinpath(name)
    if not path.is_file():
        raise UsageError(f"this installation lacks {name}", hint="install nanocart again")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
