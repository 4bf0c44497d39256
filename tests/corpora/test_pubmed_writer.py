"""PubMed XML as it is written: what goes through the writer and the reader comes back."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from nanocart.corpora.pubmed_text import tidy
from nanocart.corpora.pubmed_xml import Deletion
from nanocart.schema import Document, Mention
from tests.corpora.test_pubmed_xml import BOOK, back, read_all, whole

PLAIN = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="\u2028\u2029"),
        st.sampled_from(string.ascii_letters + " <>&\"'αβγζ⁶⁻²₂₅₀\u0301\u0308×≥µ-+]"),
    ),
    max_size=40,
).map(tidy)
FILLED = PLAIN.filter(bool)
LABEL = FILLED.map(lambda text: " ".join(text.split())).filter(lambda text: text not in ("", "UNLABELLED"))


@st.composite
def documents(draw):
    title = draw(PLAIN)
    paragraphs = draw(st.lists(st.tuples(st.none() | LABEL, FILLED), max_size=4))
    sections, at = [], len(title) + 1 if title else 0
    for label, text in paragraphs:
        if label:
            sections.append({"label": label, "start": at, "end": at + len(text)})
        at += len(text) + 1
    comments = st.fixed_dictionaries(
        {"type": st.sampled_from(["CommentIn", "ErratumIn"])}, optional={"pmid": st.just("6")}
    )
    other = st.fixed_dictionaries(
        {"language": st.sampled_from(["fre", "ger"]), "type": st.just("Publisher"), "text": FILLED}
    )
    pmid = str(draw(st.integers(1, 10**8)))
    metadata = {"pmid": pmid, "sections": sections} | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "version": st.integers(1, 9),
                "doi": FILLED,
                "pmc": st.just("PMC7"),
                "year": st.integers(1500, 2099),
                "journal": FILLED,
                "language": st.sampled_from(["eng", "eng; fre"]),
                "publication_types": st.lists(FILLED, min_size=1),
                "mesh": st.lists(FILLED, min_size=1),
                "keywords": st.lists(FILLED, min_size=1),
                "registry": st.sampled_from([["NCT01234567"], ["ISRCTN1", "anything"]]),
                "accessions": st.just([{"bank": "GEO", "accession": "GSE1"}]),
                "comments_corrections": st.lists(comments, min_size=1),
                "other_abstracts": st.lists(other, min_size=1),
                "status": st.just("MEDLINE"),
                "owner": st.just("NLM"),
            }
            | ({"vernacular_title": FILLED} if title else {}),
        )
    )
    metadata = {key: value for key, value in metadata.items() if value}
    return Document.of(pmid, title, "\n".join(text for _, text in paragraphs), metadata=metadata)


@settings(deadline=None)
@given(st.lists(documents(), max_size=3))
def test_what_is_written_is_read_back(written):
    assert back(*written) == written


@given(st.text())
def test_any_text_can_be_written(text):
    [document] = back(Document.of("1", text, text))
    assert isinstance(document, Document)


def test_native_json_comes_back_through_xml():
    document = Document.from_json(
        {
            "id": "5",
            "title": "CAR T & LNP: P<0.001.",
            "text": "CAR T & LNP: P<0.001.\n10⁶ cells µm.\nH₂O.",
            "metadata": {"pmid": "5", "sections": [{"label": 'A "b" & c', "start": 22, "end": 35}]},
        }
    )
    assert back(document) == [document]


def test_annotations_stay_behind_and_foreign_metadata_are_borne():
    document = Document(
        "s2:ab",
        "LNPs.",
        "LNPs.",
        metadata={"keywords": "one", "year": "2020", "mesh": None, "x": {}},
        entities=(Mention("e", 0, 4, "NANOPARTICLE", "LNPs"),),
    )
    assert back(document) == [
        Document("s2:ab", "LNPs.", "LNPs.", metadata={"pmid": "s2:ab", "year": 2020, "keywords": ["one"]})
    ]


def test_retractions_are_written_where_nothing_else_says_so():
    [document] = back(Document("1", "T.", "T.", metadata={"retracted": True, "retraction_notice": True}))
    assert document.metadata["retracted"]
    assert document.metadata["retraction_notice"]


def test_books_and_deletions_come_back():
    books = read_all(whole(BOOK.format("<ArticleTitle>A chapter.</ArticleTitle>"), BOOK.format("")))
    assert back(*books) == books
    assert back(Deletion("8", 1), *books, Deletion("9")) == [*books, Deletion("8", 1), Deletion("9")]
