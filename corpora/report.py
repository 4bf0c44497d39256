"""A page about a corpus, in Markdown: counts per split, stratum and type, lengths, the most frequent concepts.

>>> page([]).splitlines()[0]
'0 documents'
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from nanocart.schema import CATEGORIES, ENTITY_LABELS, LABELS, SIGNATURES, Document

_MOST: Final = 15


def page(documents: Sequence[Document]) -> str:
    """The page. The split and the stratum are what the documents' `extra` says."""
    splits = dict.fromkeys(str(one.extra.get("split", "all")) for one in documents)
    groups = {split: [one for one in documents if one.extra.get("split", "all") == split] for split in splits}
    parts = [f"{len(documents)} documents"]
    if documents:
        parts += [
            _table("", groups, _rows),
            _strata(groups),
            _table("outcomes", groups, _outcomes),
            _concepts(documents),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(documents: Sequence[Document]) -> dict[str, str]:
    labels = Counter(one.label for document in documents for one in document.entities)
    links = Counter(one.label for document in documents for one in document.relations)
    words = [len(one.text.split()) for one in documents if one.text.strip()]
    rows = {"documents": str(len(documents)), "in scope": str(sum(one.study.in_scope is True for one in documents))}
    if words:
        rows["words: median (least to most)"] = f"{statistics.median(words):.0f} ({min(words)} to {max(words)})"
    rows |= {label: str(labels[label]) for label in LABELS}
    rows |= {label: str(links[label]) for label in SIGNATURES}
    rows["findings"] = str(sum(len(one.findings) for one in documents))
    years = sorted(str(one.metadata["year"]) for one in documents if one.metadata.get("year"))
    return rows | ({"years (where known)": f"{years[0]} to {years[-1]}"} if years else {})


def _outcomes(documents: Sequence[Document]) -> dict[str, str]:
    values = [one.attributes for document in documents for one in document.entities if one.label == "OUTCOME"]
    rows: dict[str, str] = {}
    for name in ("assertion", "direction"):
        counts = Counter(getattr(one, name) for one in values)
        rows |= {str(key): str(count) for key, count in counts.most_common()}
    categories = Counter(one.category for one in values)
    return rows | {category: str(categories[category]) for category in CATEGORIES}


def _strata(groups: dict[str, list[Document]]) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for split, documents in groups.items():
        counts[split].update(str(one.extra["stratum"]) for one in documents if "stratum" in one.extra)
    names = sorted({name for one in counts.values() for name in one})
    rows = {name: [str(counts[split][name]) for split in groups] for name in names}
    return _markdown("stratum", list(groups), rows) if rows else ""


def _concepts(documents: Iterable[Document]) -> str:
    """The clusters' commonest surfaces, by the number of documents that they stand in."""
    lines = []
    for label in ENTITY_LABELS:
        names: Counter[str] = Counter()
        for document in documents:
            clusters: dict[str, Counter[str]] = defaultdict(Counter)
            for one in document.entities:
                if one.label == label and one.text.strip():
                    clusters[one.cluster or one.id][one.text.lower()] += 1
            names.update({surfaces.most_common(1)[0][0] for surfaces in clusters.values()})
        if names:
            most = sorted(names.items(), key=lambda one: (-one[1], one[0]))[:_MOST]
            lines.append(f"- {label}: " + ", ".join(f"{name} ({count})" for name, count in most))
    return "\n".join(lines)


def _table(corner: str, groups: dict[str, list[Document]], rows: Callable[[Sequence[Document]], dict[str, str]]) -> str:
    columns = {split: rows(documents) for split, documents in groups.items()}
    names = dict.fromkeys(name for column in columns.values() for name in column)
    return _markdown(corner, list(groups), {name: [one.get(name, "-") for one in columns.values()] for name in names})


def _markdown(corner: str, head: list[str], rows: dict[str, list[str]]) -> str:
    lines = [f"| {corner} | {' | '.join(head)} |", "|---|" + "---:|" * len(head)]
    return "\n".join(lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()])
