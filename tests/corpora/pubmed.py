"""Hand-made records of PubMed XML for tests, and what is read of them."""

from __future__ import annotations

import io

from nanocart.corpora.pubmed_writer import write_pubmed_xml
from nanocart.corpora.pubmed_xml import Deletion, read
from nanocart.schema import Document

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January'
    ' 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)

BOOK = (
    '<PubmedBookArticle><BookDocument><PMID Version="1">77</PMID>'
    '<ArticleIdList><ArticleId IdType="doi">10.1/b</ArticleId></ArticleIdList>'
    "<Book><Publisher><PublisherName>NCBI</PublisherName></Publisher><BookTitle>A book.</BookTitle>"
    "<PubDate><Year>2019</Year></PubDate></Book>{}<Language>eng</Language>"
    '<PublicationType UI="D016454">Review</PublicationType><Abstract><AbstractText>Of cells.</AbstractText></Abstract>'
    "<KeywordList><Keyword>cells</Keyword></KeywordList></BookDocument><PubmedBookData/></PubmedBookArticle>"
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
