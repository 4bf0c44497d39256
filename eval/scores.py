"""Scores: what is measured, by name, counted per document, with the interval of every figure.

A measure is one function from a gold and a predicted document to `Counts`; its figure is the micro-F1 of the counts
over documents, or their share where nothing can be spurious (attributes, study card, evidence). Counts are kept per
document, so that intervals and comparisons never run a system again.

>>> "spans/strict/six types" in MEASURES
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nanocart.errors import NanocartError
from nanocart.eval import measures, rows
from nanocart.eval.counts import Counts
from nanocart.eval.measures import LINKS, RELATIONS
from nanocart.schema import (
    ASSERTIONS,
    CATEGORIES,
    DIRECTIONS,
    ENTITY_LABELS,
    EVIDENCE_LABELS,
    Document,
    Mention,
)

STUDY: Final = ("kind", "setting", "phase", "registry", "n", "car_made", "particle_role")
FOUR: Final = ("NANOPARTICLE", "CAR_TARGET", "CELL_TYPE", "DISEASE")
ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "category": CATEGORIES,
    "direction": DIRECTIONS,
    "assertion": ASSERTIONS,
}
FEW: Final = 20
"""Macro averages leave out classes with fewer gold cases than this."""


@dataclass(frozen=True)
class Case:
    """A gold and a predicted document of one text, with their rows paired once for all measures that need it."""

    gold: Document
    predicted: Document

    @cached_property
    def clusters(self) -> measures.Clusters:
        """The clusters of the gold's mentions, and those that the predicted ones take."""
        return measures.both_clusters(self.gold, self.predicted)

    @cached_property
    def pairing(self) -> rows.Pairing:
        """The findings of both, paired one to one."""
        return rows.pair(self.gold, self.predicted, clusters=self.clusters)

    @cached_property
    def outcomes(self) -> list[tuple[Mention, Mention]]:
        """The outcomes that both have with the same span."""
        return measures.matched_outcomes(self.gold, self.predicted)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its name ("group/mode/what"), its definition in a sentence, and what it counts in a document."""

    name: str
    definition: str
    count: Callable[[Case], Counts]


@dataclass(frozen=True, slots=True)
class Macro:
    """The mean of the F1 of several measures, those with fewer than `FEW` gold cases aside."""

    name: str
    definition: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval. `precision` and `recall` are None for macro averages."""

    name: str
    value: float
    low: float
    high: float
    precision: float | None
    recall: float | None
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class Table:
    """What was counted: an array of documents × measures × (true positives, false positives, false negatives)."""

    documents: tuple[str, ...]
    measures: tuple[str, ...]
    counts: NDArray[np.int64]

    def of(self, name: str) -> NDArray[np.int64]:
        """The counts of one measure, documents × 3."""
        found: NDArray[np.int64] = self.counts[:, self.measures.index(name)]
        return found


def count(pairs: Sequence[tuple[Document, Document]], names: Iterable[str] | None = None) -> Table:
    """Count gold and predicted documents of the same texts by the named measures (default: all).

    Raises `NanocartError` where a pair has two ids, or two texts.
    """
    chosen = tuple(MEASURES if names is None else names)
    table = np.zeros((len(pairs), len(chosen), 3), dtype=np.int64)
    for at, (gold, predicted) in enumerate(pairs):
        if gold.id != predicted.id or gold.text != predicted.text:
            hint = "score predictions on exactly the texts of the gold"
            raise NanocartError(f"{gold.id} and {predicted.id} are not the same text", hint=hint)
        case = Case(gold, predicted)
        for column, name in enumerate(chosen):
            one = MEASURES[name].count(case)
            table[at, column] = one.tp, one.fp, one.fn
    return Table(tuple(gold.id for gold, _ in pairs), chosen, table)


def figures(table: Table, *, resamples: int = 10_000, seed: int = 0) -> list[Figure]:
    """Every figure of a table with its percentile bootstrap interval over documents (Efron 1979), macros last."""
    totals = table.counts.sum(axis=0)
    drawn = _resampled(table.counts, resamples, seed)
    every = f1(drawn)
    found = []
    for at, name in enumerate(table.measures):
        counts = Counts(*map(int, totals[at]))
        low, high = np.quantile(every[:, at], [0.025, 0.975]) if resamples else (counts.f1, counts.f1)
        found.append(Figure(name, counts.f1, float(low), float(high), counts.precision, counts.recall, counts))
    for macro in MACROS:
        columns = [table.measures.index(part) for part in macro.parts if part in table.measures]
        columns = [at for at in columns if totals[at, 0] + totals[at, 2] >= FEW]
        if columns:
            value = float(f1(totals[columns]).mean())
            low, high = np.quantile(every[:, columns].mean(axis=1), [0.025, 0.975]) if resamples else (value, value)
            found.append(Figure(macro.name, value, float(low), float(high), None, None, None))
    return found


def f1(counts: NDArray[Any]) -> NDArray[np.float64]:
    """F1 of an array whose last axis is (true positives, false positives, false negatives); 1 where all are 0."""
    right, wrong = 2 * counts[..., 0], counts[..., 1] + counts[..., 2]
    whole = right + wrong
    values: NDArray[np.float64] = np.where(whole > 0, right / np.maximum(whole, 1), 1.0)
    return values


def _resampled(counts: NDArray[np.int64], resamples: int, seed: int) -> NDArray[np.int64]:
    """Totals of documents drawn with replacement: resamples × measures × 3."""
    size = len(counts)
    if not size or not resamples:
        return np.zeros((0, *counts.shape[1:]), dtype=np.int64)
    weights = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=resamples)
    flat = counts.reshape(size, -1).astype(np.float64)  # float64 holds these sums exactly, and multiplies by BLAS
    totals = np.rint(weights.astype(np.float64) @ flat).astype(np.int64)
    whole: NDArray[np.int64] = totals.reshape(resamples, *counts.shape[1:])
    return whole


def _spans(case: Case, function: Callable[..., Counts], labels: tuple[str, ...]) -> Counts:
    return function(case.gold, case.predicted, labels)


def _relations(case: Case, labels: tuple[str, ...], assertion: bool) -> Counts:
    return measures.relations(case.gold, case.predicted, labels, assertion=assertion, clusters=case.clusters)


def _attribute(case: Case, name: str) -> Counts:
    return _shares(getattr(a.attributes, name) == getattr(b.attributes, name) for a, b in case.outcomes)


def _attribute_value(case: Case, name: str, value: str) -> Counts:
    values = [(getattr(a.attributes, name), getattr(b.attributes, name)) for a, b in case.outcomes]
    return Counts(
        sum(a == b == value for a, b in values),
        sum(a != value == b for a, b in values),
        sum(a == value != b for a, b in values),
    )


def _linked(case: Case) -> Counts:
    """Concepts of the mentions found with the right span and type, in documents whose gold mentions are linked."""
    if not case.gold.extra.get("linked"):
        return Counts()
    given = {(one.start, one.end, one.label): one.concept for one in case.predicted.entities}
    mine = [(one.concept, (one.start, one.end, one.label)) for one in case.gold.entities if one.label in ENTITY_LABELS]
    return _shares(concept == given[key] for concept, key in mine if key in given)


def _concepts(case: Case) -> Counts:
    if not case.gold.extra.get("linked"):
        return Counts()
    a, b = (
        {(one.label, one.concept) for one in document.entities if one.concept and one.label in ENTITY_LABELS}
        for document in (case.gold, case.predicted)
    )
    return Counts(len(a & b), len(b - a), len(a - b))


def _core(case: Case) -> Counts:
    return measures.core_rows(case.gold, case.predicted, clusters=case.clusters)


def _slot(case: Case, slot: str) -> Counts:
    return case.pairing.slots((slot,))


def _card(case: Case, name: str) -> Counts:
    a, b = _set(getattr(case.gold.study, name)), _set(getattr(case.predicted.study, name))
    return Counts(len(a & b), len(b - a), len(a - b))


def _set(value: object) -> frozenset[object]:
    return frozenset(value) if isinstance(value, tuple) else frozenset([] if value is None else [value])


def _scope(case: Case) -> Counts:
    # A system that is not asked for the scope claims all of its documents.
    return _shares([(case.gold.study.in_scope is not False) == (case.predicted.study.in_scope is not False)])


def _shares(right: Iterable[bool]) -> Counts:
    """Counts whose F1 is the share of what is right."""
    values = list(right)
    wrong = len(values) - sum(values)
    return Counts(sum(values), wrong, wrong)


def _made() -> list[Measure]:
    alone = [(label, (label,)) for label in (*ENTITY_LABELS, *EVIDENCE_LABELS)]
    together = [("six types", ENTITY_LABELS), ("four types", FOUR), ("values and qualifiers", EVIDENCE_LABELS)]
    found = [
        Measure(f"spans/{mode}/{what}", definition, partial(_spans, function=function, labels=labels))
        for mode, definition, function in (
            ("strict", "A predicted span is right if a gold span has its start, end and type.", measures.spans),
            (
                "boundary",
                "A predicted span is right if a gold span has its start and end, whichever of the types each is.",
                measures.boundaries,
            ),
            ("overlap", "A predicted span is right if it overlaps a gold span of its type.", measures.overlapping),
        )
        for what, labels in (together if mode == "boundary" else [*alone, *together])
    ]
    for name, values in ATTRIBUTES.items():
        text = f"Share of the outcomes found with the right span whose {name} is right."
        found.append(Measure(f"attributes/accuracy/{name}", text, partial(_attribute, name=name)))
        text = f"F1 of one {name} over the outcomes found with the right span."
        found += [
            Measure(f"attributes/{name}/{value}", text, partial(_attribute_value, name=name, value=value))
            for value in values
        ]
    for mode, text, assertion in (
        ("document", "Right if the gold joins the same two clusters by this relation.", False),
        ("asserted", "Right if the gold joins the same two clusters by this relation with the same assertion.", True),
    ):
        for what, labels in [*((one, (one,)) for one in (*RELATIONS, *LINKS)), ("five relations", RELATIONS)]:
            found.append(
                Measure(f"relations/{mode}/{what}", text, partial(_relations, labels=labels, assertion=assertion))
            )
    text = "Right if the gold joins mentions with the same spans by this relation."
    for what, labels in [*((one, (one,)) for one in RELATIONS), ("five relations", RELATIONS)]:
        found.append(
            Measure(
                f"relations/mention/{what}", text, partial(_spans, function=measures.mention_relations, labels=labels)
            )
        )
    text = "Right if agent (particle and cell), outcome, direction and assertion are those of a gold row."
    found.append(Measure("findings/core rows", text, _core))
    text = "Right if every slot is that of the paired gold row."
    found.append(Measure("findings/whole rows", text, lambda case: case.pairing.whole()))
    text = "Fills of the slots of rows paired one to one so that most agree."
    found.append(Measure("findings/slots/all", text, lambda case: case.pairing.slots()))
    found += [Measure(f"findings/slots/{one}", text, partial(_slot, slot=one)) for one in rows.ROW_SLOTS]
    text = "Share of paired rows whose sentence holds the gold outcome."
    found.append(Measure("findings/evidence", text, lambda case: _shares(case.pairing.evidence)))
    text = "Share of the mentions found with the right span and type whose concept is right, in linked documents."
    found.append(Measure("linking/accuracy", text, _linked))
    text = "A document's concepts, each once, right if a gold mention of it has the concept, in linked documents."
    found.append(Measure("linking/documents", text, _concepts))
    text = "Values of this field of the study card."
    found += [Measure(f"study/{name}", text, partial(_card, name=name)) for name in STUDY]
    found.append(Measure("scope", "Share of documents whose scope (does it speak of the field?) is right.", _scope))
    return found


MEASURES: Final[Mapping[str, Measure]] = {one.name: one for one in _made()}
MACROS: Final = (
    *(
        Macro(f"spans/{mode}/macro", "Mean F1 of the six types.", tuple(f"spans/{mode}/{one}" for one in ENTITY_LABELS))
        for mode in ("strict", "overlap")
    ),
    *(
        Macro(f"attributes/{name}/macro", f"Mean F1 of each {name}.", tuple(f"attributes/{name}/{v}" for v in values))
        for name, values in ATTRIBUTES.items()
    ),
    *(
        Macro(
            f"relations/{mode}/macro", "Mean F1 of five relations.", tuple(f"relations/{mode}/{v}" for v in RELATIONS)
        )
        for mode in ("document", "mention")
    ),
)
