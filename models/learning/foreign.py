"""Labels of a user's own: what their documents teach of them, by a head beside that of ours.

They are the labels of the mentions that `nanocart.corpora.foreign` keeps, whatever format they were read from.

>>> labels_of([Document.of("1", "LNPs.", "")])
Counter()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from nanocart.corpora.foreign import foreign_of, span_of
from nanocart.errors import RecordError, UsageError
from nanocart.models.about import FOREIGN
from nanocart.models.learning.auxiliary import Marked
from nanocart.models.learning.examples import Example, Maker
from nanocart.schema import LABELS, Document

FEW: Final = 5
"""From fewer mentions than these a label is hardly learnt."""


def labels_of(documents: Iterable[Document]) -> Counter[str]:
    """How often each label of their own occurs in documents.

    Raises `RecordError` where a mention has no place or no label, or disagrees with the text.
    """
    return Counter(label for one in documents for _, _, label in _marked(one).spans)


def taught_labels(documents: Sequence[Document], noted: Callable[[str], None]) -> tuple[str, ...]:
    """The labels that documents teach, in the order of the alphabet, so that it does not change with the documents'.

    `noted` is called with what a user should know of them. Raises `UsageError` where there are none.
    """
    counts = labels_of(documents)
    if not counts:
        raise UsageError("no document with labels of your own is left to learn from", hint="name others")
    noted("labels of your own: " + ", ".join(f"{label} {counts[label]:,}" for label in sorted(counts)))
    if rare := [label for label in sorted(counts) if counts[label] < FEW]:
        noted(f"{', '.join(rare)}: fewer than {FEW} mentions, from which little can be learnt")
    return tuple(sorted(counts))


def lessons_of(documents: Sequence[Document], maker: Maker, noted: Callable[[str], None]) -> Iterator[Example]:
    """The examples of their labels; `noted` is called with how many mentions cannot be learnt."""
    left = sum(len(foreign_of(one)["entities"]) for one in documents)
    for example in maker.marked(map(_marked, documents), FOREIGN):
        left -= int((example.tags % 2 == 1).sum())
        yield example
    if left:
        noted(f"{left:,} mentions are in pieces or overlap longer ones, and are not learnt")


def _marked(document: Document) -> Marked:
    """The text with the foreign mentions that are runs of words."""
    try:
        spans = [span_of(one, document.text) for one in foreign_of(document)["entities"]]
    except RecordError as error:
        raise RecordError(error.reason, record=document.id, hint=error.hint) from error
    runs = ((*one.spans[0], one.label) for one in spans if len(one.spans) == 1 and one.label not in LABELS)
    return Marked(document.text, tuple(runs))
