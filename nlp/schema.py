"""The data types that every reader, writer, model and score shares, and their closed vocabularies.

One `Document` is one citation. Its `text` is the title, one newline, then the abstract's paragraphs joined by
newlines. Offsets are Unicode code points into exactly that text, 0-based, end-exclusive. Mentions never overlap.

>>> doc = Document("1", "LNPs work.", "LNPs work.", entities=(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"),))
>>> Document.from_json(doc.to_json()) == doc
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from nanocart.errors import RecordError

ENTITY_LABELS: Final = ("NANOPARTICLE", "CARGO", "CAR_TARGET", "CELL_TYPE", "DISEASE", "OUTCOME")
"""The six types that are scored together."""
EVIDENCE_LABELS: Final = ("VALUE", "QUALIFIER")
"""The two kinds of span that hang on an outcome."""
LABELS: Final = ENTITY_LABELS + EVIDENCE_LABELS

CATEGORIES: Final = (
    "response", "survival", "toxicity", "persistence", "cytotoxicity", "cytokine", "activation", "trafficking",
    "exhaustion", "microenvironment", "delivery", "expression", "other",
)  # fmt: skip
DIRECTIONS: Final = ("increased", "decreased", "unchanged", "high", "low", "reported")
ASSERTIONS: Final = ("affirmed", "negated", "speculated")
QUALIFIER_KINDS: Final = ("grade", "time", "condition")

SIGNATURES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = MappingProxyType(
    {
        "CARRIES": (("NANOPARTICLE",), ("CARGO",)),
        "DELIVERED_TO": (("NANOPARTICLE",), ("CELL_TYPE",)),
        "TARGETS": (("CELL_TYPE", "CARGO"), ("CAR_TARGET",)),
        "TREATS": (("CELL_TYPE", "NANOPARTICLE"), ("DISEASE",)),
        "RESULTS_IN": (("CELL_TYPE", "NANOPARTICLE"), ("OUTCOME",)),
        "VALUE_OF": (("VALUE",), ("OUTCOME",)),
        "QUALIFIES": (("QUALIFIER",), ("OUTCOME",)),
    }
)
"""Relation label to (labels of the head, labels of the tail)."""

KINDS: Final = ("primary", "review", "protocol", "case report", "meta-analysis", "comment")
SETTINGS: Final = ("in vitro", "animal", "human")
PHASES: Final = ("early 1", "1", "1/2", "2", "2/3", "3", "4")
CAR_MADE: Final = ("ex vivo", "in vivo")
PARTICLE_ROLES: Final = (
    "makes CAR cells", "arms or boosts cells", "changes the microenvironment", "presents antigen", "carries a drug",
    "images",
)  # fmt: skip

SLOTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nanoparticle": "NANOPARTICLE",
        "cargo": "CARGO",
        "car_target": "CAR_TARGET",
        "cell_type": "CELL_TYPE",
        "disease": "DISEASE",
        "qualifier": "QUALIFIER",
    }
)
"""A finding's multi-valued slots and the label of the mentions that fill them."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is said of a mention: `category` and `direction` of an outcome, `assertion`, `kind` of a qualifier."""

    category: str | None = None
    direction: str | None = None
    assertion: str | None = None
    kind: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


NO_ATTRIBUTES: Final = Attributes()


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a document with its type. `text` repeats the document's characters `start` to `end` (exclusive).

    `concept` is a lexicon identifier, `cluster` names the thing that several mentions of one document share, and
    `why` says what made the mention: "lexicon NC:NP:lnp", "rule composed-particle", "model NAME".
    """

    id: str
    start: int
    end: int
    label: str
    text: str
    concept: str | None = None
    cluster: str | None = None
    attributes: Attributes = NO_ATTRIBUTES
    confidence: float | None = None
    why: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed link from one mention (`head`) to another (`tail`), both by mention id."""

    id: str
    label: str
    head: str
    tail: str
    assertion: str = "affirmed"
    confidence: float | None = None
    why: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the evidence table. Slots hold mention ids; `evidence` is the span of the sentence that says it."""

    id: str
    outcome: str
    nanoparticle: tuple[str, ...] = ()
    cargo: tuple[str, ...] = ()
    car_target: tuple[str, ...] = ()
    cell_type: tuple[str, ...] = ()
    disease: tuple[str, ...] = ()
    direction: str = "reported"
    assertion: str = "affirmed"
    value: str | None = None
    qualifier: tuple[str, ...] = ()
    compared_with: str | None = None
    evidence: tuple[int, int] | None = None
    confidence: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def mention_ids(self) -> tuple[str, ...]:
        """Every mention id that this row names, the outcome first."""
        single = tuple(one for one in (self.value, self.compared_with) if one)
        return (self.outcome, *(id_ for slot in SLOTS for id_ in getattr(self, slot)), *single)


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """The study card: what kind of study the document reports. Empty where the text does not say.

    `n` is the number of patients; `in_scope` says whether the document speaks of the field at all (None: not asked).
    """

    kind: str | None = None
    setting: tuple[str, ...] = ()
    phase: str | None = None
    registry: tuple[str, ...] = ()
    n: int | None = None
    car_made: tuple[str, ...] = ()
    particle_role: tuple[str, ...] = ()
    retracted: bool = False
    in_scope: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One citation with its annotations.

    `metadata` holds what the source says beside the text, as plain JSON: `pmid`, `doi`, `year`, `journal`,
    `publication_types`, `mesh`, `registry`, `sections` (label, start, end), `retracted`, ...
    """

    id: str
    title: str = ""
    text: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    entities: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
    findings: tuple[Finding, ...] = ()
    study: StudyFacts = field(default_factory=StudyFacts)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, id: str, title: str, abstract: str, **rest: Any) -> Document:
        """The document of a title and an abstract; either may be empty.

        >>> Document.of("1", "A title.", "A sentence.").text
        'A title.\\nA sentence.'
        """
        return cls(id, title, "\n".join(part for part in (title, abstract) if part), **rest)

    @property
    def abstract(self) -> str:
        """The text after the title."""
        if self.title and self.text.startswith(self.title):
            return self.text[len(self.title) :].removeprefix("\n")
        return self.text

    def mention(self, id: str) -> Mention:
        """The mention of that id. Raises `KeyError` where there is none."""
        for one in self.entities:
            if one.id == id:
                return one
        raise KeyError(id)

    def without_annotations(self) -> Document:
        """The same text and metadata with nothing annotated."""
        return replace(self, entities=(), relations=(), findings=(), study=StudyFacts())

    def to_json(self) -> Json:
        """The native JSON object, described by `nanocart/data/document.schema.json`."""
        out: Json = {"id": self.id, "title": self.title, "text": self.text, "metadata": dict(self.metadata)}
        out["entities"] = [_mention_to_json(one) for one in self.entities]
        out["relations"] = [_plain(one) for one in self.relations]
        out["findings"] = [_finding_to_json(one) for one in self.findings]
        out["study"] = _plain(self.study)
        return out | dict(self.extra)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Document:
        """The document of a native JSON object; unknown keys are kept in `extra`.

        Raises `RecordError` where the object does not follow the schema: an offset outside the text, a span whose
        text differs, an unknown label, a relation to a missing mention.
        """
        id_ = data.get("id")
        if not isinstance(id_, str | int) or isinstance(id_, bool) or id_ == "":
            raise RecordError("the document has no id", hint='give it an "id" that is a string')
        text, title = data.get("text"), data.get("title") or ""
        if not isinstance(text, str) or not isinstance(title, str):
            raise RecordError("title and text must be strings", record=str(id_))
        rest = {"id", "title", "text", "metadata", "entities", "relations", "findings", "study"}
        extra = {key: value for key, value in data.items() if key not in rest}
        try:
            if not (data.get("entities") or data.get("relations") or data.get("findings") or data.get("study")):
                # Most records are bare citations, and have nothing that could break the schema.
                return cls(str(id_), title, text, metadata=dict(data.get("metadata") or {}), extra=extra)
            document = cls(
                str(id_),
                title,
                text,
                metadata=dict(data.get("metadata") or {}),
                entities=tuple(_mention_from_json(one, text) for one in data.get("entities") or ()),
                relations=tuple(_read(Relation, one) for one in data.get("relations") or ()),
                findings=tuple(_finding_from_json(one) for one in data.get("findings") or ()),
                study=_read(StudyFacts, data.get("study") or {}),
                extra=extra,
            )
            problems = document.problems()
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            raise RecordError(f"not a nanocart document: {error}", record=str(id_)) from error
        if problems:
            raise RecordError(problems[0], record=document.id, hint=f"{len(problems)} problem(s) in this record")
        return document

    def problems(self) -> list[str]:
        """Every way in which this document breaks the schema, in words; empty where it follows it."""
        found = [problem for one in self.entities for problem in _mention_problems(one, self.text)]
        ordered = sorted(self.entities, key=lambda one: (one.start, one.end))
        found += [
            f"{b.id} overlaps {a.id}: {b.start}-{b.end} and {a.start}-{a.end}"
            for a, b in pairwise(ordered)
            if b.start < a.end
        ]
        labels = {one.id: one.label for one in self.entities}
        if len(labels) < len(self.entities):
            found.append("two mentions share an id")
        for relation in self.relations:
            found += _relation_problems(relation, labels)
        for finding in self.findings:
            found += _finding_problems(finding, labels, len(self.text))
        return found + _study_problems(self.study)


def _allowed(name: str, value: str | None, vocabulary: tuple[str, ...]) -> list[str]:
    return [] if value is None or value in vocabulary else [f"unknown {name} {value!r}: one of {', '.join(vocabulary)}"]


def _mention_problems(one: Mention, text: str) -> list[str]:
    if not 0 <= one.start < one.end <= len(text):
        return [f"{one.id} lies outside the text: {one.start}-{one.end} of {len(text)} characters"]
    found = _allowed("label", one.label, LABELS)
    if one.text != text[one.start : one.end]:
        found.append(f"{one.id} says {one.text!r} where the text has {text[one.start : one.end]!r}")
    found += _allowed("category", one.attributes.category, CATEGORIES)
    found += _allowed("direction", one.attributes.direction, DIRECTIONS)
    found += _allowed("assertion", one.attributes.assertion, ASSERTIONS)
    return found + _allowed("kind of qualifier", one.attributes.kind, QUALIFIER_KINDS)


def _relation_problems(one: Relation, labels: Mapping[str, str]) -> list[str]:
    found = _allowed("relation", one.label, tuple(SIGNATURES)) + _allowed("assertion", one.assertion, ASSERTIONS)
    missing = [end for end in (one.head, one.tail) if end not in labels]
    if missing:
        return [*found, f"relation {one.id} names a missing mention {missing[0]!r}"]
    if one.label in SIGNATURES:
        heads, tails = SIGNATURES[one.label]
        if labels[one.head] not in heads or labels[one.tail] not in tails:
            found.append(f"relation {one.id}: {one.label} cannot join {labels[one.head]} to {labels[one.tail]}")
    return found


def _finding_problems(one: Finding, labels: Mapping[str, str], length: int) -> list[str]:
    missing = [id_ for id_ in one.mention_ids() if id_ not in labels]
    if missing:
        return [f"finding {one.id} names a missing mention {missing[0]!r}"]
    found = _allowed("direction", one.direction, DIRECTIONS) + _allowed("assertion", one.assertion, ASSERTIONS)
    wanted = [(id_, label) for slot, label in SLOTS.items() for id_ in getattr(one, slot)]
    wanted += [(one.outcome, "OUTCOME")] + ([(one.value, "VALUE")] if one.value else [])
    found += [f"finding {one.id}: {id_} is {labels[id_]}, not {label}" for id_, label in wanted if labels[id_] != label]
    if one.evidence and not 0 <= one.evidence[0] < one.evidence[1] <= length:
        found.append(f"finding {one.id}: its evidence lies outside the text")
    return found


def _study_problems(study: StudyFacts) -> list[str]:
    counted = study.n is None or (isinstance(study.n, int) and not isinstance(study.n, bool) and study.n >= 0)
    found = [] if counted else [f"the number of patients is a whole number, not {study.n!r}"]
    found += _allowed("kind of study", study.kind, KINDS) + _allowed("phase", study.phase, PHASES)
    several = ((study.setting, "setting", SETTINGS), (study.car_made, "car_made", CAR_MADE))
    for values, name, vocabulary in (*several, (study.particle_role, "particle_role", PARTICLE_ROLES)):
        found += [problem for value in values for problem in _allowed(name, value, vocabulary)]
    return found


def _plain(one: Any) -> Json:
    """Fields as JSON, without the empty ones, and with what was unknown when it was read."""
    out: Json = {}
    for item in fields(one):
        value = getattr(one, item.name)
        if item.name != "extra" and value is not None and value != () and value is not False:
            out[item.name] = list(value) if isinstance(value, tuple) else value
    # `in_scope` False is a statement, `retracted` False is not.
    if getattr(one, "in_scope", None) is False:
        out["in_scope"] = False
    return out | dict(one.extra)


def _mention_to_json(one: Mention) -> Json:
    out: Json = {"id": one.id, "start": one.start, "end": one.end, "label": one.label, "text": one.text}
    out["concept"] = one.concept
    out["cluster"] = one.cluster
    out["attributes"] = _plain(one.attributes)
    if one.confidence is not None:
        out["confidence"] = one.confidence
    if one.why is not None:
        out["why"] = one.why
    return out | dict(one.extra)


def _finding_to_json(one: Finding) -> Json:
    out: Json = {"id": one.id}
    out |= {slot: list(getattr(one, slot)) for slot in SLOTS if slot != "qualifier"}
    out |= {"outcome": one.outcome, "direction": one.direction, "assertion": one.assertion, "value": one.value}
    out |= {"qualifier": list(one.qualifier), "compared_with": one.compared_with}
    out["evidence"] = list(one.evidence) if one.evidence else None
    if one.confidence is not None:
        out["confidence"] = one.confidence
    return out | dict(one.extra)


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    """A dataclass from JSON: lists become tuples, null a default, unknown keys go to `extra`."""
    known = {item.name for item in fields(cls)} - {"extra"}
    given = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in data.items()
        if key in known and value is not None
    }
    return cls(**given, extra={key: value for key, value in data.items() if key not in known})


def _mention_from_json(data: Mapping[str, Any], text: str) -> Mention:
    if type(data.get("start")) is not int or type(data.get("end")) is not int:
        raise ValueError(f"mention {data.get('id')!r} has no whole-number start and end")
    filled = {"text": text[max(data["start"], 0) : max(data["end"], 0)], **data}
    mention: Mention = _read(Mention, filled | {"attributes": None})
    return replace(mention, attributes=_read(Attributes, data.get("attributes") or {}))


def _finding_from_json(data: Mapping[str, Any]) -> Finding:
    finding: Finding = _read(Finding, data)
    return finding
