"""Gaps are the names that annotated documents use and no concept of the lexicon answers to."""

from __future__ import annotations

from nanocart.corpora.gaps import Gap, gaps
from nanocart.lexicon import Lexicon
from nanocart.linking import Linker
from nanocart.schema import Document, Mention


def document(id: str, text: str, *marked: tuple[str, str]) -> Document:
    entities = [
        Mention(f"e{at}", text.index(word), text.index(word) + len(word), label, word)
        for at, (word, label) in enumerate(marked)
    ]
    return Document(id, "", text, entities=tuple(entities))


LINKER = Linker(Lexicon.shipped())


def test_known_names_are_no_gaps_and_spellings_of_a_name_are_one() -> None:
    documents = [
        document("1", "Zorbosomes beat LNPs.", ("Zorbosomes", "NANOPARTICLE"), ("LNPs", "NANOPARTICLE")),
        document("2", "A zorbosome and one Zorbosome.", ("zorbosome", "NANOPARTICLE"), ("Zorbosome", "NANOPARTICLE")),
    ]
    (found,) = gaps(documents, LINKER)
    assert (found.label, found.documents, found.mentions) == ("NANOPARTICLE", 2, 3)
    assert found.surface.lower().startswith("zorbosome")


def test_a_name_is_looked_up_among_the_concepts_of_its_own_type() -> None:
    (found,) = gaps([document("1", "LNPs kill.", ("LNPs", "DISEASE"))], LINKER)
    assert (found.label, found.surface) == ("DISEASE", "LNPs")


def test_values_and_qualifiers_have_no_concepts() -> None:
    assert gaps([document("1", "40% at day 3", ("40%", "VALUE"), ("at day 3", "QUALIFIER"))], LINKER) == []


def test_types_come_in_their_order_and_names_by_how_many_documents_use_them() -> None:
    documents = [
        document("1", "Qxa and Qxb and Qxc", ("Qxa", "DISEASE"), ("Qxb", "CARGO"), ("Qxc", "CARGO")),
        document("2", "Qxc", ("Qxc", "CARGO")),
    ]
    assert [(one.label, one.surface) for one in gaps(documents, LINKER)] == [
        ("CARGO", "Qxc"),
        ("CARGO", "Qxb"),
        ("DISEASE", "Qxa"),
    ]


def test_a_gap_names_the_most_similar_concept() -> None:
    (found,) = gaps([document("1", "glioblastic", ("glioblastic", "DISEASE"))], LINKER)
    assert isinstance(found, Gap)
    assert found.similar == "glioblastoma"
    assert 0 < found.score < 0.8
