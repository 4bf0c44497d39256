"""`nanocart_transformer` and `nanocart_transformer_relations`: the model as spaCy components."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from shutil import copytree
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, set_mentions, state_of, view_of
from nanocart.corpora.foreign import with_mentions
from nanocart.errors import UsageError
from nanocart.models.reader import Reader, States
from nanocart.models.shelf import SHIPPED, reader_of
from nanocart.rules.findings import assemble
from nanocart.rules.study import kind_of
from nanocart.schema import Json

_AHEAD: Final = 16
"""Documents that are read at once."""
_ASIDE: Final = 2
"""Lots of documents that are being read: while the last of one keeps a core, the other has the next."""


class TransformerMentions:
    """Sets the mentions of documents, and keeps the states of their words for the component that relates them.

    Mentions that a document has already stay, and only the states are kept. A document that the rules take for one of
    the field has none, and `doc._.study.in_scope` becomes false, where the model sees that it is not.

    Mentions of labels that are not ours go where those of other corpora are (`nanocart.corpora.foreign`). What a
    document has by the same labels already is read anew, so that nobody takes it for the model's.
    """

    def __init__(self, model: str = "", device: str | None = None, min_confidence: float = 0.0) -> None:
        self.model = model
        self.device = device
        self.min_confidence = min_confidence
        self._reader: Reader | None = None

    @property
    def reader(self) -> Reader:
        """What reads the texts; the model is loaded when it is first asked for, and raises what `reader_of` does."""
        if self._reader is None:
            self._reader = self._of(self.model or SHIPPED)
        return self._reader

    @reader.setter
    def reader(self, reader: Reader) -> None:
        self._reader = reader

    def _of(self, folder: str | Path) -> Reader:
        return reader_of(folder, self.device, min_confidence=self.min_confidence)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Copy the model into the component's folder. Raises `UsageError` where it was never saved itself."""
        if self.reader.folder is None:
            raise UsageError("the model has no folder yet", hint="save_pretrained gives it one")
        copytree(self.reader.folder, path, dirs_exist_ok=True)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> TransformerMentions:
        """Take the model of the component's folder."""
        self._reader = self._of(path)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The name of the model's folder; the weights are not in it."""
        folder = self.reader.folder
        return str(folder if folder != SHIPPED and folder else "").encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> TransformerMentions:
        """Take the model that `to_bytes` named."""
        self._reader = self._of(data.decode() or SHIPPED)
        return self

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Read documents, several at once, while those before them go on through the pipeline."""
        waiting = iter(stream)
        with ThreadPoolExecutor(_ASIDE) as aside:
            under_way: deque[tuple[list[Doc], list[Doc], Future[list[States]]]] = deque()
            while held := list(islice(waiting, min(batch_size, _AHEAD))):
                wanted = [doc for doc in held if state_of(doc).study.in_scope is not False]
                views = [view_of(doc) for doc in wanted]
                under_way.append((held, wanted, aside.submit(self.reader.read, views)))
                if len(under_way) > _ASIDE:
                    yield from self._marked(*under_way.popleft())
            while under_way:
                yield from self._marked(*under_way.popleft())

    def _marked(self, held: list[Doc], wanted: list[Doc], reading: Future[list[States]]) -> list[Doc]:
        for doc in held:
            self._set_foreign(doc, [])
        for doc, read in zip(wanted, reading.result(), strict=True):
            view, state = view_of(doc), state_of(doc)
            # What passes the rules may still name the field only in passing; mentions that are given stand.
            if state.study.in_scope and not doc.ents and not self.reader.in_scope(read, view):
                state.study = replace(state.study, in_scope=False)
                continue
            if not doc.ents:
                set_mentions(doc, self.reader.mentions(read, view))
            self._set_foreign(doc, self.reader.foreign_mentions(read, view))
            view.memo[States] = read
        return held

    def _set_foreign(self, doc: Doc, found: list[Json]) -> None:
        if self.reader.foreign is not None:
            state = state_of(doc)
            state.extra = with_mentions(state.extra, self.reader.foreign.labels, found)


class TransformerRelations:
    """Sets relations and findings, once the mentions have clusters, with the model of the component in front."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp

    def __call__(self, doc: Doc) -> Doc:
        """Relate the mentions of one document."""
        view, state, found = view_of(doc), state_of(doc), mentions(doc)
        read = view.memo.pop(States, None)
        if read is None or len(found) < 2:
            return doc
        reader = _reader_of(self.nlp)
        relations, statements = reader.joins(read, view, found)
        review = kind_of(view, state.metadata) in ("review", "comment")
        state.relations = tuple(relations)
        rows = assemble(view, state.id, found, relations, review=review, statements=statements)
        state.findings = tuple(reader.rows(rows, found, relations))
        return doc


def _reader_of(nlp: Language) -> Reader:
    for _, one in nlp.pipeline:
        if isinstance(one, TransformerMentions):
            return one.reader
    raise UsageError("'nanocart_transformer_relations' needs 'nanocart_transformer' in front of it", hint="add it")


@Language.factory(
    "nanocart_transformer",
    assigns=["doc.ents"],
    default_config={"model": "", "device": None, "min_confidence": 0.0},
)
def create_transformer(
    nlp: Language, name: str, model: str, device: str | None, min_confidence: float
) -> TransformerMentions:
    """The component over the model of a folder, or the shipped one if none is named; see `nanocart.load`."""
    return TransformerMentions(model, device, min_confidence)


@Language.factory("nanocart_transformer_relations", requires=["doc.ents"])
def create_relations(nlp: Language, name: str) -> TransformerRelations:
    """What spaCy calls to make the component."""
    return TransformerRelations(nlp)
