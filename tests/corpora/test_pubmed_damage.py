"""PubMed XML that is broken, cut off, wrongly encoded or hostile: a broken record costs itself and no other."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from nanocart.corpora import pubmed_records
from nanocart.corpora.pubmed_xml import read
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document
from tests.corpora.pubmed import BOOK, article, one, read_all, shape, whole


def test_record_names_in_comments_and_cdata_deceive_nobody():
    inside = "<!-- </PubmedArticle> <PubmedArticle> --><![CDATA[<PubmedArticle> </PubmedArticle>]]>"
    xml = whole(
        "<!-- <PubmedArticle> -->", article(1, title=f"Of {inside}."), "<![CDATA[<PubmedArticle>]]>", article(2)
    )
    first, second = read_all(xml)
    assert first.title == "Of <PubmedArticle> </PubmedArticle>."
    assert second.id == "2"


BROKEN = {
    "an unescaped <": article(2, abstract="<AbstractText>P<0.001 wins.</AbstractText>"),
    "an unescaped &": article(2, title="this & that"),
    "an unknown entity": article(2, title="TNF-&alpha;"),
    "crossing tags": article(2, title="<i><b>x</i></b>"),
    "a control character": article(2, title="x\x01y"),
    "no end": article(2).removesuffix("</PubmedArticle>"),
    "an open comment": article(2, title="<!-- x"),
    "a document type": article(2, title='<!DOCTYPE x [<!ENTITY a "b">]>&a;'),
    "too deep": article(2, title="<i>" * 300 + "</i>" * 300),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_costs_only_itself(broken):
    xml = whole(article(1), broken, article(3))
    found = read_all(xml)
    errors = [x for x in found if isinstance(x, RecordError)]
    assert [x.id for x in found if isinstance(x, Document)] == ["1", "3"]
    assert errors[0].record == "2"
    assert errors[0].source == "a.xml"
    assert errors[0].where == f"byte {xml.encode().index(b'<PubmedArticle>', xml.index('>1</PMID>'))}"


def test_bytes_that_are_no_utf8_cost_one_record():
    xml = whole(article(1), article(2, title="caf#"), article(3)).encode().replace(b"#", b"\xe9")
    assert shape(read_all(xml)) == ["1", ("error", "2"), "3"]


def test_a_record_without_pmid():
    xml = whole(article(""), "<PubmedArticle/>", BOOK.replace("77", "").format(""), article(3))
    assert shape(read_all(xml)) == [("error", ""), ("error", ""), ("error", ""), "3"]


def test_a_damaged_start_tag_is_not_passed_over():
    xml = whole(article(1), article(2).replace("<PubmedArticle>", "<PubmedArt"), article(3))
    found = shape(read_all(xml))
    assert ("error", "") in found
    assert [x for x in found if isinstance(x, str)] == ["1", "2", "3"]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_declared_encodings(encoding):
    xml = whole(article(1, title="Café à l’eau" if encoding != "iso-8859-1" else "Café")).replace("utf-8", encoding)
    [document] = read_all(xml.encode(encoding))
    assert document.title.startswith("Café")


def test_each_document_in_a_row_has_its_own_encoding():
    latin = whole(article(1, title="é")).replace("utf-8", "latin-1").encode("latin-1")
    assert [x.title for x in read_all(latin + whole(article(2, title="é")).encode())] == ["é", "é"]


def test_bytes_outside_the_declared_encoding_cost_one_record():
    xml = whole(article(1, title="é"), article(2)).replace("utf-8", "us-ascii").encode()
    assert shape(read_all(xml)) == [("error", "1"), "2"]


@pytest.mark.parametrize("encoding", ["klingon", "zlib", "rot13"])
def test_unknown_encoding(encoding):
    with pytest.raises(SourceError, match="unknown encoding"):
        read_all(whole(article(1)).replace("utf-8", encoding))


def test_a_wrong_declaration_of_utf16_is_seen_through():
    assert shape(read_all(whole(article(1)).replace("utf-8", "UTF-16"))) == ["1"]


BOMB = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
DECLARED = {
    "bomb": f'<!DOCTYPE PubmedArticleSet [<!ENTITY l0 "lol">{BOMB}]>',
    "external": '<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE PubmedArticleSet [<!ENTITY % x SYSTEM "http://localhost/x.dtd"> %x;]>',
}


@pytest.mark.parametrize("declared", DECLARED.values(), ids=DECLARED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused(declared, encoding):
    xml = f"{declared}<PubmedArticleSet>{article(1, title='&l9;&x;')}</PubmedArticleSet>"
    with pytest.raises(SourceError, match="entities") as caught:
        read_all(xml.encode(encoding))
    assert caught.value.hint


def test_an_external_document_type_is_never_fetched(tmp_path):
    (tmp_path / "x.dtd").write_text('<!ENTITY secret "told">')
    xml = f'<!DOCTYPE PubmedArticleSet SYSTEM "{(tmp_path / "x.dtd").as_uri()}"><PubmedArticleSet>'
    assert shape(read_all(f"{xml}{article(1, title='&secret;')}</PubmedArticleSet>")) == [("error", "1")]


@pytest.mark.parametrize("xml", ["", "  \n \n"])
def test_an_empty_source(xml):
    with pytest.raises(SourceError, match="is empty"):
        read_all(xml)


@pytest.mark.parametrize(
    "xml", ["{}", "<eFetchResult><ERROR>x</ERROR></eFetchResult>", "<html/>", "\x00\x01", "\ufeff"]
)
def test_a_source_of_something_else(xml):
    with pytest.raises(SourceError, match="no PubMed XML"):
        read_all(xml)


def test_a_result_without_records_is_no_error():
    assert read_all(whole()) == read_all("<PubmedArticleSet/>") == []


@pytest.mark.parametrize("part", ["<PubmedAr", "<PMID", "</PubmedData", "</PubmedData></PubmedArticle"])
def test_a_source_cut_off_in_a_record(part):
    xml = whole(article(1), article(2))
    found = read_all(xml[: xml.rindex(part) + len(part)])
    assert [x.id for x in found if isinstance(x, Document)] == ["1"]
    assert len([x for x in found if isinstance(x, RecordError)]) == 1


def test_a_source_cut_off_between_records():
    xml = whole(article(1), article(2))
    cut = xml[: xml.index("</PubmedArticle>") + len("</PubmedArticle>")]
    assert shape(read_all(cut)) == ["1", ("error", "")]
    assert shape(read_all(cut + whole(article(3)))) == ["1", ("error", ""), "3"]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_chunks_may_end_anywhere(monkeypatch, chunk):
    monkeypatch.setattr(pubmed_records, "_CHUNK", chunk)
    broken = article(2, title="<!-- </PubmedArticle> -->a & b")
    xml = whole(article(1, title="β <![CDATA[</PubmedArticle>]]>"), broken, "<DeleteCitation/>", article(3)) + whole()
    assert shape(read_all(xml)) == ["1", ("error", "2"), "3"]
    if chunk > 1:
        assert shape(read_all(xml.replace("utf-8", "utf-16").encode("utf-16"))) == ["1", ("error", "2"), "3"]


def test_an_endless_record_is_given_up(monkeypatch):
    monkeypatch.setattr(pubmed_records, "MAX_RECORD", 20_000)
    monkeypatch.setattr(pubmed_records, "_CHUNK", 5000)
    endless = article(2, title="x" * 60_000)
    assert shape(read_all(whole(article(1), endless, article(3)))) == ["1", ("error", "2"), "3"]


def test_a_long_abstract_is_read_whole():
    text = "word " * 1_000_000
    assert one(abstract=f"<AbstractText>{text}</AbstractText>").abstract == text.strip()


def test_memory_does_not_grow_with_the_source():
    records = [
        (article(i, abstract=f"<AbstractText>{'word ' * 20_000}</AbstractText>") + "\n").encode() for i in range(5)
    ]
    chunks = iter(records * 100)

    class Endless(io.RawIOBase):
        def read(self, size=-1):
            return next(chunks, b"")

    tracemalloc.start()
    count = sum(isinstance(x, Document) for x in read(Endless(), "endless"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 500
    assert peak < 5 << 20  # of 50 MB
