"""Writing PubMed XML (https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd) that `pubmed_xml.read` reads back.

>>> import io
>>> out = io.BytesIO()
>>> write_pubmed_xml([Document.of("1", "A title.", "P<0.001.")], out), b"P&lt;0.001." in out.getvalue()
(1, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Final

from nanocart.corpora.pubmed_facts import retraction
from nanocart.corpora.pubmed_xml import Deletion
from nanocart.schema import Document

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"'
    ' "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0
_SPECIAL: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_REGISTERS: Final = {"NCT": "ClinicalTrials.gov", "ISRCTN": "ISRCTN", "ACTRN": "ANZCTR", "ChiCTR": "ChiCTR",
                     "CTRI": "CTRI", "DRKS": "DRKS", "IRCT": "IRCT", "KCT": "CRiS", "jRCT": "JPRN", "JPRN": "JPRN",
                     "PACTR": "PACTR", "RBR": "ReBEC", "TCTR": "TCTR", "UMIN": "UMIN CTR"}  # fmt: skip


def write_pubmed_xml(documents: Iterable[Document | Deletion], stream: BinaryIO) -> int:
    """Writes documents as one PubmedArticleSet in UTF-8, one at a time, and deletions at its end; counts the documents.

    Written are title, text and the metadata that `pubmed_xml.read` gives; annotations and other metadata have no
    place in the format. The PMID is `metadata["pmid"]`, else the document's id. Each line of the text after the title
    is a paragraph, with the label of the section that covers it. Characters that XML forbids become U+FFFD. Runs of
    spaces are written as they are, but every reader of PubMed XML evens them out.
    """
    stream.write(_HEAD.encode())
    count, deletions = 0, []
    for one in documents:
        if isinstance(one, Deletion):
            deletions.append(_pmid(one.pmid, one.version))
        else:
            stream.write((_book(one) if one.metadata.get("book") else _article(one)).encode())
            count += 1
    if deletions:
        stream.write(f"<DeleteCitation>{''.join(deletions)}</DeleteCitation>\n".encode())
    stream.write(b"</PubmedArticleSet>\n")
    return count


def _clean(value: Any) -> str:
    return _FORBIDDEN.sub("\ufffd", str(value)).translate(_SPECIAL)


def _tag(name: str, content: str, **attributes: Any) -> str:
    given = "".join(f' {key}="{_clean(value)}"' for key, value in attributes.items() if value not in (None, ""))
    return f"<{name}{given}>{content}</{name}>"


def _strings(value: Any) -> list[str]:
    """Metadata from elsewhere may hold one string where a list is meant."""
    if value is None or value == "":
        return []
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else [_clean(value)]


def _each(name: str, value: Any, **attributes: Any) -> str:
    return "".join(_tag(name, one, **attributes) for one in _strings(value))


def _listed(name: str, content: str, **attributes: Any) -> str:
    return _tag(name, content, **attributes) if content else ""


def _pmid(pmid: Any, version: Any) -> str:
    return _tag("PMID", _clean(pmid), Version=version)


def _article(document: Document) -> str:
    data = document.metadata
    year = _each("Year", data.get("year")) or "<MedlineDate/>"
    issue = _tag("JournalIssue", _tag("PubDate", year), CitedMedium="Internet")
    article = (
        _tag("Journal", issue + _each("Title", data.get("journal")))
        + _tag("ArticleTitle", _clean(document.title))
        + "<Pagination><MedlinePgn/></Pagination>"
        + _each("ELocationID", data.get("doi"), EIdType="doi", ValidYN="Y")
        + _abstract(document)
        + _languages(data)
        + _listed("DataBankList", _banks(data), CompleteYN="Y")
        + _listed("PublicationTypeList", _types(data))
        + _each("VernacularTitle", data.get("vernacular_title"))
    )
    comments = "".join(
        _tag("CommentsCorrections", "<RefSource/>" + _each("PMID", one.get("pmid")), RefType=one.get("type"))
        for one in data.get("comments_corrections") or ()
    )
    mesh = "".join(_tag("MeshHeading", _tag("DescriptorName", one)) for one in _strings(data.get("mesh")))
    others = "".join(
        _tag("OtherAbstract", _paragraphs(one["text"]), Type=one.get("type"), Language=one.get("language"))
        for one in data.get("other_abstracts") or ()
    )
    citation = (
        _pmid(data.get("pmid") or document.id, data.get("version"))
        + _tag("Article", article, PubModel="Electronic")
        + "<MedlineJournalInfo><MedlineTA/></MedlineJournalInfo>"
        + _listed("CommentsCorrectionsList", comments)
        + _listed("MeshHeadingList", mesh)
        + others
        + _keywords(data)
    )
    record = _tag("MedlineCitation", citation, Status=data.get("status"), Owner=data.get("owner"))
    return _tag("PubmedArticle", record + _tag("PubmedData", "<PublicationStatus/>" + _ids(document))) + "\n"


def _book(document: Document) -> str:
    data = document.metadata
    publisher = "<Publisher><PublisherName/></Publisher>"
    year = _tag("PubDate", _each("Year", data.get("year")) or "<MedlineDate/>")
    record = (
        _pmid(data.get("pmid") or document.id, data.get("version"))
        + _ids(document)
        + _tag("Book", publisher + _each("BookTitle", data["book"]) + year)
        + ("" if document.title == data["book"] else _tag("ArticleTitle", _clean(document.title)))
        + _each("VernacularTitle", data.get("vernacular_title"))
        + _languages(data)
        + _types(data)
        + _abstract(document)
        + _keywords(data)
    )
    return _tag("PubmedBookArticle", _tag("BookDocument", record)) + "\n"


def _abstract(document: Document) -> str:
    sections = document.metadata.get("sections") or ()
    labels = {(one["start"], one["end"]): one["label"] for one in sections}
    abstract = document.abstract
    return _listed("Abstract", _paragraphs(abstract, labels, len(document.text) - len(abstract)))


def _paragraphs(text: str, labels: Mapping[tuple[int, int], str] | None = None, at: int = 0) -> str:
    parts = []
    for line in text.split("\n"):
        if line:
            parts.append(_tag("AbstractText", _clean(line), Label=(labels or {}).get((at, at + len(line)))))
        at += len(line) + 1
    return "".join(parts)


def _languages(data: Mapping[str, Any]) -> str:
    return _each("Language", [one for one in str(data.get("language") or "").split("; ") if one])


def _types(data: Mapping[str, Any]) -> str:
    types = [str(one) for one in data.get("publication_types") or ()]
    said = retraction(types, [dict(one) for one in data.get("comments_corrections") or ()])
    for key, kind in (("retracted", "Retracted Publication"), ("retraction_notice", "Retraction of Publication")):
        if data.get(key) and not said[key]:
            types.append(kind)
    return _each("PublicationType", types)


def _banks(data: Mapping[str, Any]) -> str:
    numbers = [(_register(one), one) for one in _strings(data.get("registry"))]
    numbers += [(_clean(one["bank"]), _clean(one["accession"])) for one in data.get("accessions") or ()]
    return "".join(
        f"<DataBank><DataBankName>{bank}</DataBankName><AccessionNumberList><AccessionNumber>{number}</AccessionNumber>"
        "</AccessionNumberList></DataBank>"
        for bank, number in numbers
    )


def _register(number: str) -> str:
    return next((name for start, name in _REGISTERS.items() if number.startswith(start)), "registry")


def _keywords(data: Mapping[str, Any]) -> str:
    return _listed("KeywordList", _each("Keyword", data.get("keywords"), MajorTopicYN="N"), Owner="NOTNLM")


def _ids(document: Document) -> str:
    data = document.metadata
    ids = {"pubmed": data.get("pmid") or document.id, "doi": data.get("doi"), "pmc": data.get("pmc")}
    return _tag("ArticleIdList", "".join(_each("ArticleId", value, IdType=kind) for kind, value in ids.items()))
