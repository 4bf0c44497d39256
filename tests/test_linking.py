"""Names are linked exactly where they can be, else by similar letters, and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nanocart.lexicon import Lexicon, read_rows
from nanocart.linking import THRESHOLD, Linker
from nanocart.text import folded

if TYPE_CHECKING:
    from spacy.language import Language

ROWS = (
    "id\tname\tlabel\tsynonyms\n"
    "X:lnp\tlipid nanoparticle\tNANOPARTICLE\tLNP\n"
    "X:plga\tPLGA nanoparticle\tNANOPARTICLE\n"
    "X:dox\tdoxorubicin\tCARGO\tadriamycin\n"
    "X:doxil\tliposomal doxorubicin\tNANOPARTICLE\n"
)


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(Lexicon.checked(read_rows(ROWS, "own.tsv")))


@pytest.mark.parametrize("surface", ["lipid nanoparticle", "Lipid Nano-particles", "LNPs", "lipid nanoparticles"])
def test_the_same_name_spelling_aside(linker: Linker, surface: str) -> None:
    best = linker.candidates(surface)[0]
    assert (best.concept.id, best.score, best.name, best.why) == ("X:lnp", 1.0, surface, "same name, spelling aside")


def test_similar_letters_say_which_name_was_meant(linker: Linker) -> None:
    best = linker.candidates("lipid nanoparticel")[0]
    assert (best.concept.id, best.name, best.why) == ("X:lnp", "lipid nanoparticle", "similar letters")
    assert 0.5 < best.score < 1


def test_candidates_come_best_first_and_no_more_than_asked(linker: Linker) -> None:
    found = linker.candidates("doxorubicin")
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.score <= 1 for one in found)
    assert len({one.concept.id for one in found}) == len(found)
    assert [one.concept.id for one in found][:2] == ["X:dox", "X:doxil"]
    assert len(linker.candidates("nanoparticle", limit=1)) == 1


def test_a_label_narrows_the_candidates(linker: Linker) -> None:
    assert {one.concept.label for one in linker.candidates("doxorubicin", "NANOPARTICLE")} == {"NANOPARTICLE"}
    assert linker.candidates("doxorubicin", "DISEASE") == []


def test_link_takes_a_name_only_from_the_threshold_on(linker: Linker) -> None:
    assert (linker.link("LNPs", "NANOPARTICLE") or pytest.fail()).score == 1.0
    near = linker.link("doxorubicine", "CARGO") or pytest.fail()
    assert near.concept.id == "X:dox"
    assert THRESHOLD <= near.score < 1
    assert linker.link("doxorubicine", "CARGO") is near  # from memory
    assert linker.link("quinoline", "CARGO") is linker.link("LNPs", "CARGO") is linker.link("+", "CARGO") is None


def test_an_empty_lexicon_knows_nothing() -> None:
    empty = Linker(Lexicon([]))
    assert empty.candidates("LNPs") == []
    assert empty.link("LNPs", "CARGO") is None


@pytest.mark.parametrize("surface", ["lipid nanoparticel", "liposomal doxorubicine", "poly lipid lipid particle", "zz"])
def test_similarities_are_those_of_scikit_learn(surface: str) -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    concepts = [one for one in read_rows(ROWS, "own.tsv") if one.label == "NANOPARTICLE"]
    names = [name for one in concepts for name, _ in one.terms()]
    vectorizer = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True)
    matrix = vectorizer.fit_transform([" ".join(folded(name)) for name in names])
    expected = (matrix @ vectorizer.transform([" ".join(folded(surface))]).T).toarray().ravel()
    ours = {one.concept.id: one.score for one in Linker(Lexicon(concepts)).candidates(surface, "NANOPARTICLE", 9)}
    for concept in concepts:
        best = max(expected[names.index(name)] for name, _ in concept.terms())
        assert ours.get(concept.id, 0.0) == pytest.approx(best, abs=1e-9)


def test_mentions_say_how_they_were_linked(nlp: Language) -> None:
    doc = nlp("LNPs delivered CAR mRNA to T cells.")
    lnp, mrna, cells = doc._.mentions
    assert cells.concept == "CL:0000084"
    assert [ent.kb_id_ for ent in doc.ents] == [lnp.concept, mrna.concept, cells.concept]
    assert all(one.why for one in doc._.mentions)
