"""Pipelines around a model: what a text looks like before it is read, and the whole way from text to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import from_doc, to_doc, view_of
from nanocart.components.composing import composed
from nanocart.models.component import TransformerMentions
from nanocart.models.reader import Reader
from nanocart.rules.view import View
from nanocart.schema import Document

FRONT: Final = ("nanocart_sentences", "nanocart_abbreviations", "nanocart_lexicon")
"""The components that a text passes before it is read."""
COMPONENTS: Final = (
    "nanocart_sentences", "nanocart_scope", "nanocart_abbreviations", "nanocart_lexicon", "nanocart_transformer",
    "nanocart_linking", "nanocart_transformer_relations", "nanocart_study",
)  # fmt: skip
"""The components of a pipeline with a model."""


def pipeline(reader: Reader, *, scope: bool = True, lexicon: Sequence[str] = ()) -> Language:
    """The pipeline that reads with a model; `scope` false reads documents that do not speak of the field too.

    `lexicon` are files with rows of one's own.
    """
    names = (name for name in COMPONENTS if scope or name != "nanocart_scope")
    nlp = composed(names, lexicon, nanocart_transformer={"min_confidence": reader.min_confidence})
    component = nlp.get_pipe("nanocart_transformer")
    if isinstance(component, TransformerMentions):
        component.reader = reader
    return nlp


def found_in(documents: Iterable[Document], reader: Reader) -> list[Document]:
    """What the pipeline with a model finds in the bare texts of documents, each read by itself."""
    nlp = pipeline(reader)
    return [from_doc(nlp(to_doc(one.without_annotations(), nlp))) for one in documents]


def related(documents: Iterable[Document], nlp: Language) -> Iterator[Document]:
    """The documents with their own mentions, and the relations and findings that the model sees between them."""
    for one in documents:
        bare = replace(one, relations=(), findings=())
        # A text without mentions would be given the model's own.
        yield from_doc(nlp(to_doc(bare, nlp))) if one.entities else bare


def looker() -> Callable[[str], View]:
    """A function that looks texts up in the lexicon, with the abbreviations that they define.

    >>> looker()("CAR-T cells work.").hits[0].end
    11
    """
    nlp = composed(FRONT)

    def look(text: str) -> View:
        doc: Doc = nlp(text)
        return view_of(doc)

    return look
