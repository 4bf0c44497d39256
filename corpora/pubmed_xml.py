"""Reading PubMed XML: baseline and update files, efetch results, single records and books.

The format is NLM's (https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd; elements described at
https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html), and MedlineCitationSet before it. How mark-up becomes
text is told in `nanocart.corpora.pubmed_text`.

>>> import io
>>> xml = b"<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>LNPs.</ArticleTitle></Article>"
>>> [one.text for one in read(io.BytesIO(xml + b"</MedlineCitation></PubmedArticle>"), "a.xml")]
['LNPs.']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from lxml import etree
from lxml.etree import _Element

from nanocart.corpora.pubmed_facts import present, retraction, split_accessions, year_of
from nanocart.corpora.pubmed_records import Record, records
from nanocart.corpora.pubmed_text import layout, text_of
from nanocart.errors import RecordError
from nanocart.schema import Document

_NAMESPACES: Final = b' xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink"'


@dataclass(frozen=True, slots=True)
class Deletion:
    """A citation that an update file withdraws (`DeleteCitation`): forget what was read of it."""

    pmid: str
    version: int | None = None


def read(stream: BinaryIO, source: str) -> Iterator[Document | Deletion | RecordError]:
    """The citations and deletions of a stream of PubMed XML, in order, one at a time.

    A document's id is its PMID; its text is the title (of a book, if no chapter has one), a newline and the paragraphs
    of the abstract joined by newlines. `OtherAbstract` gives the text only if it is in English and there is no
    `Abstract`. Metadata, where the record has them: `pmid`, `version`, `doi`, `pmc`, `year` (of the issue, else of the
    electronic version), `journal`, `book`, `language` (ISO 639-2, several joined by "; "), `publication_types`, `mesh`
    (descriptors), `keywords`, `registry` (accession numbers of trial registers), `accessions` (bank and accession of
    other data banks), `sections` (label and offsets of each labelled paragraph), `other_abstracts`,
    `vernacular_title`, `comments_corrections` (type and PMID, without the reference list), `retracted`,
    `retraction_notice`, `status`, `owner`.

    A record that is broken, cut off or has no PMID is yielded as a `RecordError`, and the rest goes on. Raises
    `SourceError` as `nanocart.corpora.pubmed_records.records` does.
    """
    parse = Parser(source)
    for record in records(stream, source):
        if isinstance(record, RecordError):
            yield record
        else:
            yield from parse(record)


class Parser:
    """Parses single records of a source, as `read` yields them."""

    def __init__(self, source: str) -> None:
        self.source = source
        # Nothing outside the record is ever looked at, and no limit of libxml2 is lifted.
        self._parser = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )

    def __call__(self, record: Record) -> Iterator[Document | Deletion | RecordError]:
        """The record's citation, or its deletions, or what is wrong with it."""
        try:
            root = etree.fromstring(_wrapped(record), self._parser)[0]
        except etree.XMLSyntaxError as error:
            hint = "lines and columns count from the record's start"
            yield record.error(self.source, f"broken XML: {error.msg}", hint)
            return
        if record.name.startswith("Delete"):
            yield from _deletions(root)
            return
        document = _book(root) if "Book" in record.name else _article(root)
        yield document or record.error(self.source, "the record has no PMID")


def _wrapped(record: Record) -> bytes:
    data = record.data
    # A paper's references are half of a new record's bytes, and nothing is read from them.
    if record.name == "PubmedArticle" and b"<!" not in data:
        start, end = data.find(b"<ReferenceList"), data.rfind(b"</ReferenceList>")
        if 0 <= start < end:
            data = data[:start] + data[end + len(b"</ReferenceList>") :]
    return b"<r" + (record.namespaces or _NAMESPACES) + b">" + data + b"</r>"


def _deletions(root: _Element) -> Iterator[Deletion]:
    for one in root.iter("PMID"):
        if pmid := text_of(one):
            yield Deletion(pmid, _version(one))


def _version(pmid: _Element) -> int | None:
    version = pmid.get("Version", "")
    return int(version) if version.isdecimal() else None


def _article(root: _Element) -> Document | None:
    citation = root if root.tag == "MedlineCitation" else root.find("MedlineCitation")
    # Dictionaries of the children, because a record is asked for many of them and each `find` is dear.
    around = {} if citation is None else {child.tag: child for child in citation}
    if citation is None or not text_of(around.get("PMID")):
        return None
    article = around.get("Article")
    data = {} if article is None else {child.tag: child for child in article}
    journal = {child.tag: child for child in data["Journal"]} if "Journal" in data else {}
    date = journal["JournalIssue"].find("PubDate") if "JournalIssue" in journal else None
    names = (journal.get("Title"), journal.get("ISOAbbreviation"), around.get("MedlineJournalInfo"))
    types = _texts(data.get("PublicationTypeList"), "PublicationType")
    comments = _comments(around.get("CommentsCorrectionsList"))
    registry, accessions = _accessions(data.get("DataBankList"))
    title, vernacular = text_of(data.get("ArticleTitle")), text_of(data.get("VernacularTitle"))
    metadata = {
        **_identifiers(around["PMID"], root.find("PubmedData/ArticleIdList"), article),
        "year": _year(date) or _year(data.get("ArticleDate")),
        "journal": next((name for one in names if (name := _journal(one))), ""),
        "language": "; ".join(_texts(article, "Language")),
        "publication_types": types,
        "mesh": _texts(around.get("MeshHeadingList"), "DescriptorName"),
        "keywords": _texts(citation, "Keyword"),
        "registry": registry,
        "accessions": accessions,
        "vernacular_title": vernacular,
        "comments_corrections": comments,
        **retraction(types, comments),
        "status": citation.get("Status"),
        "owner": citation.get("Owner"),
    }
    others = list(citation.iterchildren("OtherAbstract"))
    return _document(title or vernacular, data.get("Abstract"), others, metadata)


def _book(root: _Element) -> Document | None:
    record = root if root.tag == "BookDocument" else root.find("BookDocument")
    pmid = None if record is None else record.find("PMID")
    if record is None or pmid is None or not text_of(pmid):
        return None
    types = _texts(record, "PublicationType")
    book = text_of(record.find("Book/BookTitle"))
    metadata = {
        **_identifiers(pmid, record.find("ArticleIdList"), record.find("Book")),
        "year": _year(record.find("Book/PubDate")) or _year(record.find("ContributionDate")),
        "book": book,
        "language": "; ".join(_texts(record, "Language")),
        "publication_types": types,
        "keywords": _texts(record, "Keyword"),
        "vernacular_title": text_of(record.find("VernacularTitle")),
        **retraction(types, []),
    }
    return _document(text_of(record.find("ArticleTitle")) or book, record.find("Abstract"), [], metadata)


def _document(title: str, abstract: _Element | None, others: list[_Element], metadata: dict[str, Any]) -> Document:
    paragraphs = _paragraphs(abstract)
    other_abstracts = []
    for other in others:
        found = _paragraphs(other)
        language = other.get("Language", "eng")
        text = "\n".join(text for _, text in found)
        if text:
            other_abstracts.append({"language": language, "type": other.get("Type", ""), "text": text})
        if not paragraphs and language == "eng":
            paragraphs = found
    text, sections = layout(title, paragraphs)
    metadata |= {"sections": sections, "other_abstracts": other_abstracts}
    return Document(metadata["pmid"], title, text, metadata=present(metadata))


def _paragraphs(abstract: _Element | None) -> list[tuple[str, str]]:
    if abstract is None:
        return []
    found = [(" ".join(one.get("Label", "").split()), text_of(one)) for one in abstract.iterchildren("AbstractText")]
    return [("" if label == "UNLABELLED" else label, text) for label, text in found if text]


def _texts(parent: _Element | None, tag: str) -> list[str]:
    """The texts of all elements of that name below `parent`, empty ones left out."""
    return [] if parent is None else [text for one in parent.iter(tag) if (text := text_of(one))]


def _identifiers(pmid: _Element, ids: _Element | None, located: _Element | None) -> dict[str, Any]:
    """PMID, DOI and PMC number; `ids` are the record's own, never those of its references."""
    found: dict[str, Any] = {"pmid": text_of(pmid), "version": _version(pmid), "doi": "", "pmc": ""}
    for one in ids if ids is not None else ():
        kind = one.get("IdType", "")
        if kind in ("doi", "pmc") and not found[kind]:
            found[kind] = text_of(one)
    for one in located.iterfind("ELocationID") if located is not None and not found["doi"] else ():
        if one.get("EIdType") == "doi" and one.get("ValidYN", "Y") == "Y":
            found["doi"] = text_of(one)
    return found


def _journal(named: _Element | None) -> str:
    return text_of(named.find("MedlineTA") if named is not None and named.tag == "MedlineJournalInfo" else named)


def _year(date: _Element | None) -> int | None:
    """Of `PubDate`, `ArticleDate` or `ContributionDate`; of a MedlineDate ("1998 Dec-1999 Jan") the first."""
    if date is None:
        return None
    return year_of(text_of(date.find("Year"))) or year_of(text_of(date.find("MedlineDate")))


def _comments(listed: _Element | None) -> list[dict[str, str]]:
    out = []
    for one in listed if listed is not None else ():
        kind = one.get("RefType", "")
        if kind and kind != "Cites":  # the old form of the reference list
            pmid = text_of(one.find("PMID"))
            out.append({"type": kind} | ({"pmid": pmid} if pmid else {}))
    return out


def _accessions(listed: _Element | None) -> tuple[list[str], list[dict[str, str]]]:
    numbers = [
        (text_of(bank.find("DataBankName")), number)
        for bank in (listed if listed is not None else ())
        for number in _texts(bank, "AccessionNumber")
    ]
    return split_accessions(numbers)
