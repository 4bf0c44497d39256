"""BioC XML and BioC JSON, by way of the `bioc` library.

A document has a passage for the title and one for the rest; offsets are code points of the whole text. What BioC has
no place for travels in infons: `category`, `direction`, `assertion`, `kind`, `cluster`, `confidence`, `why` in clear,
the rest as JSON under `nanocart`. So a document comes back as it was, save characters that XML forbids: they become
U+FFFD.

Types outside our labels are kept as `nanocart.corpora.foreign` describes. Passages of a foreign file are laid out at
their offsets with newlines between, counted from the first.

>>> import io
>>> out = io.BytesIO(); write_xml([Document.of("7", "LNPs.", "They work.")], out)
>>> [one.text for one in read_xml(io.BytesIO(out.getvalue()), "x")]
['LNPs.\\nThey work.']
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from nanocart.corpora.bioc_encode import CLEAR, FLAT, NATIVE, encode, without_forbidden
from nanocart.corpora.foreign import Link, Span, assemble, check_labels
from nanocart.corpora.json_items import items
from nanocart.corpora.jsonl import parse
from nanocart.corpora.lines import nothing_in, placed
from nanocart.corpora.xml_elements import elements
from nanocart.errors import RecordError
from nanocart.schema import LABELS, SIGNATURES, Document, Json

_MISSING: Final[Mapping[str, Any]] = {
    "infons": {}, "sentences": [], "annotations": [], "relations": [], "nodes": [], "locations": [], "text": "",
}  # fmt: skip


def read_xml(
    stream: BinaryIO, source: str, *, labels: Mapping[str, str] | None = None
) -> Iterator[Document | RecordError]:
    """One document a `<document>`; one that cannot be read is yielded as its error.

    Raises `SourceError` where the file is empty, no XML, without documents, or declares entities.
    """
    from bioc.biocxml import loads  # type: ignore[import-untyped]

    check_labels(labels)
    found = False
    for number, xml in enumerate(elements(stream, source, "document"), 1):
        found = True
        yield _guarded(lambda text: loads(f"<collection>{text}</collection>").documents[0], xml, source, number, labels)
    if not found:
        raise nothing_in(source, "it has no <document>")


def read_json(
    stream: BinaryIO, source: str, *, labels: Mapping[str, str] | None = None
) -> Iterator[Document | RecordError]:
    """One document an item of "documents": a collection, a list, PubTator 3's export, or documents one a line.

    Raises `SourceError` where the file is empty, no JSON, cut short or without documents.
    """
    from bioc.biocjson.decoder import parse_doc  # type: ignore[import-untyped]

    check_labels(labels)
    found = False
    for number, data in enumerate(items(stream, source, ("documents", "PubTator3"), "passages"), 1):
        found = True
        yield _guarded(lambda value: parse_doc(_filled(value)), data, source, number, labels)
    if not found:
        raise nothing_in(source, "it has no documents")


def write_xml(documents: Iterable[Document], stream: BinaryIO) -> None:
    """One BioC collection, written document by document. Characters that XML forbids become U+FFFD."""
    from bioc import BioCCollection  # type: ignore[import-untyped]
    from bioc.biocxml.encoder import BioCXMLDocumentWriter  # type: ignore[import-untyped]

    collection = BioCCollection()
    collection.source, collection.date, collection.key = NATIVE, "", "BioC.key"
    writer = BioCXMLDocumentWriter(stream, encoding="UTF-8")
    writer.write_collection_info(collection)
    for document in documents:
        writer.write_document(encode(document, without_forbidden))
    writer.close()


def write_json(documents: Iterable[Document], stream: BinaryIO) -> None:
    """One BioC collection, written document by document, a line each."""
    from bioc.biocjson import toJSON  # type: ignore[import-untyped]

    stream.write(f'{{"source": "{NATIVE}", "date": "", "key": "BioC.key", "infons": {{}}, "documents": ['.encode())
    for number, document in enumerate(documents):
        line = json.dumps(toJSON(encode(document, str)), ensure_ascii=False)
        stream.write(((",\n" if number else "\n") + line).encode("utf-8"))
    stream.write(b"\n]}\n")


def _guarded(
    decode: Callable[[Any], Any], value: Any, source: str, number: int, labels: Mapping[str, str] | None
) -> Document | RecordError:
    record = ""
    try:
        bioc = decode(value)
        record = str(bioc.id or "")
        return _decoded(bioc, labels)
    except RecordError as error:
        return placed(error, source, f"document {number}", record)
    # The library says what is missing by whatever exception it happens to meet.
    except (ArithmeticError, AttributeError, LookupError, SyntaxError, TypeError, ValueError) as error:
        problem = f"not a BioC document: {type(error).__name__} {error}"
        return RecordError(problem, source=source, where=f"document {number}", record=record)


def _filled(value: Any) -> Any:
    """BioC JSON with the empty parts that the library insists on and many files leave out."""
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    out = {key: value_ if key == "infons" else _filled(value_) for key, value_ in value.items()}
    return {**_MISSING, "id": "", **{key: value_ for key, value_ in out.items() if value_ is not None}}


def _decoded(bioc: Any, labels: Mapping[str, str] | None) -> Document:
    record = str(bioc.id or "")
    held = _native(bioc.infons)
    text, base = _text(bioc)
    parts = [bioc, *bioc.passages, *(one for passage in bioc.passages for one in passage.sentences)]
    spans = [_span(one, base, labels) for part in parts for one in part.annotations]
    links = [_link(one, labels) for part in parts for one in part.relations]
    first = bioc.passages[0]
    kinds = {str(first.infons.get(key, "")).lower() for key in ("type", "section_type")}
    # BioRED's JSON names no types: the first of several passages is the title.
    titled = "title" in kinds or (not first.infons and len(bioc.passages) > 1)
    title = _words(first) if titled and first.offset == base else ""
    if not record:
        raise RecordError("the document has no id")
    metadata: Json = {key: value for key, value in bioc.infons.items() if key != NATIVE}
    document = {"title": title, "metadata": metadata, **held, "id": record, "text": text}
    # Passages, and mentions that run across two, have theirs apart: the text gives the order.
    return assemble(document, sorted(spans, key=lambda one: one.spans), links, labels)


def _words(passage: Any) -> str:
    if passage.text or not passage.sentences:
        return passage.text or ""
    return _laid([(one.offset, one.text or "") for one in passage.sentences], passage.offset, " ")


def _text(bioc: Any) -> tuple[str, int]:
    """The passages at their offsets, and the offset at which the text begins."""
    if not bioc.passages:
        raise RecordError("the document has no passages")
    base = min(one.offset for one in bioc.passages)
    return _laid([(one.offset, _words(one)) for one in bioc.passages], base, "\n"), base


def _laid(pieces: Iterable[tuple[int, str]], base: int, gap: str) -> str:
    text = ""
    for offset, piece in sorted(pieces, key=lambda one: one[0]):
        room = offset - base - len(text)
        if room < 0:
            raise RecordError(f"the passage at {offset} begins before the one in front of it ends")
        if room > 1000:
            raise RecordError(f"nothing stands in the {room} characters before {offset}")
        text += gap * room + piece
    return text


def _native(infons: Mapping[str, Any]) -> Json:
    held = parse(infons[NATIVE]) if NATIVE in infons else {}
    if not isinstance(held, dict):
        raise RecordError(f"the infon {NATIVE!r} holds no JSON object")
    return held


def _span(one: Any, base: int, labels: Mapping[str, str] | None) -> Span:
    infons = dict(one.infons)
    label, concept = str(infons.pop("type", "")), infons.pop("identifier", None)
    spans = tuple((place.offset - base, place.offset - base + place.length) for place in one.locations)
    native: Json = {}
    if labels is None and label in LABELS:
        native = _native(infons)
        extra = native.pop("attributes", {})
        native |= {key: infons[key] for key in FLAT if key in infons}
        native |= _confidence(infons)
        native["attributes"] = extra | {key: infons[key] for key in CLEAR if key in infons}
    return Span(str(one.id), label, spans, one.text, concept, infons, native, where=f"annotation {one.id}")


def _link(one: Any, labels: Mapping[str, str] | None) -> Link:
    infons = dict(one.infons)
    label = str(infons.pop("type", ""))
    arguments = tuple((str(node.role), str(node.refid)) for node in one.nodes)
    by = "mention"
    if not arguments and "entity1" in infons and "entity2" in infons:
        arguments, by = (("entity1", infons.pop("entity1")), ("entity2", infons.pop("entity2"))), "concept"
    native: Json = {}
    if labels is None and label in SIGNATURES:
        native = _native(infons) | {key: infons[key] for key in ("assertion", "why") if key in infons}
        native |= _confidence(infons)
    # Roles may stand in either order; a native relation is head, tail.
    if {role for role, _ in arguments} == {"head", "tail"}:
        arguments = tuple(sorted(arguments))
    return Link(str(one.id), label, arguments, by, infons, native, where=f"relation {one.id}")


def _confidence(infons: Mapping[str, Any]) -> Json:
    return {"confidence": json.loads(infons["confidence"])} if "confidence" in infons else {}
