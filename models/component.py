"""`nanocart_transformer` and `nanocart_transformer_relations`: the model as spaCy components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from spacy.tokens import Doc

from nanocart.annotations import mentions, set_mentions, state_of, view_of
from nanocart.models.reader import Reader, States
from nanocart.rules.findings import assemble
from nanocart.rules.study import kind_of


class TransformerMentions:
    """Sets the mentions of documents, and keeps the states of their words for the component that relates them.

    Mentions that a document has already stay, and only the states are kept.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __call__(self, doc: Doc) -> Doc:
        """Read one document."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Read documents, several at once."""
        stream = iter(docs)
        while held := list(islice(stream, batch_size)):
            wanted = [doc for doc in held if state_of(doc).study.in_scope is not False]
            for doc, read in zip(wanted, self.reader.read([view_of(doc) for doc in wanted]), strict=True):
                if not doc.ents:
                    set_mentions(doc, self.reader.mentions(read, view_of(doc).text))
                view_of(doc).memo[States] = read
            yield from held


class TransformerRelations:
    """Sets relations and findings, once the mentions have clusters."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __call__(self, doc: Doc) -> Doc:
        """Relate the mentions of one document."""
        view, state, found = view_of(doc), state_of(doc), mentions(doc)
        read = view.memo.pop(States, None)
        if read is None or len(found) < 2:
            return doc
        relations, statements = self.reader.joins(read, view, found)
        review = kind_of(view, state.metadata) in ("review", "comment")
        state.relations = tuple(relations)
        rows = assemble(view, state.id, found, relations, review=review, statements=statements)
        state.findings = tuple(rows)
        return doc
