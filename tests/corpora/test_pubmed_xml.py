"""PubMed XML: every feature by hand-made records with expectations worked out by hand, bad input, and round trips."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from nanocart.corpora import pubmed_records
from nanocart.corpora.pubmed_writer import write_pubmed_xml
from nanocart.corpora.pubmed_xml import Deletion, read
from nanocart.corpora.sources import Source, open_sources
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January'
    ' 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)


def article(pmid=1, title="A title.", abstract="", *, inside="", around="", after="", journal=""):
    """A record: `inside` Article, `around` it in MedlineCitation, `after` in PubmedData."""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="2">{pmid}</PMID><Article>'
        f"<Journal>{journal}</Journal><ArticleTitle>{title}</ArticleTitle>"
        f"{abstract and f'<Abstract>{abstract}</Abstract>'}{inside}</Article>{around}</MedlineCitation>"
        f"<PubmedData>{after}</PubmedData></PubmedArticle>"
    )


def whole(*records):
    return f"{HEAD}<PubmedArticleSet>\n{chr(10).join(records)}\n</PubmedArticleSet>\n"


def read_all(xml):
    return list(read(io.BytesIO(xml if isinstance(xml, bytes) else xml.encode()), "a.xml"))


def back(*written):
    out = io.BytesIO()
    write_pubmed_xml(written, out)
    return read_all(out.getvalue())


def one(*args, **kwargs):
    [document] = read_all(whole(article(*args, **kwargs)))
    assert isinstance(document, Document), document
    return document


def shape(xml):
    """What comes out, in short: ids of documents, deletions, and errors by their PMID."""
    return [x.id if isinstance(x, Document) else x if isinstance(x, Deletion) else ("error", x.record) for x in xml]


def test_text_is_title_newline_abstract_and_the_id_is_the_pmid():
    document = one(12345, "LNPs make CAR T cells.", "<AbstractText>They do. </AbstractText>")
    assert (document.id, document.title, document.abstract) == ("12345", "LNPs make CAR T cells.", "They do.")
    assert document.text == "LNPs make CAR T cells.\nThey do."
    assert document.metadata == {"pmid": "12345", "version": 2, "status": "MEDLINE", "owner": "NLM"}


def test_labels_are_metadata_and_empty_paragraphs_leave_nothing():
    document = one(
        title="T.",
        abstract='<AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see.</AbstractText><AbstractText Label="X"/>'
        '<AbstractText Label="UNLABELLED">Seen.</AbstractText><AbstractText Label="RESULTS\n  OF IT">'
        "β rose.</AbstractText>"
        "<CopyrightInformation>Ours.</CopyrightInformation>",
    )
    assert document.text == "T.\nTo see.\nSeen.\nβ rose."
    assert document.metadata["sections"] == [
        {"label": "AIM", "start": 3, "end": 10},
        {"label": "RESULTS OF IT", "start": 17, "end": 24},
    ]
    assert document.text[17:24] == "β rose."


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<i>In vivo</i> <b>CAR</b>s<u>!</u>", "In vivo CARs!"),
        ("10<sup>6</sup> cells", "10⁶ cells"),
        ("1.5 × 10<sup>-12</sup> M", "1.5 × 10⁻¹² M"),
        ("cm<sup>−2</sup>", "cm⁻²"),
        ("Ca<sup>2+</sup> and H<sub>2</sub>O, IC<sub>50</sub>", "Ca²⁺ and H₂O, IC₅₀"),
        ("CD8<sup>+</sup> T, p14<sup>ARF</sup>, α<sub>v</sub>β<sub>3</sub>", "CD8+ T, p14ARF, αvβ₃"),
        ("75 cm<sup>[2]</sup>, 1<sup>st</sup>, <sup>18</sup>F", "75 cm[2], 1st, ¹⁸F"),
        ("x<sup><i>2</i></sup>, y<sup>a<sub>1</sub></sup>", "x², ya₁"),
        ("P&lt;0.001 &amp; IFN-&#947; &#x2265; 5&#xa0;pg", "P<0.001 & IFN-γ ≥ 5\xa0pg"),
        ("  a\n          b\t\tc  \r\n d\u2028e ", "a b c d e"),
        ("thin\u2009space", "thin\u2009space"),
        ("e\u0301 and é", "e\u0301 and é"),
        ("a<!-- no --> b<![CDATA[ <c> & d]]>", "a b <c> & d"),
        ("a <?pi no?>b", "a b"),
    ],
)
def test_mark_up(xml, text):
    assert one(title=xml).title == text
    assert one(abstract=f"<AbstractText>{xml}</AbstractText>").abstract == text


def test_mathml_is_read_in_one_line():
    formula = (
        '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">\n <mml:semantics>\n <mml:mrow>\n '
        "<mml:msup><mml:mi>x</mml:mi>"
        "<mml:mn>2</mml:mn></mml:msup>\n <mml:mo>=</mml:mo> <mml:mfrac><mml:mn>1</mml:mn><mml:msub><mml:mi>k</mml:mi>"
        "<mml:mi>B</mml:mi></mml:msub></mml:mfrac><mml:mtext> for  all</mml:mtext></mml:mrow>\n"
        '<mml:annotation encoding="application/x-tex">x^2</mml:annotation></mml:semantics></mml:math>'
    )
    assert one(title=f"With {formula} shown.").title == "With x²=1/kB for all shown."
    # NLM's DTD declares the prefix, so a file need not.
    bare = formula.replace(' xmlns:mml="http://www.w3.org/1998/Math/MathML"', "")
    assert one(title=f"With {bare} shown.").title == "With x²=1/kB for all shown."


def test_prefixes_of_the_root_are_known_in_its_records():
    xml = f'<PubmedArticleSet xmlns:m="http://www.w3.org/1998/Math/MathML">{article(title="<m:math><m:mi>x</m:mi></m:math>")}'
    assert read_all(xml + "</PubmedArticleSet>")[0].title == "x"


def test_metadata():
    document = one(
        journal="<JournalIssue><PubDate><Year>2021</Year></PubDate></JournalIssue><Title>Nature</Title>",
        inside='<ELocationID EIdType="doi" ValidYN="Y">10.1/e</ELocationID>'
        "<Language>eng</Language><Language>fre</Language>"
        "<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList><AccessionNumber>"
        "NCT01234567</AccessionNumber></AccessionNumberList></DataBank><DataBank><DataBankName>GEO</DataBankName>"
        "<AccessionNumberList><AccessionNumber>GSE1</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
        "<PublicationTypeList><PublicationType>Journal Article</PublicationType>"
        "<PublicationType>Review</PublicationType></PublicationTypeList><VernacularTitle>Un titre.</VernacularTitle>"
        "<ArticleDate><Year>2020</Year></ArticleDate>",
        around="<MeshHeadingList><MeshHeading><DescriptorName>Mice</DescriptorName><QualifierName>genetics</QualifierName>"
        "</MeshHeading><MeshHeading><DescriptorName>Liposomes</DescriptorName></MeshHeading></MeshHeadingList>"
        "<KeywordList><Keyword><i>CAR</i>-T</Keyword></KeywordList><KeywordList><Keyword>LNP</Keyword></KeywordList>"
        '<CommentsCorrectionsList><CommentsCorrections RefType="Cites"><PMID>5</PMID></CommentsCorrections>'
        '<CommentsCorrections RefType="CommentIn"><RefSource>J</RefSource><PMID>6</PMID></CommentsCorrections>'
        '<CommentsCorrections RefType="ErratumIn"><RefSource>J</RefSource></CommentsCorrections>'
        "</CommentsCorrectionsList>",
        after='<ArticleIdList><ArticleId IdType="doi">10.1/a</ArticleId><ArticleId IdType="pmc">PMC1</ArticleId>'
        '</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/not</ArticleId>'
        '<ArticleId IdType="pmc">PMC9</ArticleId></ArticleIdList></Reference></ReferenceList>',
    )
    assert document.metadata == {
        "pmid": "1",
        "version": 2,
        "doi": "10.1/a",
        "pmc": "PMC1",
        "year": 2021,
        "journal": "Nature",
        "language": "eng; fre",
        "publication_types": ["Journal Article", "Review"],
        "mesh": ["Mice", "Liposomes"],
        "keywords": ["CAR-T", "LNP"],
        "registry": ["NCT01234567"],
        "accessions": [{"bank": "GEO", "accession": "GSE1"}],
        "vernacular_title": "Un titre.",
        "comments_corrections": [{"type": "CommentIn", "pmid": "6"}, {"type": "ErratumIn"}],
        "status": "MEDLINE",
        "owner": "NLM",
    }


def test_identifiers_of_references_are_never_the_articles_own():
    references = (
        '<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/not</ArticleId></ArticleIdList>'
        "</Reference></ReferenceList>"
    )
    located = (
        '<ELocationID EIdType="doi" ValidYN="N">10.1/bad</ELocationID><ELocationID EIdType="doi">10.1/e</ELocationID>'
    )
    assert one(inside=located, after=references).metadata["doi"] == "10.1/e"
    assert "doi" not in one(after=references).metadata
    assert "doi" not in one(after=f"<!-- which keeps the references from being skipped -->{references}").metadata


@pytest.mark.parametrize(
    ("issue", "inside", "year"),
    [
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "", 1998),
        ("<MedlineDate>Spring</MedlineDate>", "<ArticleDate><Year>2003</Year></ArticleDate>", 2003),
        ("<Year>1889</Year>", "", 1889),
        ("", "", None),
    ],
)
def test_year(issue, inside, year):
    journal = f"<JournalIssue><PubDate>{issue}</PubDate></JournalIssue>"
    assert one(journal=journal, inside=inside).metadata.get("year") == year


def test_journal_falls_back_on_its_abbreviations():
    named = "<MedlineJournalInfo><MedlineTA>Nat</MedlineTA></MedlineJournalInfo>"
    assert one(journal="<ISOAbbreviation>Nat.</ISOAbbreviation>", around=named).metadata["journal"] == "Nat."
    assert one(around=named).metadata["journal"] == "Nat"


@pytest.mark.parametrize(
    ("types", "comments", "retracted", "notice"),
    [
        ("Retracted Publication", "", True, None),
        ("Journal Article", "RetractionIn", True, None),
        ("Retraction of Publication", "RetractionOf", None, True),
        ("Journal Article", "PartialRetractionIn", None, None),
    ],
)
def test_retractions(types, comments, retracted, notice):
    metadata = one(
        inside=f"<PublicationTypeList><PublicationType>{types}</PublicationType></PublicationTypeList>",
        around=f'<CommentsCorrectionsList><CommentsCorrections RefType="{comments}"/></CommentsCorrectionsList>',
    ).metadata
    assert (metadata.get("retracted"), metadata.get("retraction_notice")) == (retracted, notice)


OTHERS = (
    '<OtherAbstract Type="Publisher" Language="fre"><AbstractText>Un résumé.</AbstractText></OtherAbstract>'
    '<OtherAbstract Type="AAMC"><AbstractText Label="AIM">An aim.</AbstractText><AbstractText>More.</AbstractText>'
    "</OtherAbstract>"
)


def test_an_english_other_abstract_stands_in_only_where_there_is_no_abstract():
    kept = [
        {"language": "fre", "type": "Publisher", "text": "Un résumé."},
        {"language": "eng", "type": "AAMC", "text": "An aim.\nMore."},
    ]
    without = one(title="T.", around=OTHERS)
    assert without.text == "T.\nAn aim.\nMore."
    assert without.metadata["sections"] == [{"label": "AIM", "start": 3, "end": 10}]
    beside = one(title="T.", abstract="<AbstractText>Own.</AbstractText>", around=OTHERS)
    assert beside.text == "T.\nOwn."
    assert without.metadata["other_abstracts"] == beside.metadata["other_abstracts"] == kept
    assert one(title="T.", around=OTHERS.split('<OtherAbstract Type="AAMC', maxsplit=1)[0]).text == "T."


def test_titles_in_brackets_and_in_the_vernacular():
    translated = one(title="[Of nanoparticles].", inside="<VernacularTitle>Von Partikeln.</VernacularTitle>")
    assert (translated.title, translated.metadata["vernacular_title"]) == ("[Of nanoparticles].", "Von Partikeln.")
    assert one(title="", inside="<VernacularTitle>Von Partikeln.</VernacularTitle>").title == "Von Partikeln."
    assert one(title="", abstract="<AbstractText>Only this.</AbstractText>").text == "Only this."


BOOK = (
    '<PubmedBookArticle><BookDocument><PMID Version="1">77</PMID>'
    '<ArticleIdList><ArticleId IdType="doi">10.1/b</ArticleId></ArticleIdList>'
    "<Book><Publisher><PublisherName>NCBI</PublisherName></Publisher><BookTitle>A book.</BookTitle>"
    "<PubDate><Year>2019</Year></PubDate></Book>{}<Language>eng</Language>"
    '<PublicationType UI="D016454">Review</PublicationType><Abstract><AbstractText>Of cells.</AbstractText></Abstract>'
    "<KeywordList><Keyword>cells</Keyword></KeywordList></BookDocument><PubmedBookData/></PubmedBookArticle>"
)


def test_books():
    [chapter] = read_all(whole(BOOK.format("<ArticleTitle>A chapter.</ArticleTitle>")))
    assert (chapter.id, chapter.text) == ("77", "A chapter.\nOf cells.")
    assert chapter.metadata == {
        "pmid": "77",
        "version": 1,
        "doi": "10.1/b",
        "year": 2019,
        "book": "A book.",
        "language": "eng",
        "publication_types": ["Review"],
        "keywords": ["cells"],
    }
    [book] = read_all(f"<PubmedBookArticleSet>{BOOK.format('')}</PubmedBookArticleSet>")
    assert book.text == "A book.\nOf cells."


def test_deletions_come_in_order_with_the_documents():
    deleted = '<DeleteCitation>\n<PMID Version="1">8</PMID><PMID>9</PMID></DeleteCitation><DeleteCitation/>'
    assert shape(read_all(whole(article(1), deleted, article(2)))) == ["1", Deletion("8", 1), Deletion("9"), "2"]


def test_all_kinds_of_roots_and_several_documents_in_a_row():
    old = "<MedlineCitationSet><MedlineCitation><PMID>3</PMID><Article/></MedlineCitation></MedlineCitationSet>"
    single = '<?xml version="1.0" ?>' + article(4)
    assert shape(read_all(whole(article(1), article(2)) + old + single + whole())) == ["1", "2", "3", "4"]


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


# Real records


@pytest.mark.data
def test_real_samples(data_folder):
    found, failed, files = [], [], 0
    for source in open_sources([data_folder / "pubmed_xml" / "real_samples.tar.xz"]):
        assert isinstance(source, Source), source
        files += 1
        for item in read(source.stream, source.name):
            (failed if isinstance(item, RecordError) else found).append(item)
    documents = [x for x in found if isinstance(x, Document)]
    assert (files, len(documents), len(found) - len(documents)) == (111, 814, 4)
    assert len({x.id for x in documents}) == 763
    assert [x.reason for x in failed] == ["the source is cut off inside this record"]
    assert not [problem for x in documents for problem in x.problems()]
    assert back(*documents) == documents
