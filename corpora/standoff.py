"""Annotations without their text, for abstracts that are not ours to copy, and their way back to the text.

A stand-off record is a native document without `title`, `text` and the words of its mentions. What it keeps of the text
are hashes: `sha256` of the exact text, `loose_sha256` of the same without white space and section labels (one abstract
comes with "METHODS: " from one source and without from another), and for each span its place in that loose form with a
hash of the span and its surroundings.

>>> from nanocart.schema import Mention
>>> document = Document.of("1", "LNPs work.", "", entities=(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"),))
>>> hydrate(dehydrate(document), "LNPs  work.", "LNPs  work.").entities == document.entities
True
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from nanocart.errors import RecordError
from nanocart.schema import SLOTS, Document, Finding, Json

IDENTIFIERS: Final = ("pmid", "doi", "s2id")
"""What a stand-off record keeps of a document's metadata, beside the year."""
_SURROUNDINGS: Final = 24
"""How many loose characters before and after a span must agree when it is moved into a changed text."""
_LABEL: Final = re.compile(
    r"(?:^|(?<=\n)|(?<=[.?!)] ))"
    r"(?:(?:[A-Z][A-Z/&,]+(?: [A-Z/&,]+){0,5})|"
    r"(?:Background|Introduction|Rationale|Aims?|Objectives?|Purpose|Hypothesis|Context|Design|Setting|Participants|"
    r"(?:Patients|Materials|Experimental Design|Study Design)(?: and Methods)?|Methods?|Interventions?|Measurements?|"
    r"Findings|"
    r"Main Outcome Measures|Results?|Discussion|Interpretation|Conclusions?|Significance|Funding|Trial Registration)"
    r"(?:(?: and |/)[A-Z][a-z]+)?)"
    r"(?::\s*|[ \t]*\n)"
)


def sha256(text: str) -> str:
    """The hash that stands for a text.

    >>> sha256("abc")[:8]
    'ba7816bf'
    """
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Loose:
    """A text without white space and section labels, and where each of its characters came from."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Loose:
        """The loose form of a text.

        >>> Loose.of("RESULTS: LNPs work.").text
        'LNPswork.'
        """
        dropped = {at for match in _LABEL.finditer(text) for at in range(*match.span())}
        places = tuple(at for at, letter in enumerate(text) if at not in dropped and not letter.isspace())
        return cls("".join(text[at] for at in places), places)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """A span of the original in loose characters; None where nothing of it is left."""
        found = bisect_left(self.places, start), bisect_left(self.places, end)
        return found if found[0] < found[1] else None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A span of loose characters in the original."""
        return self.places[start], self.places[end - 1] + 1

    def mark(self, start: int, end: int) -> str:
        """A short hash of a span with its surroundings."""
        around = self.text[max(0, start - _SURROUNDINGS) : end + _SURROUNDINGS]
        return sha256(f"{min(start, _SURROUNDINGS)} {around}")[:16]


def dehydrate(document: Document) -> Json:
    """The document's annotations and identifiers without any of its words.

    Mentions, relations, findings and clusters are numbered anew, since an annotator's names for them may be words.
    """
    loose = Loose.of(document.text)
    plain = renumbered(document).to_json()
    for one in plain["entities"]:
        del one["text"]
        place = loose.span(one["start"], one["end"])
        if place:
            one["loose"] = [*place, loose.mark(*place)]
    for one in plain["findings"]:
        place = loose.span(*one["evidence"]) if one.get("evidence") else None
        if place:
            one["loose"] = [*place, loose.mark(*place)]
    return {
        "id": document.id,
        "sha256": sha256(document.text),
        "loose_sha256": sha256(loose.text),
        "metadata": {key: document.metadata[key] for key in (*IDENTIFIERS, "year") if document.metadata.get(key)},
        **{name: plain[name] for name in ("entities", "relations", "findings", "study")},
        **_without(document.extra, "sha256"),
    }


def skeleton(record: Mapping[str, Any]) -> Document:
    """The record's annotations on a blank text of the length that they need: enough to count and compare offsets.

    Raises `RecordError` where the record is broken.
    """
    try:
        ends = [one["end"] for one in record["entities"]]
        ends += [one["evidence"][1] for one in record["findings"] if one.get("evidence")]
        blank = " " * max(ends, default=0)
    except (KeyError, TypeError, IndexError) as error:
        raise _broken(record, error) from error
    bare = _on(record, "", blank, lambda one: (one["start"], one["end"]))
    return replace(bare, extra={**bare.extra, "sha256": record.get("sha256")})


def hydrate(record: Mapping[str, Any], title: str, text: str) -> Document:
    """The record's annotations on their text.

    A text that is equal but for white space and section labels takes them too, each span moved to where it stands
    there. Raises `RecordError`, which names the document, where the text differs otherwise, and where the record is
    broken.
    """
    if sha256(text) == record.get("sha256"):
        return _on(record, title, text, lambda one: (one["start"], one["end"]))
    loose = Loose.of(text)
    if sha256(loose.text) != record.get("loose_sha256"):
        raise RecordError(
            "the text is not the one that was annotated",
            record=str(record.get("id", "")),
            hint="take the abstract from PubMed or Semantic Scholar as it is, or move the annotations with --realign",
        )
    return _on(record, title, text, lambda one: loose.original(*one["loose"][:2]) if "loose" in one else None)


def realign(record: Mapping[str, Any], title: str, text: str) -> tuple[Document, list[str]]:
    """The annotations on a text that was changed, and the ids of the mentions that had to be dropped.

    A mention is moved where it and 24 characters before and after it, white space aside, are unchanged; of several
    such places it takes the nearest. What hangs on a dropped mention is dropped with it.
    """
    loose = Loose.of(text)

    def moved(one: Mapping[str, Any]) -> tuple[int, int] | None:
        if "loose" not in one:
            return None
        start, end, mark = one["loose"]
        length = end - start
        found = [at for at in range(len(loose.text) - length + 1) if loose.mark(at, at + length) == mark]
        best = min(found, key=lambda at: abs(at - start), default=None)
        return None if best is None else loose.original(best, best + length)

    document = _on(record, title, text, moved)
    kept = {one.id for one in document.entities}
    return document, [one["id"] for one in record["entities"] if one["id"] not in kept]


def _on(record: Mapping[str, Any], title: str, text: str, place: Any) -> Document:
    """The record on a text, with the mentions that `place` finds there, and what needs no other."""
    try:
        spans = {one["id"]: place(one) for one in record["entities"]}
        entities = [
            {**_without(one, "loose"), "start": span[0], "end": span[1], "text": text[span[0] : span[1]]}
            for one in record["entities"]
            if (span := spans[one["id"]])
        ]
        relations = [one for one in record["relations"] if spans[one["head"]] and spans[one["tail"]]]
        findings = [
            {**_without(one, "loose", "evidence"), **_evidence(one, place)}
            for one in record["findings"]
            if all(spans[id_] for id_ in _named_by(one))
        ]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _broken(record, error) from error
    data = {**_kept(record), "title": title, "text": text}
    return Document.from_json({**data, "entities": entities, "relations": relations, "findings": findings})


def _broken(record: Mapping[str, Any], error: Exception) -> RecordError:
    return RecordError(f"the stand-off record is broken: {error!r}", record=str(record.get("id", "")))


def _evidence(one: Mapping[str, Any], place: Any) -> Json:
    if not one.get("evidence"):
        return {}
    span = place({**one, "start": one["evidence"][0], "end": one["evidence"][1]})
    return {"evidence": list(span)} if span else {}


def _named_by(one: Mapping[str, Any]) -> list[str]:
    several = [id_ for slot in SLOTS for id_ in one.get(slot) or ()]
    return [one["outcome"], *several, *(id_ for slot in ("value", "compared_with") if (id_ := one.get(slot)))]


def _kept(record: Mapping[str, Any]) -> Json:
    return _without(record, "sha256", "loose_sha256")


def _without(one: Mapping[str, Any], *names: str) -> Json:
    return {key: value for key, value in one.items() if key not in names}


def renumbered(document: Document) -> Document:
    """The same annotations, mentions, clusters, relations and findings numbered in reading order."""
    ordered = sorted(document.entities, key=lambda one: one.start)
    names = {one.id: f"e{number}" for number, one in enumerate(ordered, 1)}
    clusters: dict[str, str] = {}
    for one in ordered:
        if one.cluster:
            clusters.setdefault(one.cluster, f"c{len(clusters) + 1}")

    def row(number: int, one: Finding) -> Finding:
        slots: dict[str, Any] = {slot: tuple(names[id_] for id_ in getattr(one, slot)) for slot in SLOTS}
        single: dict[str, Any] = {
            name: names[id_] if (id_ := getattr(one, name)) else None for name in ("value", "compared_with")
        }
        return replace(one, id=f"f{number}", outcome=names[one.outcome], **slots, **single)

    return replace(
        document,
        entities=tuple(
            replace(one, id=names[one.id], cluster=clusters[one.cluster] if one.cluster else None) for one in ordered
        ),
        relations=tuple(
            replace(one, id=f"r{number}", head=names[one.head], tail=names[one.tail])
            for number, one in enumerate(document.relations, 1)
        ),
        findings=tuple(row(number, one) for number, one in enumerate(document.findings, 1)),
    )
