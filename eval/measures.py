"""What is counted per document: spans, relations and the core of findings, gold against prediction.

Relations and findings are compared over clusters, as the annotation scheme says: a predicted mention takes the cluster
of the gold mention of its type that it overlaps most; predictions that overlap none keep the cluster of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from nanocart.eval.counts import Counts
from nanocart.schema import ENTITY_LABELS, Document, Mention


def spans(gold: Document, predicted: Document, labels: Iterable[str] = ENTITY_LABELS) -> Counts:
    """Strict spans: a prediction is right if a gold mention has the same start, end and label."""
    wanted = set(labels)
    return _compare(
        ((one.start, one.end, one.label) for one in gold.entities if one.label in wanted),
        ((one.start, one.end, one.label) for one in predicted.entities if one.label in wanted),
    )


def overlapping(gold: Document, predicted: Document, labels: Iterable[str] = ENTITY_LABELS) -> Counts:
    """Spans by overlap: a prediction is right if it shares a character with a gold mention of its label.

    Mentions are paired one to one from left to right, which for flat spans pairs as many as can be.
    """
    right = gold_count = predicted_count = 0
    for label in dict.fromkeys(labels):
        wanted = sorted((one.start, one.end) for one in gold.entities if one.label == label)
        given = sorted((one.start, one.end) for one in predicted.entities if one.label == label)
        gold_count, predicted_count = gold_count + len(wanted), predicted_count + len(given)
        i = j = 0
        while i < len(wanted) and j < len(given):
            if wanted[i][1] <= given[j][0]:
                i += 1
            elif given[j][1] <= wanted[i][0]:
                j += 1
            else:
                right, i, j = right + 1, i + 1, j + 1
    return Counts(right, predicted_count - right, gold_count - right)


def relations(gold: Document, predicted: Document, labels: Iterable[str]) -> Counts:
    """Relations end to end: right if the gold joins the same two clusters by the same label, assertion aside."""
    wanted, clusters = set(labels), gold_clusters(gold, predicted)
    own = own_clusters(gold)
    return _compare(
        {(one.label, own[one.head], own[one.tail]) for one in gold.relations if one.label in wanted},
        {(one.label, clusters[one.head], clusters[one.tail]) for one in predicted.relations if one.label in wanted},
    )


def core_rows(gold: Document, predicted: Document) -> Counts:
    """Core rows of findings: right if agent (particle and cell), outcome, direction and assertion all are."""
    return _compare(_core(gold, own_clusters(gold)), _core(predicted, gold_clusters(gold, predicted)))


def gold_clusters(gold: Document, predicted: Document) -> dict[str, Hashable]:
    """The cluster of each predicted mention, by mention id."""
    return {one.id: _cluster(one, gold.entities) for one in predicted.entities}


def own_clusters(document: Document) -> dict[str, Hashable]:
    """The cluster of each mention of a document as it stands, by mention id."""
    return {one.id: (one.label, _name(one)) for one in document.entities}


def _cluster(one: Mention, gold: Iterable[Mention]) -> Hashable:
    overlap = {
        other.id: min(one.end, other.end) - max(one.start, other.start) for other in gold if other.label == one.label
    }
    best = max(overlap, key=lambda id_: overlap[id_], default=None)
    if best is not None and overlap[best] > 0:
        other = next(other for other in gold if other.id == best)
        return (other.label, _name(other))
    return ("spurious", one.label, _name(one))


def _name(one: Mention) -> Hashable:
    """The cluster, or what stands for it: the words of an entity, the place of a value or qualifier."""
    return one.cluster or (one.text.lower() if one.label in ENTITY_LABELS else (one.start, one.end))


def _core(document: Document, clusters: dict[str, Hashable]) -> list[Hashable]:
    return [
        (
            frozenset(clusters[id_] for id_ in (*row.nanoparticle, *row.cell_type)),
            clusters[row.outcome],
            row.direction,
            row.assertion,
        )
        for row in document.findings
    ]


def _compare(gold: Iterable[Hashable], predicted: Iterable[Hashable]) -> Counts:
    wanted, given = Counter(gold), Counter(predicted)
    right = (wanted & given).total()
    return Counts(right, given.total() - right, wanted.total() - right)
