"""What is counted per document: spans, relations and the core of findings, gold against prediction.

Relations and findings are compared over clusters, as the annotation scheme says: a predicted mention takes the cluster
of the gold mention of its type that it overlaps most; predictions that overlap none keep the cluster of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Final

from nanocart.eval.counts import Counts
from nanocart.schema import ENTITY_LABELS, Document, Mention

RELATIONS: Final = ("CARRIES", "DELIVERED_TO", "TARGETS", "TREATS", "RESULTS_IN")
"""The relations that are scored by themselves."""
LINKS: Final = ("VALUE_OF", "QUALIFIES")
"""Those of figures and qualifiers, which are scored with the findings."""
Clusters = tuple[Mapping[str, Hashable], Mapping[str, Hashable]]


def spans(gold: Document, predicted: Document, labels: Iterable[str] = ENTITY_LABELS) -> Counts:
    """Strict spans: a prediction is right if a gold mention has the same start, end and label."""
    wanted = set(labels)
    return _compare(
        ((one.start, one.end, one.label) for one in gold.entities if one.label in wanted),
        ((one.start, one.end, one.label) for one in predicted.entities if one.label in wanted),
    )


def boundaries(gold: Document, predicted: Document, labels: Iterable[str] = ENTITY_LABELS) -> Counts:
    """Boundaries alone: a prediction is right if a gold mention of any of the types has the same start and end."""
    wanted = set(labels)
    return _compare(
        ((one.start, one.end) for one in gold.entities if one.label in wanted),
        ((one.start, one.end) for one in predicted.entities if one.label in wanted),
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


def relations(
    gold: Document,
    predicted: Document,
    labels: Iterable[str],
    *,
    assertion: bool = False,
    clusters: Clusters | None = None,
) -> Counts:
    """Relations over concepts: right if the gold joins the same two clusters by the same label (and assertion).

    `clusters` are those that `both_clusters` gave, for whoever counts several measures.
    """
    wanted = set(labels)
    own, given = clusters or both_clusters(gold, predicted)

    def joined(document: Document, clusters: Mapping[str, Hashable]) -> set[Hashable]:
        return {
            (one.label, clusters[one.head], clusters[one.tail], one.assertion if assertion else "")
            for one in document.relations
            if one.label in wanted
        }

    return _compare(joined(gold, own), joined(predicted, given))


def mention_relations(gold: Document, predicted: Document, labels: Iterable[str]) -> Counts:
    """Relations over mentions: right if the gold joins mentions with the same spans by the same label."""
    wanted = set(labels)

    def joined(document: Document) -> set[Hashable]:
        spans = {one.id: (one.start, one.end) for one in document.entities}
        return {(one.label, spans[one.head], spans[one.tail]) for one in document.relations if one.label in wanted}

    return _compare(joined(gold), joined(predicted))


def matched_outcomes(one: Document, other: Document) -> list[tuple[Mention, Mention]]:
    """The outcomes that both sides marked with the same span."""
    places = {(mention.start, mention.end): mention for mention in other.entities if mention.label == "OUTCOME"}
    mine = [mention for mention in one.entities if mention.label == "OUTCOME"]
    return [(mention, places[key]) for mention in mine if (key := (mention.start, mention.end)) in places]


def core_rows(gold: Document, predicted: Document, *, clusters: Clusters | None = None) -> Counts:
    """Core rows of findings: right if agent (particle and cell), outcome, direction and assertion all are."""
    own, given = clusters or both_clusters(gold, predicted)
    return _compare(_core(gold, own), _core(predicted, given))


def both_clusters(gold: Document, predicted: Document) -> Clusters:
    """The cluster of each gold mention, and the gold cluster of each predicted one, by mention id."""
    by_label: dict[str, list[Mention]] = {}
    for one in gold.entities:
        by_label.setdefault(one.label, []).append(one)
    own = {one.id: (one.label, _name(one)) for one in gold.entities}
    return own, {one.id: _cluster(one, by_label.get(one.label, ())) for one in predicted.entities}


def _cluster(one: Mention, gold: Iterable[Mention]) -> Hashable:
    """The cluster of the gold mention, of those of its label, that a predicted mention overlaps most."""
    best, most = None, 0
    for other in gold:
        shared = min(one.end, other.end) - max(one.start, other.start)
        if shared > most:
            best, most = other, shared
    return (one.label, _name(best)) if best else ("spurious", one.label, _name(one))


def _name(one: Mention) -> Hashable:
    """The cluster, or what stands for it: the words of an entity, the place of a value or qualifier."""
    return one.cluster or (one.text.lower() if one.label in ENTITY_LABELS else (one.start, one.end))


def _core(document: Document, clusters: Mapping[str, Hashable]) -> list[Hashable]:
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
