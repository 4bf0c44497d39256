"""How far two annotations of the same documents agree: what two annotators, or a person and the gold, have in common.

Agreement is reported as F1, which does not depend on which side is called gold as long as nothing is resampled
(Hripcsak and Rothschild 2005), for attributes of outcomes that both sides marked alike also as Cohen's kappa (1960).
Every figure carries a percentile bootstrap interval over documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from nanocart.eval import measures, rows
from nanocart.eval.counts import Counts, f1_interval, total
from nanocart.eval.measures import LINKS, RELATIONS, matched_outcomes
from nanocart.schema import ENTITY_LABELS, EVIDENCE_LABELS, Document, Mention

Pair = tuple[Document, Document]

ATTRIBUTES: Final = ("category", "direction", "assertion")
STUDY: Final = ("in_scope", "kind", "setting", "phase", "registry", "n", "car_made", "particle_role")
FIVE: Final = tuple(label for label in ENTITY_LABELS if label != "OUTCOME")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of agreement: its value, its 95 % interval, and the counts or the number of cases behind it."""

    group: str
    name: str
    value: float
    low: float
    high: float
    cases: int


def figures(pairs: Sequence[Pair], *, resamples: int = 2_000) -> Iterator[Figure]:
    """Every figure of agreement over documents that both sides annotated, in the order of a report."""

    def f1(group: str, name: str, count: Callable[[Document, Document], Counts]) -> Figure:
        counts = [count(one, other) for one, other in pairs]
        all_ = total(counts)
        low, high = f1_interval(counts, resamples=resamples)
        return Figure(group, name, all_.f1, low, high, all_.tp + all_.fp + all_.fn)

    for name, labels in [*((label, (label,)) for label in (*ENTITY_LABELS, *EVIDENCE_LABELS)), *_TOGETHER]:
        yield f1("spans, strict", name, partial(measures.spans, labels=labels))
    for name, labels in [*((label, (label,)) for label in (*ENTITY_LABELS, *EVIDENCE_LABELS)), *_TOGETHER]:
        yield f1("spans, overlap", name, partial(measures.overlapping, labels=labels))
    for name, labels in [*((label, (label,)) for label in (*RELATIONS, *LINKS)), ("five relations", RELATIONS)]:
        yield f1("relations", name, partial(measures.relations, labels=labels))
    paired = {(id(one), id(other)): rows.pair(one, other) for one, other in pairs}

    def slots(one: Document, other: Document, names: tuple[str, ...]) -> Counts:
        return paired[id(one), id(other)].slots(names)

    for slot in rows.ROW_SLOTS:
        yield f1("finding slots", slot, partial(slots, names=(slot,)))
    yield f1("finding slots", "all slots", partial(slots, names=rows.ROW_SLOTS))
    yield f1("findings", "core rows", measures.core_rows)
    yield f1("findings", "whole rows", lambda a, b: paired[id(a), id(b)].whole())
    for attribute in ATTRIBUTES:
        values = [[_values(a, b, attribute) for a, b in matched_outcomes(*pair)] for pair in pairs]
        yield _share("attributes, same", attribute, values, _equal, resamples)
        yield _share("attributes, kappa", attribute, values, kappa, resamples)
    for field in STUDY:
        facts = [[(_plain(one, field), _plain(other, field))] for one, other in pairs]
        yield _share("study card, same", field, facts, _equal, resamples)


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Cohen's kappa of paired labels: agreement beyond what the two sides' own frequencies would give.

    1.0 where both sides use one and the same label throughout (Cohen's formula is 0/0 there).

    >>> kappa([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    0.5
    """
    if not pairs:
        return 1.0
    observed = _equal(pairs)
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(left[label] * right[label] for label in left) / len(pairs) ** 2
    return 1.0 if expected == 1.0 else (observed - expected) / (1 - expected)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that one side has and the other has not, or has otherwise. `kind` groups the differences."""

    document: str
    kind: str
    start: int
    end: int
    first: str
    second: str


def differences(pairs: Iterable[Pair]) -> Iterator[Difference]:
    """Every disagreement on spans, and on the attributes of outcomes marked alike, in reading order."""
    for one, other in pairs:
        mine = {(m.start, m.end): m.label for m in one.entities}
        theirs = {(m.start, m.end): m.label for m in other.entities}
        found = []
        for start, end in mine.keys() | theirs.keys():
            a, b = mine.get((start, end), ""), theirs.get((start, end), "")
            if a != b:
                side = theirs if a else mine
                crossing = any(x < end and start < y for x, y in side if (x, y) != (start, end))
                kind = "type" if a and b else "boundary" if crossing else "missing"
                found.append(Difference(one.id, kind, start, end, a, b))
        for a_, b_ in matched_outcomes(one, other):
            for attribute in ATTRIBUTES:
                x, y = _values(a_, b_, attribute)
                if x != y:
                    found.append(Difference(one.id, attribute, a_.start, a_.end, str(x), str(y)))
        yield from sorted(found, key=lambda item: (item.start, item.end, item.kind))


def decisions(triples: Iterable[tuple[Document, Document, Document]]) -> dict[str, Counter[str]]:
    """Which side a third reading found right, where two differed: counts of "first", "second", "neither" by kind.

    Each triple holds the first, the second and the final annotation of a document. Spans that differ and overlap are
    one case ("spans"); each attribute of an outcome that all three marked alike is one.
    """
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in ("spans", *ATTRIBUTES)}
    for one, other, final in triples:
        sides = [{(m.start, m.end, m.label) for m in document.entities} for document in (one, other, final)]
        for low, high in _sites(sides[0] ^ sides[1]):
            first, second, third = ({x for x in side if x[0] < high and low < x[1]} for side in sides)
            counts["spans"]["first" if third == first else "second" if third == second else "neither"] += 1
        settled = {(m.start, m.end): m for m in final.entities if m.label == "OUTCOME"}
        for a, b in matched_outcomes(one, other):
            if (a.start, a.end) in settled:
                for attribute in ATTRIBUTES:
                    x, y = _values(a, b, attribute)
                    z = getattr(settled[a.start, a.end].attributes, attribute)
                    if x != y:
                        counts[attribute]["first" if z == x else "second" if z == y else "neither"] += 1
    return counts


def _sites(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """The stretches of text that overlapping spans cover together."""
    sites: list[tuple[int, int]] = []
    for start, end, _ in sorted(spans):
        if sites and start < sites[-1][1]:
            sites[-1] = (sites[-1][0], max(end, sites[-1][1]))
        else:
            sites.append((start, end))
    return sites


_TOGETHER: Final = (("five types, no OUTCOME", FIVE), ("six types", ENTITY_LABELS))


def _values(one: Mention, other: Mention, attribute: str) -> tuple[object, object]:
    return getattr(one.attributes, attribute), getattr(other.attributes, attribute)


def _plain(document: Document, field: str) -> object:
    value = getattr(document.study, field)
    return frozenset(value) if isinstance(value, tuple) else value


def _equal(pairs: Sequence[tuple[object, object]]) -> float:
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else 1.0


def _share(
    group: str,
    name: str,
    values: list[list[tuple[object, object]]],
    measure: Callable[[Sequence[tuple[object, object]]], float],
    resamples: int,
) -> Figure:
    every = [one for document in values for one in document]
    dice = np.random.default_rng(0)
    if not values:
        return Figure(group, name, 1.0, 1.0, 1.0, 0)
    draws = dice.integers(len(values), size=(min(resamples, 500), len(values)))
    sampled = [measure([one for at in draw for one in values[at]]) for draw in draws]
    low, high = np.quantile(sampled, [0.025, 0.975])
    return Figure(group, name, measure(every), float(low), float(high), len(every))
