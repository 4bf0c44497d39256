"""`nanocart_transformer` and `nanocart_transformer_relations`: the model as spaCy components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import mentions, set_mentions, state_of, view_of
from nanocart.errors import UsageError
from nanocart.models.reader import Reader, States
from nanocart.rules.findings import assemble
from nanocart.rules.study import kind_of


class TransformerMentions:
    """Sets the mentions of documents, and keeps the states of their words for the component that relates them.

    Mentions that a document has already stay, and only the states are kept.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader

    @property
    def reader(self) -> Reader:
        """What reads the texts. Raises `UsageError` where none was given."""
        if self._reader is None:
            raise UsageError("the component 'nanocart_transformer' has no model", hint="give it one: its `reader`")
        return self._reader

    @reader.setter
    def reader(self, reader: Reader) -> None:
        self._reader = reader

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Read documents, several at once."""
        waiting = iter(stream)
        while held := list(islice(waiting, batch_size)):
            wanted = [doc for doc in held if state_of(doc).study.in_scope is not False]
            for doc, read in zip(wanted, self.reader.read([view_of(doc) for doc in wanted]), strict=True):
                view = view_of(doc)
                if not doc.ents:
                    set_mentions(doc, self.reader.mentions(read, view.text))
                view.memo[States] = read
            yield from held


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


@Language.factory("nanocart_transformer", assigns=["doc.ents"])
def create_transformer(nlp: Language, name: str) -> TransformerMentions:
    """What spaCy calls to make the component; it reads once it is given a model (`reader`)."""
    return TransformerMentions()


@Language.factory("nanocart_transformer_relations", requires=["doc.ents"])
def create_relations(nlp: Language, name: str) -> TransformerRelations:
    """What spaCy calls to make the component."""
    return TransformerRelations(nlp)
