"""A document as BioC holds it: passages, annotations, relations, and infons for what BioC has no place for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from nanocart.corpora.foreign import KEY, foreign_of, pieces_of
from nanocart.corpora.pubtator import title_and_rest
from nanocart.schema import Document, Json

NATIVE: Final = "nanocart"
"""The infon that holds, as JSON, what BioC has no place for."""
CLEAR: Final = ("category", "direction", "assertion", "kind")
"""Attributes of a mention that are infons of their own."""
FLAT: Final = ("cluster", "why")
"""Fields of a mention that are infons of their own, beside `concept` (as `identifier`) and `confidence`."""

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACED: Final = frozenset({"id", "start", "end", "label", "text", "head", "tail"})

Clean = Callable[[str], str]


def without_forbidden(text: str) -> str:
    """The text with U+FFFD for each character that XML forbids, so that offsets hold.

    >>> without_forbidden("a\\x00b") == "a\\ufffdb"
    True
    """
    return _FORBIDDEN.sub("\ufffd", text)


def encode(document: Document, clean: Clean) -> Any:
    """The `bioc.BioCDocument` of a document; `clean` makes any string fit for the file that it is written to."""
    from bioc import BioCDocument  # type: ignore[import-untyped]

    data = document.to_json()
    out = BioCDocument()
    out.id = clean(document.id)
    out.infons = {NATIVE: json.dumps(_rest(document, data))}
    for passage in _passages(document, clean):
        out.add_passage(passage)
    for item in data["entities"]:
        _annotate(out, document, item, _mention_infons(item), clean)
    for item in data["relations"]:
        ends = (("head", item["head"]), ("tail", item["tail"]))
        out.add_relation(_relation(item, ends, _infons(item, ("assertion", "why")), clean))
    foreign = foreign_of(document)
    for item in foreign["entities"]:
        infons = {"identifier": item.get("concept"), **item.get("attributes", {})}
        _annotate(out, document, item, infons, clean)
    for item in foreign["relations"]:
        arguments: list[Any] = item["arguments"]
        infons = dict(item.get("attributes", {}))
        if item["by"] == "concept":
            # BioRED's way: nodes could only name annotations.
            infons = {f"entity{number}": ref for number, (_, ref) in enumerate(arguments, 1)} | infons
            arguments = []
        out.add_relation(_relation(item, arguments, infons, clean))
    return out


def _rest(document: Document, data: Mapping[str, Any]) -> Json:
    """What only the document's infon holds: metadata, findings, study card, unknown keys, notes."""
    rest = {key: value for key, value in data.items() if key not in ("id", "text", "entities", "relations", KEY)}
    if rest["title"] == title_and_rest(document)[0]:
        del rest["title"]
    notes = foreign_of(document)["notes"]
    return rest | ({KEY: {"notes": notes}} if notes else {})


def _passages(document: Document, clean: Clean) -> Iterable[Any]:
    from bioc import BioCPassage

    title, rest = title_and_rest(document)
    begin = 0
    for kind, part, there in (("title", title, bool(title)), ("abstract", rest, document.text != title or not title)):
        if there:
            passage = BioCPassage()
            passage.offset, passage.text, passage.infons = begin, clean(part), {"type": kind}
            yield passage
            begin += len(part) + 1


def _annotate(out: Any, document: Document, item: Json, infons: Json, clean: Clean) -> None:
    """Adds a mention to the passage that holds it, or to the document where it runs across two."""
    from bioc import BioCAnnotation, BioCLocation

    pieces = pieces_of(item)
    annotation = BioCAnnotation()
    annotation.id, annotation.infons = clean(item["id"]), _infon_texts(item["label"], infons, clean)
    for start, end in pieces:
        annotation.add_location(BioCLocation(start, end - start))
    annotation.text = clean(" ".join(document.text[start:end] for start, end in pieces))
    place = annotation.total_span
    homes = (one for one in out.passages if one.offset <= place.offset and place.end <= one.offset + len(one.text))
    next(homes, out).add_annotation(annotation)


def _relation(item: Json, arguments: Iterable[tuple[str, str]], infons: Json, clean: Clean) -> Any:
    from bioc import BioCNode, BioCRelation

    relation = BioCRelation()
    relation.id, relation.infons = clean(item["id"]), _infon_texts(item["label"], infons, clean)
    for role, ref in arguments:
        relation.add_node(BioCNode(clean(ref), clean(role)))
    return relation


def _mention_infons(item: Json) -> Json:
    attributes: Json = item["attributes"]
    clear: Json = {key: attributes[key] for key in CLEAR if key in attributes}
    hidden = {key: value for key, value in attributes.items() if key not in CLEAR}
    rest = {key: value for key, value in item.items() if key not in ("concept", "attributes")}
    infons = _infons(rest | ({"attributes": hidden} if hidden else {}), FLAT)
    return {"identifier": item["concept"], **clear, **infons}


def _infons(item: Json, plain: Collection[str]) -> Json:
    """The fields named by `plain` and the confidence in clear, the rest of the fields as one JSON object."""
    out = {key: value for key, value in item.items() if key in plain or key == "confidence"}
    hidden = {key: value for key, value in item.items() if key not in out and key not in _PLACED}
    return out | ({NATIVE: hidden} if hidden else {})


def _infon_texts(label: str, infons: Json, clean: Clean) -> dict[str, str]:
    given = {key: value for key, value in infons.items() if value is not None}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()}
    return {"type": clean(label)} | {clean(key): clean(value) for key, value in texts.items()}
