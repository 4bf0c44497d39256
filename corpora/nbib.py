"""Reading PubMed's nbib files: the MEDLINE display format, of PubMed's "Save citation" and efetch `rettype=medline`.

Fields are described at https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format: a tag of up to four characters, "- ", the
value, and continuation lines that begin with six spaces. A blank line parts the records.

>>> import io
>>> [one.text for one in read(io.BytesIO(b"PMID- 1\\nTI  - LNPs in\\n      mice.\\nAB  - They work.\\n"), "a.nbib")]
['LNPs in mice.\\nThey work.']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from nanocart.corpora.pubmed_facts import present, retraction, split_accessions, year_of
from nanocart.corpora.pubmed_text import layout, tidy
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document

_FIELD: Final = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_PMID: Final = re.compile(rb"^PMID- *(\d+)", re.MULTILINE)
_COMMENTS: Final = {
    "CIN": "CommentIn", "CON": "CommentOn", "CRI": "CorrectedandRepublishedIn", "CRF": "CorrectedandRepublishedFrom",
    "ECI": "ExpressionOfConcernIn", "ECF": "ExpressionOfConcernFor", "EIN": "ErratumIn", "EFR": "ErratumFor",
    "ORI": "OriginalReportIn", "RIN": "RetractionIn", "ROF": "RetractionOf", "RPI": "RepublishedIn",
    "RPF": "RepublishedFrom", "RRI": "RetractedandRepublishedIn", "RRF": "RetractedandRepublishedFrom",
    "SPIN": "SummaryForPatientsIn", "UIN": "UpdateIn", "UOF": "UpdateOf",
}  # fmt: skip
_LABEL: Final = re.compile(r"(?:^|(?<=[.?!)\]] ))([A-Z][A-Z0-9 ,/&()'’-]{1,79}): ?")
_LABEL_WORD: Final = re.compile(
    "AIM|AREAS COVERED|BACKGROUND|BIAS|CASE|CLINICAL|CONCLUSION|CONTEXT|DATA|DESIGN|DIAGNOS|DISCUSSION|EVIDENCE"
    "|EXPERT OPINION|EXPOSURE|FINDING|FUNDING|GOAL|HYPOTHES|IMPLICATION|IMPORTANCE|INNOVATION|INTERPRETATION"
    "|INTERVENTION|INTRODUCTION|KEY|LIMITATION|MATERIAL|MEASURE|METHOD|OBJECTIVE|OUTCOME|PARTICIPANT|PATIENT|PERSPECTIVE"
    "|PURPOSE|QUESTION|RATIONALE|RECOMMENDATION|REGISTRATION|RELEVANCE|RESULT|SCOPE|SETTING|SIGNIFICANCE|SOURCE|STATEMENT"
    "|STUDY|SUBJECT|SUMMARY|TRIAL|UNLABELLED|VALUE"
)


def read(stream: BinaryIO, source: str) -> Iterator[Document | RecordError]:
    """The citations of a stream in MEDLINE format, with id, text and metadata as `pubmed_xml.read` gives them.

    The format runs the labels of a structured abstract into its text ("BACKGROUND: ... METHODS: ..."). They are taken
    out into `sections`, and paragraphs made, where an abstract begins with such a label and holds at least two.

    A record without PMID, with a line of another form or with bytes that are not UTF-8 is yielded as a `RecordError`.
    Raises `SourceError` where the source is empty or does not begin with a field.
    """
    empty = True
    for number, lines in _blocks(stream):
        if empty and not _FIELD.match(lines[0].decode("utf-8", "replace").lstrip("\ufeff")):
            hint = "records begin with a line such as 'PMID- 12345'"
            raise SourceError("is not in MEDLINE format", source=source, where=f"line {number}", hint=hint)
        empty = False
        try:
            yield _document(_fields(lines, number))
        except RecordError as error:
            pmid = _PMID.search(b"\n".join(lines))
            where, record = error.where or f"line {number}", pmid[1].decode() if pmid else ""
            yield RecordError(error.reason, source=source, where=where, record=record, hint=error.hint)
    if empty:
        raise SourceError("is empty", source=source, hint="nothing was read from it")


def _blocks(stream: BinaryIO) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of each record, with the number of its first line."""
    lines: list[bytes] = []
    for number, line in enumerate(stream, 1):
        stripped = line.rstrip(b"\r\n")
        if lines and (not stripped.strip() or stripped.startswith(b"PMID-")):
            yield number - len(lines), lines
            lines = []
        if stripped.strip():
            lines.append(stripped)
    if lines:
        yield number - len(lines) + 1, lines


def _fields(lines: list[bytes], first: int) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    values: list[str] = []
    for number, raw in enumerate(lines, first):
        try:
            line = raw.decode("utf-8").lstrip("\ufeff")
        except UnicodeDecodeError as error:
            raise RecordError(f"is not UTF-8: {error}", where=f"line {number}", hint="save it as UTF-8") from error
        if found := _FIELD.match(line):
            values = fields.setdefault(found[1], [])
            values.append(found[2])
        elif line.startswith("  ") and values:
            values[-1] += " " + line.strip(" ")
        else:
            message = f"neither a field nor a continuation: {line[:40]!r}"
            raise RecordError(message, where=f"line {number}", hint="continuation lines begin with six spaces")
    return {tag: [text for one in values if (text := tidy(one))] for tag, values in fields.items()}


def _document(fields: dict[str, list[str]]) -> Document:
    def all_of(*tags: str) -> list[str]:
        return [one for tag in tags for one in fields.get(tag, ())]

    def first(*tags: str) -> str:
        return next(iter(all_of(*tags)), "")

    pmid = first("PMID")
    if not pmid:
        raise RecordError("the record has no PMID", hint="every record needs a line 'PMID- 12345'")
    others = [
        {"language": language, "type": "", "text": text}
        for text, language in zip(all_of("OAB"), all_of("OABL") + ["eng"] * len(all_of("OAB")), strict=False)
        if "Abstract available from the publisher" not in text
    ]
    english = next((one["text"] for one in others if one["language"] == "eng"), "")
    title = first("TI", "BTI", "TT")
    text, sections = layout(title, _paragraphs(first("AB") or english))
    comments = [_comment(kind, value) for tag, kind in _COMMENTS.items() for value in all_of(tag)]
    types = all_of("PT")
    registry, accessions = split_accessions(
        (bank, number) for bank, _, number in (one.partition("/") for one in all_of("SI")) if number
    )
    metadata: dict[str, Any] = {
        "pmid": pmid,
        "doi": next((one.removesuffix("[doi]").strip() for one in all_of("AID", "LID") if one.endswith("[doi]")), ""),
        "pmc": first("PMC"),
        "year": year_of(first("DP")) or year_of(first("DEP")[:4]),
        "journal": first("JT", "TA"),
        "book": first("BTI"),
        "language": "; ".join(all_of("LA")),
        "publication_types": types,
        # "*Neoplasms/therapy": the star marks a major topic, what follows the stroke qualifies.
        "mesh": list(dict.fromkeys(one.lstrip("*").partition("/")[0] for one in all_of("MH"))),
        "keywords": [one.lstrip("*") for one in all_of("OT")],
        "registry": registry,
        "accessions": accessions,
        "vernacular_title": first("TT"),
        "comments_corrections": comments,
        **retraction(types, comments),
        "status": first("STAT"),
        "owner": first("OWN"),
        "sections": sections,
        "other_abstracts": others,
    }
    return Document(pmid, title, text, metadata=present(metadata))


def _comment(kind: str, value: str) -> dict[str, str]:
    pmid = re.search(r"PMID: ?(\d+)", value)
    return {"type": kind} | ({"pmid": pmid[1]} if pmid else {})


def _paragraphs(abstract: str) -> list[tuple[str, str]]:
    labels = [one for one in _LABEL.finditer(abstract) if _LABEL_WORD.search(one[1])]
    if len(labels) < 2 or labels[0].start() > 0:
        return [("", abstract)]
    ends = [*(one.start() for one in labels[1:]), len(abstract)]
    return [
        ("" if one[1] == "UNLABELLED" else one[1], tidy(abstract[one.end() : end]))
        for one, end in zip(labels, ends, strict=True)
    ]
