"""A `Doc` keeps everything that a `Document` says, through every way in which spaCy writes it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from spacy.tokens import Doc, DocBin, Span

from nanocart.annotations import from_doc, set_mentions, to_doc
from nanocart.schema import Document, Mention
from tests.strategies import documents
from tests.test_schema import GOOD

if TYPE_CHECKING:
    from spacy.language import Language

TEXT = "CD5-targeted LNPs carried CD19 CAR mRNA to T cells (n = 12). CRS of grade 2 occurred in 4 of 12 mice (33%)."


def through_bytes(doc: Doc, nlp: Language) -> Doc:
    return Doc(nlp.vocab).from_bytes(doc.to_bytes())


def through_pickle(doc: Doc, nlp: Language) -> Doc:
    again: Doc = pickle.loads(pickle.dumps(doc))
    return again


def through_doc_bin(doc: Doc, nlp: Language) -> Doc:
    data = DocBin(docs=[doc], store_user_data=True).to_bytes()
    return next(DocBin(store_user_data=True).from_bytes(data).get_docs(nlp.vocab))


def copied(doc: Doc, nlp: Language) -> Doc:
    return doc.copy()


WAYS = pytest.mark.parametrize("way", [through_bytes, through_pickle, through_doc_bin, copied])
Way = Callable[[Doc, "Language"], Doc]


@given(documents())
def test_document_to_doc_and_back(nlp: Language, document: Document) -> None:
    """Spans that cut through tokens are representable: any annotated span aligns."""
    doc = to_doc(document, nlp)
    assert doc.text == document.text
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] == [
        (one.start, one.end, one.label) for one in document.entities
    ]
    assert from_doc(doc) == document


@WAYS
def test_every_annotation_survives(nlp: Language, way: Way) -> None:
    document = replace(GOOD, metadata={"year": 2024}, extra={"x": {"y": 1}})
    again = way(to_doc(document, nlp), nlp)
    assert from_doc(again) == document
    assert again._.relations == document.relations


def test_lists_of_the_metadata_stay_lists(nlp: Language) -> None:
    document = replace(GOOD, metadata={"mesh": ["Mice"]})
    assert from_doc(through_doc_bin(to_doc(document, nlp), nlp)) == document


@WAYS
def test_an_empty_id_stays_empty(nlp: Language, way: Way) -> None:
    doc = nlp.make_doc("LNPs cured lupus.")
    assert doc._.document.id == ""
    assert way(doc, nlp)._.document.id == ""


@WAYS
def test_what_the_pipeline_wrote_survives(nlp: Language, way: Way) -> None:
    doc = nlp(to_doc(Document.of("7", "LNPs cut CRS.", TEXT, metadata={"year": 2024}), nlp))
    again = way(doc, nlp)
    assert from_doc(doc).relations
    assert from_doc(doc).findings
    assert from_doc(again) == from_doc(doc)
    assert again._.study == doc._.study
    assert [ent.kb_id_ for ent in again.ents] == [ent.kb_id_ for ent in doc.ents]
    assert [sent.text for sent in again.sents] == [sent.text for sent in doc.sents]


@WAYS
def test_a_doc_without_annotations_survives(nlp: Language, way: Way) -> None:
    assert way(nlp.make_doc("Nothing here."), nlp)._.mentions == ()


def test_a_doc_bin_of_many(nlp: Language) -> None:
    docs = [nlp(f"{number} LNPs carried CAR mRNA.") for number in range(3)]
    data = DocBin(docs=docs, store_user_data=True).to_bytes()
    again = DocBin(store_user_data=True).from_bytes(data).get_docs(nlp.vocab)
    assert [one._.relations for one in again] == [one._.relations for one in docs]


def test_entities_that_others_set_become_mentions(nlp: Language) -> None:
    doc = nlp.make_doc("LNPs cured lupus.")
    doc.ents = [Span(doc, 0, 1, label="NANOPARTICLE", kb_id="X:1"), Span(doc, 2, 3, label="DISEASE")]
    lnp, lupus = doc._.mentions
    assert (lnp.start, lnp.end, lnp.label, lnp.text, lnp.concept) == (0, 4, "NANOPARTICLE", "LNPs", "X:1")
    assert (lupus.start, lupus.end, lupus.label, lupus.text) == (11, 16, "DISEASE", "lupus")
    assert lnp.id != lupus.id
    assert doc._.document.problems() == []


def test_an_entity_added_to_ours_keeps_ours(nlp: Language) -> None:
    document = replace(GOOD, relations=(), findings=(), entities=GOOD.entities[:2])
    doc = to_doc(document, nlp)
    doc.ents = [*doc.ents, doc.char_span(21, 24, label="OUTCOME")]
    first, second, third = doc._.mentions
    assert (first, second) == document.entities
    assert (third.text, third.label) == ("CRS", "OUTCOME")


def test_an_entity_of_a_foreign_label_breaks_nothing(nlp: Language) -> None:
    doc = nlp.make_doc("LNPs of Moderna.")
    doc.ents = [Span(doc, 0, 1, label="NANOPARTICLE"), Span(doc, 2, 3, label="ORG")]
    for one in (doc, through_doc_bin(doc, nlp)):
        document = one._.document
        assert document.problems() == []
        assert [(mention.text, mention.label) for mention in document.entities] == [("LNPs", "NANOPARTICLE")]
        assert [ent.label_ for ent in one.ents] == ["NANOPARTICLE", "ORG"]


def test_an_entity_that_is_taken_away_takes_its_relations_along(nlp: Language) -> None:
    """Without the particle: what it carries and leads to is gone, what is said of the outcome stays."""
    doc = to_doc(GOOD, nlp)
    doc.ents = doc.ents[1:]
    document = doc._.document
    assert document.problems() == []
    assert [one.id for one in document.entities] == ["c1", "o1", "v1", "q1"]
    assert [one.id for one in document.relations] == ["r3", "r4"]
    assert document.findings == ()


def test_relations_and_findings_forget_an_entity_without_the_document(nlp: Language) -> None:
    doc = to_doc(GOOD, nlp)
    doc.ents = doc.ents[1:]
    assert [one.id for one in doc._.relations] == ["r3", "r4"]
    assert doc._.findings == ()


def test_mentions_of_a_span(nlp: Language) -> None:
    doc = to_doc(GOOD, nlp)
    assert doc.ents[2]._.mention == GOOD.entities[2]
    assert doc[1:2]._.mention is None


def test_a_token_that_is_cut_twice(nlp: Language) -> None:
    doc = nlp.make_doc("preCD19post fell")
    set_mentions(doc, [Mention("e1", 3, 7, "CAR_TARGET", "CD19")])
    assert [token.text for token in doc] == ["pre", "CD19", "post", "fell"]
    assert doc.text == "preCD19post fell"
    set_mentions(doc, [])
    assert doc.ents == ()
    assert doc._.mentions == ()


@pytest.mark.parametrize(
    ("text", "title"), [("One line.", ""), ("A title.\nA text.", "A title."), ("\nA text.", ""), ("", "")]
)
def test_the_first_of_several_lines_is_the_title(nlp: Language, text: str, title: str) -> None:
    assert nlp(text)._.document.title == title
