"""A language model's answer made a document: surfaces looked up in the text, everything held against the scheme.

The model says what stands in the text, not where; what is not there is counted and left out, never guessed.

>>> places("CD19CAR-T and CD19 loss, not CD190", "CD19")
[(14, 18)]
>>> places("CD19CAR-T", "CD19")
[(0, 4)]
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from nanocart.eval.adapters import Found, longest
from nanocart.schema import (
    ASSERTIONS,
    CATEGORIES,
    DIRECTIONS,
    LABELS,
    QUALIFIER_KINDS,
    SIGNATURES,
    SLOTS,
    Attributes,
    Document,
    Finding,
    Json,
    Mention,
    Relation,
    StudyFacts,
)
from nanocart.text import sentences

Place = tuple[int, int]
Named = Mapping[int, list[Mention]]
"""The mentions of each entity of an answer, by its position there."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How well answers fit: surfaces, those that are not in the text, and what else broke the scheme."""

    surfaces: int = 0
    missing: int = 0
    dropped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.surfaces + other.surfaces, self.missing + other.missing, self.dropped + other.dropped)


def parse(content: str) -> Json:
    """The JSON object of an answer, whatever stands around it. Raises `ValueError` where it is not what was asked for.

    >>> sorted(parse('Here it is: {"in_scope": false, "entities": [], "relations": [], "findings": []}'))
    ['entities', 'findings', 'in_scope', 'relations']
    """
    content = content.rpartition("</think>")[2]
    try:
        found = json.loads(content[content.find("{") : content.rfind("}") + 1])
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(found, dict) or not isinstance(found.get("in_scope"), bool):
        raise ValueError("in_scope is missing")
    for name in ("entities", "relations", "findings"):
        if not isinstance(found.get(name), list) or not all(isinstance(one, dict) for one in found[name]):
            raise ValueError(f"{name} is no list of objects")
    return found


def places(text: str, surface: str, context: str | None = None) -> list[Place]:
    """Where a surface stands: everywhere, or only within the places of its context; empty where that cannot be said.

    As it is written if it can be found so, else in whatever case and white space. Whole words come first; a part of a
    word counts only where digits give way to letters, as in "CD19CAR".
    """
    if not surface.strip():
        return []
    exact, loose = re.compile(re.escape(surface.strip())), _loose(surface)
    whole = [[one.span() for one in each.finditer(text) if _parted(text, *one.span())] for each in (exact, loose)]
    parts = [one.span() for one in exact.finditer(text) if _parted(text, *one.span(), joined=True)]
    found = whole[0] or whole[1] or parts
    if context and context.strip():
        around = [one.span() for one in _loose(context).finditer(text)]
        for some in (*whole, parts):
            if within := [one for one in some if any(start <= one[0] and one[1] <= end for start, end in around)]:
                return within
        return found if len(found) == 1 else []
    return found


def _loose(surface: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(part) for part in surface.split()), re.IGNORECASE)


def _parted(text: str, start: int, end: int, joined: bool = False) -> bool:
    """Whether a surface is parted from the words around it; `joined`: or digits give way to letters there."""
    return all(
        at in (0, len(text))
        or not (text[at - 1].isalnum() and text[at].isalnum())
        or (joined and text[at - 1].isdecimal() and text[at].isalpha())
        for at in (start, end)
    )


def decode(answer: Mapping[str, Any], document: Document, why: str) -> tuple[Document, Tally]:
    """The document with the annotations of an answer, and how well they fit it.

    What the scheme has no place for (an unknown label, a relation between the wrong types, a number of no entity) is
    left out and counted. Where a thing has several mentions a relation joins the two that are nearest to each other,
    and a finding takes the last one that its sentence or the text before it has, else the first.
    """
    bare = replace(document.without_annotations(), study=StudyFacts(in_scope=answer.get("in_scope")))
    if not answer.get("in_scope"):
        return bare, Tally()
    given = answer["entities"]
    mentions, of, missing = _mentions(given, document.text, why)
    dropped = sum(one.get("label") not in LABELS for one in given)
    ends = [end for _, end in sentences(document.text)]
    relations: dict[tuple[str, str, str], Relation] = {}
    for one in answer["relations"]:
        relation = _relation(one, f"r{len(relations) + 1}", of, ends)
        dropped += relation is None
        if relation is not None:
            relations.setdefault((relation.label, relation.head, relation.tail), relation)
    findings = []
    for number, one in enumerate(answer["findings"], 1):
        finding, without_place = _finding(one, f"f{number}", of, document.text)
        dropped += without_place
        if finding is not None:
            findings.append(finding)
    read = replace(bare, entities=tuple(mentions), relations=tuple(relations.values()), findings=tuple(findings))
    return read, Tally(len(given), missing, dropped)


def _mentions(given: list[Json], text: str, why: str) -> tuple[list[Mention], Named, int]:
    """The mentions, those of each entity, and how many surfaces are not in the text."""
    holders: dict[tuple[int, int, str], list[int]] = {}
    missing = 0
    # Who says which place is meant comes before who means them all.
    for number, one in sorted(enumerate(given), key=lambda item: not item[1].get("context")):
        surface, context, label = one.get("surface"), one.get("context"), one.get("label")
        if label not in LABELS:
            continue
        found = places(text, str(surface or ""), context if isinstance(context, str) else None)
        missing += not found
        for start, end in found:
            holders.setdefault((start, end, label), []).append(number)
    mentions: list[Mention] = []
    of: dict[int, list[Mention]] = {number: [] for number in range(len(given))}
    for number, (start, end, label, _) in enumerate(longest(Found(*place) for place in holders), 1):
        numbers = holders[start, end, label]
        attributes = _attributes(given[numbers[0]], label)
        mentions.append(Mention(f"e{number}", start, end, label, text[start:end], attributes=attributes, why=why))
        for one_number in numbers:
            of[one_number].append(mentions[-1])
    return mentions, of, missing


def _attributes(one: Json, label: str) -> Attributes:
    def known(name: str, vocabulary: tuple[str, ...]) -> str | None:
        return one.get(name) if one.get(name) in vocabulary else None

    if label == "OUTCOME":
        return Attributes(known("category", CATEGORIES), known("direction", DIRECTIONS), known("assertion", ASSERTIONS))
    return Attributes(kind=known("kind", QUALIFIER_KINDS)) if label == "QUALIFIER" else Attributes()


def _named(of: Named, number: Any, *labels: str) -> list[Mention]:
    """The mentions of an entity, if it has one of the labels."""
    return [one for one in of.get(number, ()) if one.label in labels] if type(number) is int else []


def _relation(one: Json, id_: str, of: Named, ends: list[int]) -> Relation | None:
    """The relation between the two mentions that are nearest to each other, in one sentence if some are."""
    heads, tails = SIGNATURES.get(str(one.get("label")), ((), ()))
    pairs = list(product(_named(of, one.get("head"), *heads), _named(of, one.get("tail"), *tails)))
    if not pairs or one.get("assertion") not in ASSERTIONS:
        return None

    def apart(pair: tuple[Mention, ...]) -> tuple[int, int]:
        first, second = sorted(pair, key=lambda mention: mention.start)
        return bisect_right(ends, second.start) - bisect_right(ends, first.start), second.start - first.end

    head, tail = min(pairs, key=apart)
    return Relation(id_, one["label"], head.id, tail.id, one["assertion"])


def _finding(one: Json, id_: str, of: Named, text: str) -> tuple[Finding | None, int]:
    """The row, or None, and how many of its parts had no place."""
    evidence = _sentence(text, str(one.get("evidence") or ""))
    dropped = 0

    def pick(number: Any, label: str) -> str | None:
        nonlocal dropped
        found = _named(of, number, *([label] if label else LABELS))
        dropped += not found
        before = [mention for mention in found if evidence is None or mention.start < evidence[1]]
        return (before[-1] if evidence and before else found[0]).id if found else None

    outcome = pick(one.get("outcome"), "OUTCOME")
    if outcome is None or one.get("direction") not in DIRECTIONS or one.get("assertion") not in ASSERTIONS:
        return None, 1
    slots: dict[str, Any] = {}
    for slot, label in SLOTS.items():
        numbers = one.get(slot)
        ids = [pick(number, label) for number in (numbers if isinstance(numbers, list) else ())]
        slots[slot] = tuple(dict.fromkeys(id_ for id_ in ids if id_))
    if one.get("value") is not None:
        slots["value"] = pick(one["value"], "VALUE")
    if one.get("compared_with") is not None:
        slots["compared_with"] = pick(one["compared_with"], "")
    made = Finding(id_, outcome, **slots, direction=one["direction"], assertion=one["assertion"], evidence=evidence)
    return made, dropped


def _sentence(text: str, quote: str) -> Place | None:
    """The sentence that a quotation begins in, if it stands at one place only."""
    found = [one.start() for one in _loose(quote).finditer(text)] if quote.strip() else []
    if len(found) != 1:
        return None
    return next((span for span in sentences(text) if span[0] <= found[0] < span[1]), None)
