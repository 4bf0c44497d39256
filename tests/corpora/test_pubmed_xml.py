"""PubMed XML: every feature by hand-made records with expectations worked out by hand, bad input, and round trips."""

from __future__ import annotations

import pytest

from nanocart.corpora.pubmed_xml import Deletion, read
from nanocart.corpora.sources import Source, open_sources
from nanocart.errors import RecordError
from nanocart.schema import Document
from tests.corpora.pubmed import BOOK, article, back, one, read_all, shape, whole


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
