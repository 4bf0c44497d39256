"""The lexicon: its format, what its names match in a text, and what it refuses."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.errors import LexiconError
from nanocart.lexicon import COLUMNS, Concept, Lexicon, read_file, read_rows, to_tsv
from nanocart.schema import CATEGORIES
from tests.strategies import CHARACTERS

HEADER = "id\tname\tlabel\tsynonyms\tbroader\tcategory\tbetter\tnote\n"
ROWS = (
    "X:lnp\tlipid nanoparticle\tNANOPARTICLE\tLNP\n"
    "X:il-lnp\tionizable lipid nanoparticle\tNANOPARTICLE\tiLNP\tX:lnp\n"
    "X:pic\tpoly(I:C)\tCARGO\n"
    "X:cldn\tclaudin 18.2\tCAR_TARGET\tCLDN18.2\n"
    "X:cd19\tCD19\tCAR_TARGET\tB-lymphocyte antigen CD19\n"
    "X:cart\tCAR-T cell\tCELL_TYPE\tCAR T|?CART\n"
    "X:ifn\tIFN-γ\tCARGO\n"
    "X:art\tcART\tNONE\n"
    "X:all\tacute lymphoblastic leukemia\tDISEASE\t?ALL\n"
    "X:viral\tnon-viral vector\tCARGO\n"
    "X:crs\tcytokine release syndrome\tOUTCOME\tCRS\t\ttoxicity\tlower\n"
)


def lexicon(rows: str = ROWS) -> Lexicon:
    return Lexicon.checked(read_rows(HEADER + rows, "own.tsv"))


def found(text: str, rows: str = ROWS) -> list[tuple[str, str]]:
    """Each match with its first concept; "?" before one that is weak."""
    hits = lexicon(rows).matches(text)
    return [(text[hit.start : hit.end], "?" * hit.terms[0].weak + hit.terms[0].concept.id) for hit in hits]


# The format.


def test_a_row_with_everything() -> None:
    text = (
        "# mine\n"
        + HEADER
        + "\nX:1\tfibrosis\tOUTCOME\tscar | ?CF\tX:2\tmicroenvironment\tlower\tof the heart\n# end\n"
    )
    (one,) = read_rows(text, "own.tsv")
    assert one == Concept(
        "X:1", "fibrosis", "OUTCOME", ("scar", "?CF"), "X:2", "microenvironment", "lower", "of the heart", "own.tsv:4"
    )
    assert list(one.terms()) == [("fibrosis", False), ("scar", False), ("CF", True)]


def test_columns_in_any_order_and_short_rows() -> None:
    assert next(read_rows("label\tid\tname\tnote\nCARGO\tX:1\tsiRNA\n", "a")) == Concept(
        "X:1", "siRNA", "CARGO", source="a:2"
    )


def test_a_file_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_bytes(b"\xef\xbb\xbfid\tname\tlabel\r\nX:1\tsiRNA\tCARGO\r\n")
    assert [one.name for one in read_file(path)] == ["siRNA"]


def test_quotes_are_letters_of_a_name() -> None:
    (one,) = read_rows('id\tname\tlabel\nX:1\t"smart" particle\tNANOPARTICLE\n', "a")
    assert one.name == '"smart" particle'


def test_written_and_read_again() -> None:
    concepts = list(lexicon())
    again = list(read_rows(to_tsv(concepts), "a"))
    assert [(one.id, one.name, one.label, one.synonyms, one.broader, one.category, one.better) for one in again] == [
        (one.id, one.name, one.label, one.synonyms, one.broader, one.category, one.better) for one in concepts
    ]
    assert to_tsv([]).split() == list(COLUMNS)


# Matching.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Lipid nanoparticles and LNPs.", [("Lipid nanoparticles", "X:lnp"), ("LNPs", "X:lnp")]),
        (
            "lipid-nanoparticle, lipid nano-particles",
            [("lipid-nanoparticle", "X:lnp"), ("lipid nano-particles", "X:lnp")],
        ),
        ("ionizable lipid nanoparticles", [("ionizable lipid nanoparticles", "X:il-lnp")]),  # the longest
        ("an ionizable lipid", []),
        ("lipid. Nanoparticles", []),
        ("lipid\nnanoparticles", []),
        ("poly I:C", [("poly I:C", "X:pic")]),
        (
            "claudin 18.2, Claudin-18.2, claudin18.2, CLDN18.2",
            [("claudin 18.2", "X:cldn"), ("Claudin-18.2", "X:cldn"), ("claudin18.2", "X:cldn"), ("CLDN18.2", "X:cldn")],
        ),
        ("claudin 18 was", []),
        ("IFNγ, IFN-γ+", [("IFNγ", "X:ifn"), ("IFN-γ", "X:ifn")]),
        ("nonviral vectors, non-viral vector", [("nonviral vectors", "X:viral"), ("non-viral vector", "X:viral")]),
        ("CD19CAR T cells", [("CD19", "X:cd19"), ("CAR T cells", "X:cart")]),  # glued
        ("CD190 and aCD19 and CD19b", []),
        ("LNPs' size", [("LNPs", "X:lnp")]),
        ("A nanotube's size and lupus' course", []),
        ("the lipid nanoparticle's size", [("lipid nanoparticle", "X:lnp")]),
    ],
)
def test_what_a_text_names(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "surface", "id"),
    [
        ("given poly(I:C) i.v.", "poly(I:C)", "X:pic"),
        ("IFN gamma rose", "IFN gamma", "X:ifn"),
        ("ionisable lipid nanoparticles", "ionisable lipid nanoparticles", "X:il-lnp"),
        ("The LNP's size", "LNP", "X:lnp"),
    ],
)
def test_spellings_of_one_name(text: str, surface: str, id: str) -> None:
    assert found(text) == [(surface, id)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("CD19 and cd19", [("CD19", "X:cd19")]),
        ("LNP, lnp", [("LNP", "X:lnp")]),
        ("on cART now", [("cART", "X:art")]),
        ("CART cells", [("CART", "?X:cart")]),
        ("a cart", []),
        ("Car-T cell", []),
        ("ALL or all", [("ALL", "?X:all")]),
        ("ACUTE LYMPHOBLASTIC LEUKEMIA", [("ACUTE LYMPHOBLASTIC LEUKEMIA", "X:all")]),  # no acronym: any case
    ],
)
def test_the_case_of_acronyms_tells(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


def test_find_a_whole_name() -> None:
    assert [one.id for one in lexicon().find("Lipid nano-particles")] == ["X:lnp"]
    assert lexicon().find("lipid") == []
    assert lexicon().find("large lipid nanoparticle") == []
    assert lexicon().find("") == []


def test_one_name_may_be_weak_in_two_concepts() -> None:
    rows = "X:1\tcomplete response\tOUTCOME\tCR\t\tresponse\nX:2\tcomplement receptor\tCARGO\t?CR\n"
    (hit,) = lexicon(rows).matches("CR")
    assert [(term.concept.id, term.weak) for term in hit.terms] == [("X:1", False), ("X:2", True)]


def test_broader_concepts() -> None:
    assert [one.id for one in lexicon().ancestors("X:il-lnp")] == ["X:il-lnp", "X:lnp"]
    assert list(lexicon().ancestors("X:missing")) == []


@given(
    st.lists(
        st.sampled_from([*(name for one in lexicon() for name, _ in one.terms()), *CHARACTERS, "CAR", "\n"]),
        max_size=12,
    )
)
def test_matches_are_in_order_and_apart(parts: list[str]) -> None:
    text = "".join(parts)
    hits = lexicon().matches(text)
    assert all(0 <= hit.start < hit.end <= len(text) and hit.terms for hit in hits)
    assert all(a.end <= b.start for a, b in itertools.pairwise(hits))
    assert all(text[hit.start : hit.end] == text[hit.start : hit.end].strip() for hit in hits)


# What is refused.


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("X:1\tLNP\tGENE\n", "own.tsv:2: X:1 has the unknown label 'GENE': one of NANOPARTICLE"),
        ("X:1\tLNP\tNANOPARTICLE\t\tX:9\n", "own.tsv:2: X:1 has the unknown broader concept X:9"),
        ("X:1\tLNP\tNANOPARTICLE\t\tX:1\n", "own.tsv:2: X:1 is broader than itself"),
        ("X:1\tLNP\tNANOPARTICLE\t\tX:2\nX:2\tNP\tNANOPARTICLE\t\tX:1\n", "X:1 is broader than itself, by way of X:1"),
        ("X:1\tLNP\tNANOPARTICLE\nX:2\tthing\tCARGO\tLNPs\n", "own.tsv:3: 'LNPs' has two labels: X:2 and X:1"),
        ("X:1\tLNP\tCARGO\nX:2\tthing\tCARGO\tLNP\n", "own.tsv:3: 'LNP' is in two concepts: X:2 and X:1"),
        ("X:1\tdeath\tOUTCOME\n", "own.tsv:2: X:1 needs a category: one of response"),
        ("X:1\tdeath\tOUTCOME\t\t\tdying\n", "own.tsv:2: X:1 needs a category"),
        (
            "X:1\tdeath\tOUTCOME\t\t\tsurvival\tless\n",
            "own.tsv:2: X:1: better is 'higher', 'lower' or empty, not 'less'",
        ),
        ("X:1\t+/-\tCARGO\n", "own.tsv:2: X:1 has a name without a letter or digit: '+/-'"),
        ("X:1\tLNP\tCARGO\nX:1\tNP\tCARGO\n", "own.tsv:3: X:1 stands in line 2 too"),
        ("X:1\t\tCARGO\n", "own.tsv:2: id, name and label must be filled"),
    ],
)
def test_a_contradiction_names_its_row(rows: str, said: str) -> None:
    with pytest.raises(LexiconError, match=re.escape(said)):
        lexicon(rows)


def test_all_contradictions_at_once() -> None:
    with pytest.raises(LexiconError) as caught:
        lexicon("X:1\tLNP\tGENE\nX:2\tNP\tCARGO\t\tX:9\n")
    assert "X:1" in str(caught.value)
    assert "X:9" in str(caught.value)


def test_a_weak_name_contradicts_nothing() -> None:
    assert len(lexicon("X:1\tLNP\tNANOPARTICLE\nX:2\tthing\tCARGO\t?LNP\n")) == 2


@pytest.mark.parametrize("content", [b"a\tb\n1\t2\n", b"", b"\xff\xfe\x00", None])
def test_a_file_that_is_no_lexicon(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LexiconError, match=r"own\.tsv"):
        read_file(path)


def test_a_users_row_replaces_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text(
        "id\tname\tlabel\nHGNC:1633\tCD19 of mine\tCAR_TARGET\nMY:1\tfrobnicated dendriosome\tNANOPARTICLE\n"
    )
    own = Lexicon.shipped(path)
    assert own.concepts["HGNC:1633"].name == "CD19 of mine"
    assert own.find("CD19") == []
    assert own.find("frobnicated dendriosomes")[0].id == "MY:1"
    assert len(own) == len(Lexicon.shipped()) + 1


# The shipped rows.


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return Lexicon.shipped()


@pytest.mark.parametrize(
    ("label", "least"),
    [
        ("NANOPARTICLE", 150),
        ("CAR_TARGET", 150),
        ("CELL_TYPE", 150),
        ("CARGO", 120),
        ("DISEASE", 300),
        ("OUTCOME", 250),
    ],
)
def test_enough_concepts(shipped: Lexicon, label: str, least: int) -> None:
    assert Counter(one.label for one in shipped)[label] >= least


def test_shipped_rows_do_not_contradict_themselves(shipped: Lexicon) -> None:
    assert shipped.problems() == []
    assert {one.category for one in shipped if one.label == "OUTCOME"} == set(CATEGORIES)
    assert all(one.category is None for one in shipped if one.label != "OUTCOME")
    assert all(one.label == shipped.concepts[one.broader].label for one in shipped if one.broader)


def test_identifiers_are_nanocarts_own_or_have_the_form_of_their_source(shipped: Lexicon) -> None:
    form = re.compile(r"NC:[\w-]+|HGNC:\d+|CL:\d{7}|MESH:[A-Z]\d+|MONDO:\d{7}|UNIPROT:[A-Z]\w{5,9}")
    assert [one.id for one in shipped if not form.fullmatch(one.id)] == []
    homes = {"HGNC": "CAR_TARGET", "CL": "CELL_TYPE", "MONDO": "DISEASE"}
    assert [one.id for one in shipped if one.label != homes.get(one.id.split(":")[0], one.label)] == []


@pytest.mark.parametrize(
    ("surface", "id"),
    [
        ("CD19", "HGNC:1633"),
        ("CD22", "HGNC:1643"),
        ("MS4A1", "HGNC:7315"),
        ("T cells", "CL:0000084"),
        ("B cell", "CL:0000236"),
        ("natural killer cells", "CL:0000623"),
        ("macrophages", "CL:0000235"),
        ("multiple myeloma", "MESH:D009101"),
        ("glioblastoma", "MESH:D005909"),
        ("neuroblastoma", "MESH:D009447"),
    ],
)
def test_well_known_identifiers(shipped: Lexicon, surface: str, id: str) -> None:
    assert id in [one.id for one in shipped.find(surface)]


@pytest.mark.parametrize(
    ("surface", "label"),
    [
        ("ionizable lipid nanoparticles", "NANOPARTICLE"),
        ("nab-paclitaxel", "NANOPARTICLE"),
        ("exosomes", "NANOPARTICLE"),
        ("virus-like particle", "NANOPARTICLE"),
        ("circular RNA", "CARGO"),
        ("IL-12", "CARGO"),
        ("BCMA", "CAR_TARGET"),
        ("B-cell maturation antigen", "CAR_TARGET"),
        ("tisagenlecleucel", "CELL_TYPE"),
        ("systemic lupus erythematosus", "DISEASE"),
        ("tumour growth", "OUTCOME"),
        ("overall survival", "OUTCOME"),
        ("cART", "NONE"),
    ],
)
def test_what_the_field_speaks_of_is_there(shipped: Lexicon, surface: str, label: str) -> None:
    assert label in [one.label for one in shipped.find(surface)]
