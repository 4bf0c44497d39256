"""Findings compared row by row: gold and predicted rows paired one to one, then slots, whole rows and evidence.

Rows are paired only where their outcomes are the same concept, and so that the most slots agree (an assignment
problem, Kuhn 1955). An unpaired row costs all its fills.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from nanocart.eval.counts import Counts
from nanocart.eval.measures import Clusters, both_clusters
from nanocart.schema import SLOTS, Document, Finding

ROW_SLOTS: Final = ("outcome", *SLOTS, "direction", "assertion", "value", "compared_with")
"""What a row is made of, evidence aside."""

Row = Mapping[str, frozenset[Hashable]]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The rows of one document: those paired (gold, predicted) and those left over on either side."""

    paired: tuple[tuple[Row, Row], ...]
    missed: tuple[Row, ...]
    spurious: tuple[Row, ...]
    evidence: tuple[bool, ...]

    def slots(self, names: tuple[str, ...] = ROW_SLOTS) -> Counts:
        """Fills of the named slots: right, spurious and missed."""
        counts = [
            Counts(len(a[name] & b[name]), len(b[name] - a[name]), len(a[name] - b[name]))
            for a, b in self.paired
            for name in names
        ]
        counts += [Counts(0, 0, len(row[name])) for row in self.missed for name in names]
        counts += [Counts(0, len(row[name]), 0) for row in self.spurious for name in names]
        return sum(counts, Counts())

    def whole(self) -> Counts:
        """Rows that are right in every slot."""
        right = sum(dict(a) == dict(b) for a, b in self.paired)
        wrong = len(self.paired) - right
        return Counts(right, wrong + len(self.spurious), wrong + len(self.missed))


def pair(gold: Document, predicted: Document, *, clusters: Clusters | None = None) -> Pairing:
    """Pair the rows of a gold document with those of a prediction on the same text.

    `evidence` says for each pair whether the predicted sentence holds the gold outcome mention.
    """
    own, given = clusters or both_clusters(gold, predicted)
    wanted = [_row(one, own) for one in gold.findings]
    found = [_row(one, given) for one in predicted.findings]
    agreeing = np.array([[_agreeing(a, b) for b in found] for a in wanted], dtype=float).reshape(
        len(wanted), len(found)
    )
    pairs = [(i, j) for i, j in zip(*linear_sum_assignment(agreeing, maximize=True), strict=True) if agreeing[i, j] > 0]
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    return Pairing(
        tuple((wanted[i], found[j]) for i, j in pairs),
        tuple(row for i, row in enumerate(wanted) if i not in left),
        tuple(row for j, row in enumerate(found) if j not in right),
        tuple(_shown(gold, gold.findings[i], predicted.findings[j]) for i, j in pairs),
    )


def _row(one: Finding, clusters: Mapping[str, Hashable]) -> Row:
    row = {slot: frozenset(clusters[id_] for id_ in getattr(one, slot)) for slot in SLOTS}
    single = {name: getattr(one, name) for name in ("outcome", "value", "compared_with")}
    row |= {name: frozenset([clusters[id_]] if id_ else []) for name, id_ in single.items()}
    return row | {"direction": frozenset([one.direction]), "assertion": frozenset([one.assertion])}


def _agreeing(a: Row, b: Row) -> int:
    """How many fills agree; 0 where the outcomes differ."""
    return sum(len(a[name] & b[name]) for name in ROW_SLOTS) if a["outcome"] == b["outcome"] else 0


def _shown(gold: Document, wanted: Finding, found: Finding) -> bool:
    outcome = gold.mention(wanted.outcome)
    return found.evidence is not None and found.evidence[0] <= outcome.start and outcome.end <= found.evidence[1]
