"""Raw bytes against parsed text: what the raw screen finds is all that parsing finds, whatever the bytes look like."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nanocart.corpora.pubmed_xml import Deletion, read
from nanocart.errors import RecordError
from nanocart.schema import Document
from nanocart.screen import screening
from nanocart.screen.query import Query
from nanocart.screen.screening import Counts, Screen

QUERY = Query(
    {
        "car": ("CAR T", "chimeric antigen receptor*", "γδ CAR"),
        "particle": ("nano*", "LNP", "liposom*"),
        "immune": ("T cell*", "PD 1", "β chain"),
    },
    "car or (particle and immune)",
)
HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle" "a.dtd">\n'
)


SCREENS = [Screen(QUERY), Screen(QUERY, quick=False)]
"""By Hyperscan, where it is installed, and by `re`."""


def article(pmid: int, title: str, abstract: str = "", more: str = "") -> str:
    """A record as NLM's dumps have it; title and abstract are XML."""
    return f"""<PubmedArticle>
    <MedlineCitation Status="MEDLINE" Owner="NLM">
      <PMID Version="1">{pmid}</PMID>
      <Article PubModel="Print">
        <Journal><Title>Journal of nanoparticles, T cells and CAR T</Title></Journal>
        <ArticleTitle>{title}</ArticleTitle>
        <Abstract>
          <AbstractText>{abstract}</AbstractText>
        </Abstract>
        <AuthorList><Author><LastName>Naño</LastName></Author></AuthorList>
      </Article>
      {more}
    </MedlineCitation>
  </PubmedArticle>
"""


def dump(*records: str) -> bytes:
    return HEAD + f"<PubmedArticleSet>\n{''.join(records)}</PubmedArticleSet>\n".encode()


def parsed(data: bytes) -> list[Document | Deletion | RecordError]:
    """What parsing every record and matching its text finds."""
    every = list(read(io.BytesIO(data), "a.xml"))
    return [one for one in every if not isinstance(one, Document) or QUERY.matches(one.text)]


def check(data: bytes) -> list[Document | Deletion | RecordError]:
    """Both engines find what parsing finds."""
    wanted = parsed(data)
    for screen in SCREENS:
        assert list(screen(io.BytesIO(data), "a.xml")) == wanted
    return wanted


PIECES = st.sampled_from(
    [
        *"CARTcartγδβΒnaoLNPlimes 1D-",
        "CAR", "nano", "LNP", "T", "cell", "cells", "chimeric", "antigen", "receptor", "lipo", "some", "PD", "chain",
        " ", "\n", "\n      ", "\t", "\u00a0", "\u2011", "\u2013", "\u2009", "\u00ad", "\u200b", "\u0301", "_", "(",
        "<i>", "</i>", "<sup>", "</sup>", "<b><u>", "</u></b>", "<mml:mi>", "</mml:mi>",
        "&amp;", "&lt;", "&gt;", "&#946;", "&#x3b2;", "&#x43;", "&#65;", "&#8209;", "&#xA0;", "&#173;", "&quot;",
        "ſ", "\u212a", "Ａ", "Ｒ", "ﬁ", "²", "ᵀ", "µ", "é", "e\u0301", "𝐂", "½",
    ]
)  # fmt: skip


def balanced(pieces: list[str]) -> str:
    """XML with its inline elements closed in order; an end without its start is left out."""
    found: list[str] = []
    open_: list[str] = []
    for one in pieces:
        if one.startswith("</"):
            for name in one.replace("</", " ").replace(">", " ").split():
                if open_ and open_[-1] == name:
                    open_.pop()
                    found.append(f"</{name}>")
        elif one.startswith("<"):
            names = one.replace("<", " ").replace(">", " ").split()
            open_ += names
            found.append(one)
        else:
            found.append(one)
    return "".join([*found, *(f"</{name}>" for name in reversed(open_))])


XML = st.lists(PIECES, max_size=14).map(balanced)


@given(st.lists(st.tuples(XML, XML), min_size=1, max_size=4))
@example([("C<i>A</i>R&#x2011;<b>T</b>", "")])
@example([("na&#110;o", "T\n   cells")])
@example([("LN<sup>P</sup>", "&#946; chain")])
@example([("ＣＡＲ Ｔ", "")])
@example([("CAR&amp;T", ""), ("CAR &lt; T", "")])
@example([("γ\u00adδ CAR", "")])
@example([("Γδ\u00a0car", "")])
def test_nothing_is_missed(texts: list[tuple[str, str]]) -> None:
    check(dump(*(article(number, *one) for number, one in enumerate(texts, 1))))


@given(st.integers(60, 4000), st.lists(st.tuples(XML, XML), min_size=2, max_size=5))
def test_records_may_cross_the_ends_of_what_is_read(size: int, texts: list[tuple[str, str]]) -> None:
    data = dump(*(article(number, *one) for number, one in enumerate(texts, 1)))
    before = screening.BLOCK
    screening.BLOCK = size
    try:
        check(data)
    finally:
        screening.BLOCK = before


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("CAR-T cells", True),
        ("Scar T cells", False),
        ("Nanoparticles in cars", False),
        ("Nanoparticles and T cells", True),
    ],
)
def test_what_is_found(title: str, found: bool) -> None:
    assert bool(check(dump(article(1, title)))) is found


@pytest.mark.parametrize(
    "between",
    [
        "</AbstractText>\n  <AbstractText Label='X'>",
        ".</AbstractText><AbstractText>&lt; \u2013 ",
        "- - -\n\n- - -",
        "&amp;",
    ],
)
def test_a_letter_and_the_word_behind_it_are_a_term_whatever_parts_them(between: str) -> None:
    assert len(check(dump(article(1, "Nano", f"a T{between}cell"), article(2, "Nano", f"a T x{between}cell")))) == 1


def test_only_title_and_abstract_are_looked_at() -> None:
    counts = Counts()
    more = "<KeywordList><Keyword>CAR T</Keyword></KeywordList>"
    data = dump(article(1, "Cats", "Dogs", more), article(2, "CAR-T"))
    found = list(SCREENS[0](io.BytesIO(data), "a.xml", counts))
    assert [one.id for one in found if isinstance(one, Document)] == ["2"]
    assert (counts.records, counts.raw, counts.matched) == (2, 1, 1)
    assert counts.bytes == len(data)


def test_deletions_come_through() -> None:
    deleted = '<DeleteCitation>\n<PMID Version="1">7</PMID>\n<PMID Version="2">8</PMID>\n</DeleteCitation>\n'
    assert check(dump(article(1, "Cats"), article(2, "CAR-T"), deleted))[1:] == [Deletion("7", 1), Deletion("8", 2)]
    assert check(dump(deleted)) == [Deletion("7", 1), Deletion("8", 2)]


@pytest.mark.parametrize(
    "data",
    [
        dump(article(1, "C<!-- -->AR-T"), article(2, "<![CDATA[CAR T]]>"), article(3, "Cats")),
        dump(article(1, "CAR-T")) + dump(article(2, "CAR-T"), article(3, "Cats")),
        dump(article(1, "CAR-T")).decode().replace("utf-8", "latin-1").encode("latin-1", "replace"),
        dump(article(1, "CAR-T")).decode().replace(' encoding="utf-8"', "").encode("utf-16"),
        article(5, "CAR-T").encode(),
        dump(article(1, "CAR-T"), "<!-- </PubmedArticle> <PubmedArticle> -->", article(2, "CAR-T")),
    ],
)
def test_xml_in_other_forms(data: bytes) -> None:
    assert check(data)


def test_a_file_that_is_cut_off_is_told() -> None:
    data = dump(article(1, "CAR-T"), article(2, "CAR-T cells and nanoparticles"))
    for cut in (len(data) - 30, len(data) - 400):
        found = list(SCREENS[0](io.BytesIO(data[:cut]), "a.xml"))
        assert [one.id for one in found if isinstance(one, Document)][:1] == ["1"]
        assert any(isinstance(one, RecordError) for one in found)


def test_entities_are_refused() -> None:
    from nanocart.errors import SourceError

    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "CAR T">]><PubmedArticleSet></PubmedArticleSet>'
    with pytest.raises(SourceError, match="declares XML entities"):
        list(SCREENS[0](io.BytesIO(bomb), "a.xml"))


DISGUISES = (
    lambda char: char,
    str.swapcase,
    lambda char: f"<i>{char}</i>",
    lambda char: f"{char}<sub/>",
    lambda char: f"&#{ord(char)};",
    lambda char: f"&#x{ord(char.upper()):X};",
    lambda char: chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char,
    lambda char: f"{char}\u00ad",
    lambda char: f"\u2060{char}",
)
BETWEEN = st.sampled_from(
    [" ", "-", "\n     ", "\u00a0", "\u2011", "&#160;", "&#x2010;", "&amp;", " <b>", "(", "\u2009", "&lt;&gt;"]
)


@st.composite
def disguised_terms(draw: st.DrawFn) -> str:
    """A term of the query as no dump would write it, and yet could; a bold face that it opens is closed."""
    term = draw(st.sampled_from([one.rstrip("*") for terms in QUERY.groups.values() for one in terms]))
    words = [
        "".join(draw(st.sampled_from(DISGUISES))(char) for char in word) for word in term.replace("-", " ").split()
    ]
    found = words[0]
    for word in words[1:]:
        found += draw(BETWEEN) + word
    return found + "</b>" * found.count("<b>")


@given(st.lists(disguised_terms(), min_size=2, max_size=5))
def test_a_term_is_found_in_any_disguise(terms: list[str]) -> None:
    check(dump(article(1, " and ".join(terms)), article(2, terms[0], ", ".join(terms[1:]))))


def test_the_disguises_are_seen_through() -> None:
    plain, hidden = "CAR T", "C<i>A</i>&#x52;&#x2010;\u2060t"
    assert [len(check(dump(article(1, one)))) for one in (plain, hidden)] == [1, 1]
