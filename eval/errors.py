"""The errors of a prediction, each with its kind: what `nanocart errors` shows.

Every gold mention is right or stands in one error of a mention, and so does every predicted one; right is what the
strict scores take for right. Relations and findings are compared over clusters, again as the scores do.

>>> gold = Document("1", "", "LNPs work.", entities=(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"),))
>>> [(one.kind, one.label) for one in errors(gold, gold.without_annotations())]
[('missed', 'NANOPARTICLE')]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from nanocart.eval import measures, rows
from nanocart.schema import LABELS, SIGNATURES, Document, Finding, Mention, Relation

Kind = Literal[
    "missed", "spurious", "boundary", "type", "role", "attribute", "relation missed", "relation spurious",
    "finding missed", "finding spurious", "finding differs", "scope",
]  # fmt: skip
KINDS: Final[Mapping[Kind, str]] = {
    "missed": "The gold has a mention where nothing is predicted.",
    "spurious": "A mention is predicted where the gold has nothing that it could stand for.",
    "boundary": "The type is right, start or end are not.",
    "type": "The place is that of a gold mention, or overlaps it; the type is another.",
    "role": "A CAR target taken for something else, something else for a CAR target, a particle's ligand for a target.",
    "attribute": "Span and type are right (or a relation is); what is said of it differs.",
    "relation missed": "The gold joins two things that the prediction does not join.",
    "relation spurious": "The prediction joins two things that the gold does not join.",
    "finding missed": "A row of the gold to which no predicted row can belong.",
    "finding spurious": "A predicted row that belongs to none of the gold.",
    "finding differs": "A row on the right outcome that differs from the gold's in one slot or several.",
    "scope": "One side says that the document speaks of the field, the other that it does not.",
}
"""Every kind of error, and what it means."""
MENTION_KINDS: Final = ("missed", "spurious", "boundary", "type", "role")
ATTRIBUTES: Final = {"OUTCOME": ("category", "direction", "assertion"), "QUALIFIER": ("kind",)}
FINDING: Final = "FINDING"
DOCUMENT: Final = "DOCUMENT"
TYPES: Final = (*LABELS, *SIGNATURES, FINDING, DOCUMENT)
"""Every label that an error can have."""
NOTHING: Final = "nothing"

# A spurious target is a particle's ligand where a gold particle follows it by at most two words ("CD5-targeted LNPs")
# or stands before it with a word for binding between them ("LNPs that were conjugated to anti-CD3"), and no CAR does.
_BEFORE_PARTICLE: Final = re.compile(r"(?!.*\bCARs?\b)(?:/\w+)?(?:-\w+)?[-\s]+(?:[\w-]+\s+){0,2}(?:\w+-)?")
_AFTER_PARTICLE: Final = re.compile(
    r"(?!.*\bCARs?\b)\s*\(?[\w\s-]{0,25}\b"
    r"(?:target|conjugat|coat|decorat|functionali|modif|bind|bound|bear|display|present)[\w\s-]{0,30}"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that both sides say or one of them, in words: an attribute, a slot. "" where a side says nothing."""

    name: str
    gold: str
    predicted: str
    differs: bool = True


@dataclass(frozen=True, slots=True)
class Error:
    """One error of a document.

    `label` is the type of the gold's mention (of the predicted one where the gold has none), the relation's label,
    FINDING or DOCUMENT. `gold` and `predicted` are the mentions of each side that it concerns: head and tail of a
    relation, whatever a finding names. `note` says more where there is more to say.
    """

    kind: Kind
    label: str
    gold: tuple[Mention, ...] = ()
    predicted: tuple[Mention, ...] = ()
    parts: tuple[Part, ...] = ()
    note: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every type under which a reader looks for it."""
        sides = (self.gold, self.predicted) if self.kind in MENTION_KINDS else ()
        return tuple(dict.fromkeys([self.label, *(one.label for side in sides for one in side)]))

    @property
    def start(self) -> int:
        """Where in the text it begins."""
        return min((one.start for one in (*self.gold, *self.predicted)), default=0)


@dataclass(frozen=True, slots=True)
class Confusion:
    """What the gold has and what is predicted for it, with every place (document, error) where that happens.

    Surfaces are compared without regard to capitals and shown as first met; "" where a side has nothing.
    """

    kind: Kind
    gold_label: str
    gold: str
    predicted_label: str
    predicted: str
    places: tuple[tuple[int, int], ...]


def errors(gold: Document, predicted: Document) -> list[Error]:
    """Every error of a prediction on the gold's text, in reading order; what concerns the whole document first."""
    clusters = measures.both_clusters(gold, predicted)
    found = [*_mentions(gold, predicted), *_relations(gold, predicted, clusters), *_findings(gold, predicted, clusters)]
    order = list(KINDS)
    return [*_scope(gold, predicted), *sorted(found, key=lambda one: (one.start, order.index(one.kind)))]


def aligned(gold: Document, predicted: Document) -> list[tuple[Mention | None, Mention | None]]:
    """Gold and predicted mentions side by side; None for one without a partner.

    Partners overlap and are paired one to one: those of one type first, then those that share most characters.
    """
    shared = sorted(
        ((a.label != b.label, -_shared(a, b), a.start, b.start), i, j)
        for i, a in enumerate(gold.entities)
        for j, b in enumerate(predicted.entities)
        if _shared(a, b) > 0
    )
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in shared:
        if i not in partners and j not in taken:
            partners[i] = j
            taken.add(j)
    pairs: list[tuple[Mention | None, Mention | None]] = [
        (one, predicted.entities[partners[i]] if i in partners else None) for i, one in enumerate(gold.entities)
    ]
    return pairs + [(None, one) for j, one in enumerate(predicted.entities) if j not in taken]


def matrix(pairs: Iterable[tuple[Document, Document]]) -> Counter[tuple[str, str]]:
    """How often mentions of each gold type (or "nothing") are predicted with each type (or "nothing")."""
    counts: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        counts.update((a.label if a else NOTHING, b.label if b else NOTHING) for a, b in aligned(*pair))
    return counts


def confusions(found: Sequence[Sequence[Error]]) -> list[Confusion]:
    """The mentions and attributes in the errors of several documents, alike ones together, the most frequent first."""
    places: dict[Hashable, list[tuple[int, int]]] = {}
    shown: dict[Hashable, tuple[Kind, str, str, str, str]] = {}
    for number, of_document in enumerate(found):
        for at, error in enumerate(of_document):
            for what in _confused(error):
                key = (*what[:2], what[2].casefold(), what[3], what[4].casefold())
                shown.setdefault(key, what)
                places.setdefault(key, []).append((number, at))
    every = [Confusion(*shown[key], tuple(where)) for key, where in places.items()]
    return sorted(every, key=lambda one: -len(one.places))


def summary(found: Sequence[Sequence[Error]]) -> str:
    """The counts in one line.

    >>> summary([[], []])
    '2 documents, 2 of them without an error; no errors'
    """
    counts = Counter(one.kind for of_document in found for one in of_document)
    free = sum(not of_document for of_document in found)
    documents = f"{len(found):,} document{'s' if len(found) != 1 else ''}"
    told = ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS if counts[kind])
    total = counts.total()
    return f"{documents}, {free:,} of them without an error; " + (
        f"{total:,} error{'s' if total != 1 else ''}: {told}" if total else "no errors"
    )


def _shared(a: Mention, b: Mention) -> int:
    return min(a.end, b.end) - max(a.start, b.start)


def _mentions(gold: Document, predicted: Document) -> Iterator[Error]:
    for a, b in aligned(gold, predicted):
        if a is None or b is None:
            if a is not None:
                yield Error("missed", a.label, gold=(a,))
            elif b is not None:
                yield _spurious(b, gold)
            continue
        same_place = (a.start, a.end) == (b.start, b.end)
        if a.label != b.label:
            kind: Kind = "role" if "CAR_TARGET" in (a.label, b.label) else "type"
            yield Error(kind, a.label, (a,), (b,), note="" if same_place else "the boundaries differ too")
        elif not same_place:
            yield Error("boundary", a.label, (a,), (b,))
        else:
            parts = tuple(_part(name, a.attributes, b.attributes) for name in ATTRIBUTES.get(a.label, ()))
            parts = tuple(one for one in parts if one.differs)
            if parts:
                yield Error("attribute", a.label, (a,), (b,), parts)


def _part(name: str, gold: object, predicted: object) -> Part:
    a, b = getattr(gold, name) or "", getattr(predicted, name) or ""
    return Part(name, a, b, a != b)


def _spurious(one: Mention, gold: Document) -> Error:
    if one.label == "CAR_TARGET":
        particles = [other for other in gold.entities if other.label == "NANOPARTICLE"]
        for particle in particles:
            after = one.end <= particle.start and _BEFORE_PARTICLE.fullmatch(gold.text, one.end, particle.start)
            before = particle.end <= one.start and _AFTER_PARTICLE.fullmatch(gold.text, particle.end, one.start)
            if after or before:
                note = f"the ligand of a particle: {particle.text}"
                return Error("role", one.label, predicted=(one,), note=note)
    inside = any(_shared(one, other) > 0 for other in gold.entities)
    return Error("spurious", one.label, predicted=(one,), note="overlaps a gold mention" if inside else "")


def _relations(gold: Document, predicted: Document, clusters: measures.Clusters) -> Iterator[Error]:
    wanted, given = (_joined(*side) for side in zip((gold, predicted), clusters, strict=True))
    for key, (one, assertions) in wanted.items():
        if key not in given:
            yield Error("relation missed", one.label, gold=_ends(one, gold), parts=_asserted(assertions, ""))
            continue
        other, others = given[key]
        if assertions != others:
            yield Error(
                "attribute", one.label, _ends(one, gold), _ends(other, predicted), _asserted(assertions, others)
            )
    for key, (one, assertions) in given.items():
        if key not in wanted:
            yield Error("relation spurious", one.label, (), _ends(one, predicted), _asserted("", assertions))


def _joined(document: Document, clusters: Mapping[str, Hashable]) -> dict[Hashable, tuple[Relation, str]]:
    """For each pair of clusters and label the first relation that joins them, and all assertions that do."""
    place = {one.id: one.start for one in document.entities}
    found: dict[Hashable, list[Relation]] = {}
    for one in sorted(document.relations, key=lambda one: (place[one.head], place[one.tail])):
        found.setdefault((one.label, clusters[one.head], clusters[one.tail]), []).append(one)
    return {key: (some[0], ", ".join(sorted({one.assertion for one in some}))) for key, some in found.items()}


def _asserted(gold: str, predicted: str) -> tuple[Part, ...]:
    return () if {gold, predicted} <= {"", "affirmed"} else (Part("assertion", gold, predicted),)


def _ends(one: Relation, document: Document) -> tuple[Mention, Mention]:
    return document.mention(one.head), document.mention(one.tail)


def _findings(gold: Document, predicted: Document, clusters: measures.Clusters) -> Iterator[Error]:
    # Beside an empty other side every row is left over, in its order: that gives the rows as the scores see them.
    none, nothing = replace(gold, findings=()), replace(predicted, findings=())
    wanted = [*zip(rows.pair(gold, nothing, clusters=clusters).missed, gold.findings, strict=True)]
    given = [*zip(rows.pair(none, predicted, clusters=clusters).spurious, predicted.findings, strict=True)]
    pairing = rows.pair(gold, predicted, clusters=clusters)
    for a, b in pairing.paired:
        one, other = _take(wanted, a), _take(given, b)
        if a != b:
            parts = _parts(_words(one, gold), _words(other, predicted), {name for name in a if a[name] != b[name]})
            yield Error("finding differs", FINDING, _named(one, gold), _named(other, predicted), parts)
    for row in pairing.missed:
        one = _take(wanted, row)
        yield Error("finding missed", FINDING, gold=_named(one, gold), parts=_parts(_words(one, gold), {}, None))
    for row in pairing.spurious:
        one = _take(given, row)
        parts = _parts({}, _words(one, predicted), None)
        yield Error("finding spurious", FINDING, predicted=_named(one, predicted), parts=parts)


def _take(left: list[tuple[rows.Row, Finding]], row: rows.Row) -> Finding:
    """The first finding left that is this row."""
    return left.pop(next(at for at, (other, _) in enumerate(left) if other == row))[1]


def _named(one: Finding, document: Document) -> tuple[Mention, ...]:
    """The outcome, then whatever else the row names."""
    return tuple(document.mention(id_) for id_ in dict.fromkeys(one.mention_ids()))


def _words(one: Finding, document: Document) -> dict[str, str]:
    found = {}
    for name in rows.ROW_SLOTS:
        value = getattr(one, name)
        if name in ("direction", "assertion"):
            found[name] = value
        elif value:
            ids = value if isinstance(value, tuple) else (value,)
            found[name] = "; ".join(document.mention(id_).text for id_ in ids)
    return found


def _parts(gold: Mapping[str, str], predicted: Mapping[str, str], differing: set[str] | None) -> tuple[Part, ...]:
    """What two rows say, slot by slot; None: everything differs, since one of them does not exist."""
    return tuple(
        Part(name, gold.get(name, ""), predicted.get(name, ""), differing is None or name in differing)
        for name in rows.ROW_SLOTS
        if name in gold or name in predicted
    )


def _scope(gold: Document, predicted: Document) -> list[Error]:
    # As in the scores, a system that is not asked for the scope claims all of its documents.
    a, b = (one.study.in_scope is not False for one in (gold, predicted))
    said = {True: "in scope", False: "out of scope"}
    return [] if a == b else [Error("scope", DOCUMENT, parts=(Part("scope", said[a], said[b]),))]


def _confused(error: Error) -> Iterator[tuple[Kind, str, str, str, str]]:
    if error.kind in MENTION_KINDS:
        (a, x), (b, y) = (
            (side[0].label, " ".join(side[0].text.split())) if side else ("", "")
            for side in (error.gold, error.predicted)
        )
        yield error.kind, a, x, b, y
    elif error.kind == "attribute":
        for one in error.parts:
            label = f"{error.label} {one.name}"
            yield error.kind, label, one.gold or NOTHING, label, one.predicted or NOTHING
