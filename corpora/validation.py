"""What is wrong with annotations, beyond what the schema forbids, and what may be.

`problems` names what breaks the guidelines (errors) and what a second look should be given to (hints), each with the
mention's id and place.

>>> from nanocart.schema import Mention
>>> mention = Mention("e1", 0, 8, "NANOPARTICLE", "The LNPs", cluster="lnp")
>>> [one.message for one in problems(Document.of("1", "The LNPs work.", "", entities=(mention,)))][0]
"begins with an article: 'The LNPs'"
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nanocart.corpora.overlap import Overlap
from nanocart.schema import ENTITY_LABELS, LABELS, Document, Mention

_ARTICLE: Final = re.compile(r"(?:the|an?)\s", re.IGNORECASE)
_PUNCTUATION: Final = ".,;:!?"
_LABEL: Final = "|".join(LABELS)
# Names of chemicals begin with "[[" too ("[[4-[2-(...)]phenyl]"), but none of them goes on with a label.
_MARKUP: Final = re.compile(rf"\[\[[^\n]*?[|\s](?:{_LABEL})\b|\|[ ]*(?:{_LABEL})\b[^\n]*?\]|\[\[[^\[\]\n]*\|")
_DOUBLED: Final = re.compile(r"\[\[[^\[\]\n]*\]\]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark on one document: where it is (a mention, relation or finding, with its offset) and what."""

    document: str
    where: str
    message: str
    hint: bool = False

    def __str__(self) -> str:
        return f"{self.document}: {self.where + ': ' if self.where else ''}{self.message}"


def problems(document: Document, *, gold: bool = True) -> list[Problem]:
    """Every remark on a document's annotations. `gold` asks for what gold annotations must have: clusters,
    attributes, a scope, and relations that go with the findings.
    """
    found = [Problem(document.id, "", message) for message in document.problems()]
    if found:
        return found
    found += [Problem(document.id, _place(one), message) for one in document.entities for message in _edges(one)]
    found += _brackets(document)
    if gold:
        found += _incomplete(document)
        found += [Problem(document.id, where, message) for where, message in _unjoined(document)]
    return found + [Problem(document.id, _place(one), message, hint=True) for one, message in _elsewhere(document)]


def across(documents: Sequence[tuple[str, Document]]) -> list[Problem]:
    """What is wrong between documents of several splits: an identifier twice, near-duplicate texts in two splits."""
    found: list[Problem] = []
    first: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for split, document in documents:
        if document.id in first:
            found.append(Problem(document.id, "", f"lies in {first[document.id]} and again in {split}"))
        first.setdefault(document.id, split)
        if document.text.strip():
            texts[split][document.id] = document.text
    splits = list(texts)
    for at, split in enumerate(splits):
        for other in splits[at + 1 :]:
            index = Overlap(texts[other])
            found += [
                Problem(id_, "", f"in {split} is nearly the text of {twin} in {other} ({share:.0%} shared)")
                for id_, text in sorted(texts[split].items())
                for twin, share in index.sharing(text)
            ]
    return found


def _place(one: Mention) -> str:
    return f"{one.id} at {one.start}"


def _edges(one: Mention) -> Iterator[str]:
    if one.text.isspace():
        return  # a stand-off record without its text
    if one.text != one.text.strip():
        yield f"begins or ends with white space: {one.text!r}"
    elif _ARTICLE.match(one.text):
        yield f"begins with an article: {one.text!r}"
    elif one.text[0] in _PUNCTUATION or one.text[-1] in ",;:":
        yield f"begins or ends with punctuation: {one.text!r}"


def _brackets(document: Document) -> Iterator[Problem]:
    """Mark-up that was not understood, and so stands in the text."""
    broken = list(_MARKUP.finditer(document.text))
    for match in broken:
        shown = document.text[match.start() : match.start() + 40]
        message = f"broken mark-up is left in the text: {shown!r}; a mention is written [[words|LABEL id =cluster]]"
        yield Problem(document.id, f"character {match.start()}", message)
    for match in _DOUBLED.finditer(document.text):
        if not any(one.start() <= match.start() < one.end() for one in broken):
            message = f"{match[0][:40]!r} may be mark-up without a label"
            yield Problem(document.id, f"character {match.start()}", message, hint=True)


def _incomplete(document: Document) -> Iterator[Problem]:
    labels: dict[str, set[str]] = defaultdict(set)
    for one in document.entities:
        if one.cluster:
            labels[one.cluster].add(one.label)
        elif one.label in ENTITY_LABELS:
            yield Problem(document.id, _place(one), f"{one.label} without a cluster")
        values = one.attributes
        if one.label == "OUTCOME" and None in (values.category, values.direction, values.assertion):
            yield Problem(document.id, _place(one), "OUTCOME without category, direction or assertion")
        if one.label == "QUALIFIER" and values.kind is None:
            yield Problem(document.id, _place(one), "QUALIFIER without a kind")
    for cluster, several in labels.items():
        if len(several) > 1:
            yield Problem(document.id, cluster, f"one cluster of several types: {', '.join(sorted(several))}")
    if document.study.in_scope is None:
        yield Problem(document.id, "", "the study card does not say whether the document is in scope")
    elif document.study.in_scope is False and (document.entities or document.findings):
        yield Problem(document.id, "", "out of scope, yet annotated")


def _unjoined(document: Document) -> Iterator[tuple[str, str]]:
    clusters = {one.id: one.cluster for one in document.entities}
    joined = {one.head for one in document.relations if one.label in ("VALUE_OF", "QUALIFIES")}
    for one in document.entities:
        if one.label in ("VALUE", "QUALIFIER") and one.id not in joined:
            yield _place(one), f"{one.label} that belongs to no outcome"
    pairs = {(clusters[one.head], clusters[one.tail]) for one in document.relations if one.label == "RESULTS_IN"}
    agents = set()
    for row in document.findings:
        if not row.nanoparticle and not row.cell_type:
            yield row.id, "a finding without an agent"
        for agent in (*row.nanoparticle, *row.cell_type):
            agents.add((clusters[agent], clusters[row.outcome]))
            if (clusters[agent], clusters[row.outcome]) not in pairs:
                yield row.id, f"no RESULTS_IN joins its agent {agent} to its outcome {row.outcome}"
    for relation in document.relations:
        pair = (clusters[relation.head], clusters[relation.tail])
        if relation.label == "RESULTS_IN" and pair not in agents:
            yield relation.id, f"RESULTS_IN from {relation.head} to {relation.tail} has no finding"
    seen: set[tuple[str, str, str]] = set()
    for relation in document.relations:
        key = (relation.label, relation.head, relation.tail)
        if key in seen:
            yield relation.id, f"{relation.label} from {relation.head} to {relation.tail} stands twice"
        seen.add(key)


def _elsewhere(document: Document) -> Iterator[tuple[Mention, str]]:
    """Words that are annotated in one place of the document and in no way in another."""
    taken = [(one.start, one.end) for one in document.entities]
    seen: set[tuple[str, str]] = set()
    for one in document.entities:
        key = (one.label, one.text.lower())
        if one.label == "OUTCOME" or one.label not in ENTITY_LABELS or len(one.text.strip()) < 3 or key in seen:
            continue
        seen.add(key)
        for match in re.finditer(rf"(?<!\w){re.escape(one.text)}(?!\w)", document.text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                yield one, f"{one.text!r} is {one.label} here and unmarked at {match.start()}"
