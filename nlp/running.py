"""Running the pipeline over documents so that one that breaks it costs itself and nothing else."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from nanocart.errors import RecordError
from nanocart.schema import Document

if TYPE_CHECKING:
    from spacy.language import Language


def run(
    documents: Iterable[Document], nlp: Language, failed: Callable[[RecordError], None], processes: int = 1
) -> Iterator[Document]:
    """`nanocart.pipeline.extract` for documents of different ids, telling `failed` of those that break the pipeline.

    After a failure the documents that were under way are read one by one, and then the run goes on as before.
    """
    from nanocart.pipeline import extract

    feed = _Feed(documents)
    while not feed.ended:
        try:
            for one in extract(feed, nlp, n_process=processes):
                feed.done(one)
                yield one
        except Exception:  # a component may fail by any exception
            if feed.error is not None:
                raise feed.error from None
            for document in feed.take():
                try:
                    read = list(extract([document], nlp))
                except Exception as error:
                    failed(_failure(document, error))
                else:
                    yield from read
    for document in feed.take():
        failed(_failure(document, None))


def _failure(document: Document, error: Exception | None) -> RecordError:
    said = f"{type(error).__name__}: {error}" if error else "it gave no document back"
    hint = "this is a fault of nanocart: please report it with the text"
    return RecordError(f"the pipeline failed: {said}", record=document.id, hint=hint)


class _Feed:
    """Hands documents on, and remembers those that have not come back yet."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = iter(documents)
        self._under_way: deque[Document] = deque()
        self.ended = False
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[Document]:
        while True:
            try:
                document = next(self._documents)
            except StopIteration:
                self.ended = True
                return
            except Exception as error:
                self.error = error
                raise
            self._under_way.append(document)
            yield document

    def done(self, document: Document) -> None:
        if self._under_way and self._under_way[0].id == document.id:
            self._under_way.popleft()

    def take(self) -> list[Document]:
        found = list(self._under_way)
        self._under_way.clear()
        return found
