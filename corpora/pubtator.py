"""PubTator: `PMID|t|title`, `PMID|a|abstract`, then lines of mentions and of relations, records apart by a blank line.

PubTator counts one separator between title and abstract, which is our newline, so offsets agree. Types outside our
labels are kept as `nanocart.corpora.foreign` describes, so that BC5CDR, BioRED, NLM-Gene and their like can be read.

Our relations join mentions, PubTator's join concepts. They are written so that both can be had: concepts (or, where a
mention has none, its span "0-4") in columns 3 and 4, then assertion, span of the head, span of the tail.

>>> import io
>>> text = b"7|t|LNPs carry mRNA.\\n7|a|\\n7\\t0\\t4\\tLNPs\\tNANOPARTICLE\\n\\n"
>>> [(one.id, one.entities[0].text) for one in read(io.BytesIO(text), "x")]
[('7', 'LNPs')]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO, Final

from nanocart.corpora.foreign import Link, Span, assemble, check_labels, foreign_of, pieces_of, same_text
from nanocart.corpora.lines import decoded, nothing_in, placed, raw_lines
from nanocart.errors import RecordError
from nanocart.schema import SIGNATURES, Document

_TEXT: Final = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)
_NO_CONCEPT: Final = frozenset({"", "-", "-1"})
_BLANKS: Final = str.maketrans("\n\r\t", "   ")
_IN_ID: Final = {ord("|"): "%7C", ord("\t"): "%09", ord("\n"): "%0A", ord("\r"): "%0D"}

Line = tuple[int, bytes]


def read(stream: BinaryIO, source: str, *, labels: Mapping[str, str] | None = None) -> Iterator[Document | RecordError]:
    """One document a record, mentions numbered `e1`, `e2`, ...; a broken record is yielded as its error.

    Raises `SourceError` where there is no record at all.
    """
    check_labels(labels)
    block: list[Line] = []
    found = False
    for number, raw in raw_lines(stream, source):
        # Some files lack the blank line between two records.
        if block and (not raw.strip() or (b"|t|" in raw and _TEXT.match(raw.decode("utf-8", "replace")))):
            yield _record(block, source, labels)
            block = []
        if raw.strip():
            found = True
            block.append((number, raw))
    if block:
        yield _record(block, source, labels)
    if not found:
        raise nothing_in(source)


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """The documents with their mentions, concepts and relations, and their foreign ones.

    Lost: line breaks within title and abstract (they become spaces, so that offsets hold), ids, attributes, clusters
    and confidence of mentions, findings, study card and metadata, the bond between the pieces of a discontinuous
    mention, foreign relations of other than two arguments or between mentions without concept. In
    a document's id `|`, tabs and line breaks are written `%7C`, `%09`, `%0A`, `%0D`.

    >>> import io
    >>> out = io.BytesIO(); write([Document.of("7", "LNPs.", "They work.")], out); out.getvalue()
    b'7|t|LNPs.\\n7|a|They work.\\n\\n'
    """
    for document in documents:
        stream.write("".join(f"{line}\n" for line in (*_lines(document), "")).encode("utf-8"))


def title_and_rest(document: Document) -> tuple[str, str]:
    """The title and what follows it and a newline; an empty title where the text does not begin with it.

    >>> title_and_rest(Document("1", "A.", "A.\\nB."))
    ('A.', 'B.')
    """
    title, text = document.title, document.text
    if title and (text == title or text.startswith(title + "\n")):
        return title, text[len(title) + 1 :]
    return "", text


def _lines(document: Document) -> Iterator[str]:
    id_ = document.id.translate(_IN_ID)
    title, rest = title_and_rest(document)
    shift = 0 if title else 1  # PubTator counts the separator even after an empty title.
    yield f"{id_}|t|{_one_line(title)}"
    yield f"{id_}|a|{_one_line(rest)}"
    foreign = foreign_of(document)
    rows = [(one.start, one.end, one.label, one.concept, "") for one in document.entities]
    rows += [
        (start, end, one["label"], one.get("concept"), one.get("attributes", {}).get("parts", ""))
        for one in foreign["entities"]
        for start, end in pieces_of(one)
    ]
    for start, end, label, concept, parts in sorted(rows, key=lambda row: row[:2]):
        cells = [id_, str(start + shift), str(end + shift), document.text[start:end], label]
        cells += [concept or "-"] * bool(concept or parts) + [parts] * bool(parts)
        yield "\t".join(cell.translate(_BLANKS) for cell in cells)
    mentions = {one.id: one for one in document.entities}
    for relation in document.relations:
        ends = [mentions[relation.head], mentions[relation.tail]]
        places = [f"{one.start + shift}-{one.end + shift}" for one in ends]
        names = [one.concept or place for one, place in zip(ends, places, strict=True)]
        yield "\t".join(cell.translate(_BLANKS) for cell in (id_, relation.label, *names, relation.assertion, *places))
    concepts = {one["id"]: one.get("concept") for one in foreign["entities"]}
    for link in foreign["relations"]:
        refs = [ref if link["by"] == "concept" else concepts.get(ref) for _, ref in link["arguments"]]
        if len(refs) == 2 and all(refs):
            more = link.get("attributes", {}).get("columns", [])
            yield "\t".join(str(cell).translate(_BLANKS) for cell in (id_, link["label"], *refs, *more))


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


def _record(block: Sequence[Line], source: str, labels: Mapping[str, str] | None) -> Document | RecordError:
    record = ""
    try:
        lines = [(number, decoded(raw, "", number)) for number, raw in block]
        if match := _TEXT.match(lines[0][1]):
            record = match[1].strip()
        return _document(lines, labels)
    except RecordError as error:
        return placed(error, source, "" if error.where else f"line {block[0][0]}", record)


def _document(lines: Sequence[tuple[int, str]], labels: Mapping[str, str] | None) -> Document:
    texts: dict[str, str] = {}
    rows: list[tuple[int, list[str]]] = []
    id_ = ""
    for number, line in lines:
        match = _TEXT.fullmatch(line)
        own, cells = (match[1], []) if match else ((cells := line.split("\t"))[0], cells)
        own, id_ = own.strip(), id_ or own.strip()
        if own != id_:
            raise RecordError(f"a line of {own!r} among those of {id_!r}", where=f"line {number}")
        if match is None:
            rows.append((number, cells))
        elif match[2] in texts:
            hint = "put a blank line between records"
            raise RecordError(f"two lines |{match[2]}|", where=f"line {number}", hint=hint)
        else:
            texts[match[2]] = match[3]
    if not any(texts.values()):
        raise RecordError("no title and no abstract", hint="a record begins with PMID|t|title and PMID|a|abstract")
    title = texts.get("t", "")
    text = Document.of(id_, title, texts.get("a", "")).text
    spans = [_span(number, cells, f"e{i}") for i, (number, cells) in enumerate(filter(_is_mention, rows), 1)]
    others = (row for row in rows if not _is_mention(row))
    links = [_link(number, cells, spans, f"r{i}", labels is None) for i, (number, cells) in enumerate(others, 1)]
    if not title:
        spans = _shifted(spans, text)
    metadata = {"pmid": id_} if id_.isdecimal() else {}
    return assemble({"id": id_, "title": title, "text": text, "metadata": metadata}, spans, links, labels)


def _is_mention(row: tuple[int, list[str]]) -> bool:
    cells = row[1]
    return len(cells) > 2 and cells[1].strip().isdecimal() and cells[2].strip().isdecimal()


def _span(number: int, cells: Sequence[str], id_: str) -> Span:
    if len(cells) < 5:
        hint = "a mention is PMID, start, end, text, type and perhaps concept, with tabs between"
        raise RecordError(f"{len(cells)} columns where a mention has 5 or 6", where=f"line {number}", hint=hint)
    concept = cells[5].strip() if len(cells) > 5 else ""
    attributes = {"parts": "\t".join(cells[6:])} if len(cells) > 6 else {}
    return Span(
        id_,
        cells[4].strip(),
        ((int(cells[1]), int(cells[2])),),
        cells[3],
        None if concept in _NO_CONCEPT else concept,
        attributes,
        where=f"line {number}",
    )


def _shifted(spans: Sequence[Span], text: str) -> list[Span]:
    """Without a title the separator is counted by most writers, by some not: the text decides."""
    back = [replace(one, spans=tuple((start - 1, end - 1) for start, end in one.spans)) for one in spans]
    return max(back, list(spans), key=lambda tried: sum(_agrees(one, text) for one in tried))


def _agrees(span: Span, text: str) -> bool:
    start, end = span.spans[0]
    return start >= 0 and same_text(span.text or "", text[start:end])


def _link(number: int, cells: Sequence[str], spans: Sequence[Span], id_: str, strict: bool) -> Link:
    where = f"line {number}"
    if len(cells) < 4:
        hint = "a relation is PMID, type, concept and concept, with tabs between"
        raise RecordError(f"{len(cells)} columns where a relation has 4", where=where, hint=hint)
    label = cells[1].strip()
    if label in SIGNATURES:
        ends = _ends(cells, spans) if len(cells) == 7 else _nearest(label, cells[2], cells[3], spans)
        if ends:
            native = {"assertion": cells[4]} if len(cells) > 4 else {}
            return Link(id_, label, (("head", ends[0]), ("tail", ends[1])), native=native, where=where)
        if strict and len(cells) == 7:
            raise RecordError(f"{label} joins {cells[5]} to {cells[6]}, where there is no mention", where=where)
    attributes = {"columns": list(cells[4:])} if len(cells) > 4 else {}
    return Link(id_, label, (("head", cells[2]), ("tail", cells[3])), "concept", attributes, where=where)


def _ends(cells: Sequence[str], spans: Sequence[Span]) -> tuple[str, str] | None:
    places = {f"{start}-{end}": one.id for one in spans for start, end in one.spans}
    head, tail = places.get(cells[5]), places.get(cells[6])
    return (head, tail) if head and tail else None


def _nearest(label: str, head: str, tail: str, spans: Sequence[Span]) -> tuple[str, str] | None:
    """The two mentions of these concepts, of types that the relation may join, that stand nearest to each other."""
    heads, tails = SIGNATURES[label]
    pairs = [
        (abs(a.spans[0][0] - b.spans[0][0]), a.id, b.id)
        for a in spans
        for b in spans
        if a.concept == head and b.concept == tail and a.label in heads and b.label in tails
    ]
    return min(pairs)[1:] if pairs else None
