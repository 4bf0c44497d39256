"""What readers of annotated corpora share: our annotations sorted from foreign ones, all checked against the text.

Labels outside our own go to `Document.extra["foreign"]`, as plain JSON that every format carries on:

    {"entities": [{"id", "start", "end", "label", "text", "concept"?, "spans"?, "attributes"?}],
     "relations": [{"id", "label", "by": "mention" | "concept", "arguments": [[role, reference]], "attributes"?}],
     "notes": ["line 7: 'Ge-1' is not at 507-511, where the text has 'e-1.'"]}

`spans` lists the pieces of a discontinuous mention. Foreign mentions may overlap. One that disagrees with the text is
left out and noted; one of ours that does so makes the whole record a `RecordError`, as elsewhere.

A reader's `labels` maps foreign labels to ours. Without it our own labels stand for themselves; with it only the labels
that it names are read as ours, and what cannot be ours (overlaps, pieces) stays foreign.

>>> spans = [Span("e1", "Cell", ((0, 7),), "T cells"), Span("e2", "Gene", ((8, 12),), "IL-2")]
>>> one = assemble({"id": "1", "text": "T cells IL-2"}, spans, [], {"Cell": "CELL_TYPE"})
>>> one.entities[0].label, [item["label"] for item in foreign_of(one)["entities"]]
('CELL_TYPE', ['Gene'])
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from nanocart.corpora.jsonl import from_json
from nanocart.errors import RecordError, UsageError
from nanocart.schema import LABELS, SIGNATURES, Document, Json

KEY: Final = "foreign"
_BLANKS: Final = str.maketrans("\n\r\t", "   ")


@dataclass(frozen=True, slots=True)
class Span:
    """A mention as a source states it. `native` holds the fields of a native mention, used where the label is ours."""

    id: str
    label: str
    spans: tuple[tuple[int, int], ...]
    text: str | None = None
    concept: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    native: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A relation as a source states it: `arguments` are (role, mention id), or (role, concept) `by` "concept"."""

    id: str
    label: str
    arguments: tuple[tuple[str, str], ...]
    by: str = "mention"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    native: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""


def assemble(
    document: Mapping[str, Any], spans: Iterable[Span], links: Iterable[Link], labels: Mapping[str, str] | None = None
) -> Document:
    """The document of a native JSON object without mentions and relations, with those that are given.

    Raises `RecordError` where one of ours breaks the schema, `UsageError` where `labels` leads to a label that is not
    ours.
    """
    check_labels(labels)
    text: str = document["text"]
    # A native document may bring notes of an earlier reading.
    sorted_ = _Sorted([], [], [], list(document.get(KEY, {}).get("notes", ())))
    seen: set[str] = set()
    for span in spans:
        if span.id in seen:
            raise RecordError(f"two annotations share the id {span.id!r}", where=span.where)
        seen.add(span.id)
        _place(span, text, labels, sorted_)
    if labels is not None:
        _flatten(sorted_)
    ours = {one["id"]: one["label"] for one in sorted_.entities}
    links = list(links)
    # Events may name other events.
    named = {link.id for link in links}
    known = ours.keys() | {one["id"] for one in sorted_.foreign} | named
    relations: list[Json] = []
    outside: list[Json] = []
    for link in links:
        if _is_ours(link, ours, known, labels):
            (_, head), (_, tail) = link.arguments
            relations.append({"id": link.id, "label": link.label, "head": head, "tail": tail, **link.native})
        elif missing := [ref for _, ref in link.arguments if link.by == "mention" and ref not in known | seen]:
            sorted_.notes.append(f"{link.where}: {link.label} names a missing annotation {missing[0]!r}")
        elif dropped := [ref for _, ref in link.arguments if link.by == "mention" and ref not in known]:
            sorted_.notes.append(f"{link.where}: {link.label} names {dropped[0]!r}, which was left out")
        else:
            outside.append(_foreign_link(link))
    foreign = {"entities": sorted_.foreign, "relations": outside, "notes": sorted_.notes}
    held = {KEY: {key: value for key, value in foreign.items() if value}} if any(foreign.values()) else {}
    return from_json({**document, "entities": sorted_.entities, "relations": relations, **held})


def check_labels(labels: Mapping[str, str] | None) -> None:
    """Raises `UsageError` where a mapping of foreign labels leads to a label that is not ours."""
    for foreign, ours in (labels or {}).items():
        if ours not in LABELS:
            raise UsageError(f"{foreign!r} is mapped to {ours!r}", hint=f"the labels are: {', '.join(LABELS)}")


def foreign_of(document: Document) -> dict[str, list[Any]]:
    """A document's foreign entities, relations and notes; empty lists where it has none.

    >>> foreign_of(Document.of("1", "LNPs.", ""))
    {'entities': [], 'relations': [], 'notes': []}
    """
    held = document.extra.get(KEY)
    found = held if isinstance(held, Mapping) else {}
    return {key: list(found.get(key) or ()) for key in ("entities", "relations", "notes")}


def with_mentions(extra: Mapping[str, Any], labels: Collection[str], found: Iterable[Json]) -> Json:
    """`Document.extra` with these foreign mentions, which are given ids, instead of those that it has of some labels.

    Relations that name a mention which is no more are left out.

    >>> with_mentions({}, ["Gene"], [{"start": 0, "end": 4, "label": "Gene", "text": "IL-2"}])["foreign"]["entities"]
    [{'id': 'x1', 'start': 0, 'end': 4, 'label': 'Gene', 'text': 'IL-2'}]
    """
    held = extra.get(KEY)
    held = dict(held) if isinstance(held, Mapping) else {}
    entities = [one for one in held.get("entities") or () if one["label"] not in labels]
    gone = {one["id"] for one in held.get("entities") or () if one["label"] in labels}
    relations = list(held.get("relations") or ())
    # Events may name other events, which go with what they name.
    while lost := [
        one for one in relations if one["by"] == "mention" and any(ref in gone for _, ref in one["arguments"])
    ]:
        gone |= {one["id"] for one in lost}
        relations = [one for one in relations if one not in lost]
    taken = {one["id"] for one in (*entities, *relations)}
    free = (id_ for number in count(1) if (id_ := f"x{number}") not in taken)
    entities += [{"id": id_, **one} for id_, one in zip(free, found, strict=False)]
    kept = {key: value for key, value in {**held, "entities": entities, "relations": relations}.items() if value}
    return {key: value for key, value in extra.items() if key != KEY} | ({KEY: kept} if kept else {})


def span_of(entity: Mapping[str, Any], text: str) -> Span:
    """A foreign mention of a document, as `Document.extra["foreign"]` holds it; JSON Lines may hold anything there.

    Raises `RecordError` where it has no place or no label, or disagrees with the text.

    >>> span_of({"id": "x1", "start": 0, "end": 4, "label": "Gene"}, "IL-2 rose.").label
    'Gene'
    """
    try:
        span = Span(str(entity["id"]), entity["label"], tuple(pieces_of(entity)), entity.get("text"))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise RecordError(f"{entity!r} is no mention", hint="it needs id, start, end and label") from error
    if not isinstance(span.label, str) or not span.label.strip():
        raise RecordError(f"{span.id} has no label", hint="a label is a string that is not empty")
    if problem := _mismatch(span, text):
        raise RecordError(problem, hint="offsets count code points from 0, and end is behind the last one")
    return span


def same_text(given: str, found: str) -> bool:
    """Whether two texts agree, white space of one kind standing for that of another.

    >>> same_text("T cells", "T\\ncells"), same_text("T cells", "T  cells")
    (True, False)
    """
    return given == found or given.translate(_BLANKS) == found.translate(_BLANKS)


@dataclass(slots=True)
class _Sorted:
    entities: list[Json]
    foreign: list[Json]
    sources: list[Span]
    notes: list[str]


def _place(span: Span, text: str, labels: Mapping[str, str] | None, out: _Sorted) -> None:
    strict = labels is None and span.label in LABELS
    problem = _mismatch(span, text)
    if strict and len(span.spans) != 1:
        problem = problem or f"{span.id} is in {len(span.spans)} pieces, which {span.label} cannot be"
    if problem and strict:
        raise RecordError(problem, where=span.where)
    if problem:
        out.notes.append(f"{span.where}: {problem}" if span.where else problem)
        return
    if strict:
        start, end = span.spans[0]
        place = {"id": span.id, "start": start, "end": end, "label": span.label, "text": text[start:end]}
        out.entities.append({"concept": span.concept, **span.native, **place})
    elif labels is not None and span.label in labels and len(span.spans) == 1:
        kept = {"label": span.label} | ({"attributes": dict(span.attributes)} if span.attributes else {})
        out.entities.append(foreign_json(span, text) | {"label": labels[span.label], "attributes": {}, KEY: kept})
        out.sources.append(span)
    else:
        out.foreign.append(foreign_json(span, text))


def _mismatch(span: Span, text: str) -> str:
    """What is wrong with a mention's place, in words; empty where it agrees with the text."""
    if not span.spans:
        return f"{span.id} has no place in the text"
    for start, end in span.spans:
        if not 0 <= start < end <= len(text):
            return f"{span.id} lies outside the text: {start}-{end} of {len(text)} characters"
    found = " ".join(text[start:end] for start, end in span.spans)
    if span.text is not None and not same_text(span.text, found):
        place = ",".join(f"{start}-{end}" for start, end in span.spans)
        return f"{span.text!r} is not at {place}, where the text has {found!r}"
    return ""


def foreign_json(span: Span, text: str) -> Json:
    """A mention as `Document.extra["foreign"]` holds it."""
    start, end = min(one[0] for one in span.spans), max(one[1] for one in span.spans)
    out: Json = {"id": span.id, "start": start, "end": end, "label": span.label}
    out["text"] = " ".join(text[a:b] for a, b in span.spans)
    if span.concept:
        out["concept"] = span.concept
    if len(span.spans) > 1:
        out["spans"] = [list(one) for one in span.spans]
    if span.attributes:
        out["attributes"] = dict(span.attributes)
    return out


def _flatten(out: _Sorted) -> None:
    """Of mapped mentions that overlap only the longest is ours; the others stay foreign."""
    kept: list[Json] = []
    sources = {span.id: span for span in out.sources}
    for one in sorted(out.entities, key=lambda one: (one["start"] - one["end"], one["start"])):
        if any(one["start"] < other["end"] and other["start"] < one["end"] for other in kept):
            span = sources[one["id"]]
            out.foreign.append({**one, "label": span.label, "attributes": dict(span.attributes)})
            del out.foreign[-1][KEY]
        else:
            kept.append(one)
    out.entities = sorted(kept, key=lambda one: one["start"])


def _is_ours(link: Link, ours: Mapping[str, str], known: Iterable[str], labels: Mapping[str, str] | None) -> bool:
    refs = [ref for _, ref in link.arguments]
    if link.label not in SIGNATURES or link.by != "mention" or len(refs) != 2:
        return False
    if labels is None:
        # Between foreign mentions the label is a namesake; otherwise the schema has the last word.
        return any(ref in ours or ref not in known for ref in refs)
    heads, tails = SIGNATURES[link.label]
    return ours.get(refs[0]) in heads and ours.get(refs[1]) in tails


def _foreign_link(link: Link) -> Json:
    out: Json = {"id": link.id, "label": link.label, "by": link.by}
    out["arguments"] = [list(one) for one in link.arguments]
    if link.attributes:
        out["attributes"] = dict(link.attributes)
    return out


def pieces_of(entity: Mapping[str, Any]) -> Sequence[tuple[int, int]]:
    """The pieces (start, end) of a foreign mention, one where it is continuous.

    >>> pieces_of({"start": 0, "end": 4})
    [(0, 4)]
    """
    return [(int(a), int(b)) for a, b in entity.get("spans") or [(entity["start"], entity["end"])]]
