"""Relations between mentions, where a sentence states, denies or supposes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nanocart.rules.view import View
from nanocart.schema import Mention, Relation

_CAR: Final = re.compile(r"\bCAR|chimeric antigen|cel$|leucel\b|CART", re.I)
_MALIGNANT: Final = re.compile(r"tumou?r cell|cancer cell|leuka?emi|lymphoma|myeloma|melanoma|glioma|carcinoma|blasts?\b|malignant|target cell|stem cell|sarcoma|blastoma|suppressor|fibroblast|M2|tumou?r-associated", re.I)
_REACHES: Final = re.compile(
    r"deliver|transfect|target|uptake|internali|engulf|phagocyt|activat|reprogram|engineer|generat|express|expan|stimulat|modif|transduc|edit|polari|deplet|produc"
    r"|convert|repolari|bind|bound|\binto\b|\bto\b|\bin\b|taken up|load|prim|matur|presenting|accumulat|programm|differentiat|manufactur"
)
_BESIDE: Final = re.compile(r"\b(?:combin\w+|synerg\w+|together|alongside|plus|versus|compared|than)\b")
_TREATMENT: Final = re.compile(
    r"treat|therap|against|efficac|patients with|model|combat|anti-?tumou?r|kill|regress|manag|eradicat|cure|benefit|\bfor\b|\bin\b|immuni[sz]|vaccin|suppress|inhibit"
)
_DENIED: Final = re.compile(r"\b(?:not|no|failed to|unable to|cannot|without|neither|nor)\b[^.;,]{0,40}$")
_SUPPOSED: Final = re.compile(
    r"\b(?:may|might|could|potential\w*|promising|expected|would|will|aim\w*|designed to|for the (?:delivery|treatment)|propos\w+|strateg(?:y|ies)|hypothes\w+|candidates?|possib\w+|challeng\w+|future|should|in order to|to (?:improve|enhance|overcome|treat|deliver|generate|achieve|develop))\b"
)


def is_therapy(one: Mention) -> bool:
    """Whether a mention can be the agent of an effect: a particle, or cells that are given or made."""
    return one.label == "NANOPARTICLE" or (one.label == "CELL_TYPE" and not _MALIGNANT.search(one.text))


def bears_car(one: Mention) -> bool:
    """Whether a cell or a payload bears or encodes a chimeric antigen receptor."""
    return one.label in ("CELL_TYPE", "CARGO") and bool(_CAR.search(one.text))


def between_mentions(view: View, mentions: Sequence[Mention]) -> list[Relation]:
    """Every relation but those of values and qualifiers, numbered in order of the text."""
    found: dict[tuple[str, str, str], tuple[Mention, Mention, str, str, str]] = {}
    for label, head, tail, why in _stated(view, mentions):
        key = (label, head.cluster or head.id, tail.cluster or tail.id)
        found.setdefault(key, (head, tail, label, _assertion(view, head, tail), why))
    ordered = sorted(found.values(), key=lambda one: (min(one[0].start, one[1].start), one[2], one[0].start, one[1].start))
    return [
        Relation(f"r{number}", label, head.id, tail.id, assertion, why=f"rule {why}")
        for number, (head, tail, label, assertion, why) in enumerate(ordered, 1)
    ]


def _stated(view: View, mentions: Sequence[Mention]) -> Iterator[tuple[str, Mention, Mention, str]]:
    previous: list[Mention] = []
    for begin, stop in view.sentences:
        here = [one for one in mentions if begin <= one.start < stop]
        if not here:
            continue
        yield from _carries(here)
        yield from _delivered(view, here)
        yield from _targets(here)
        yield from _treats(view, here, begin, stop)
        yield from _results(view, here, previous)
        agents = [one for one in here if is_therapy(one)]
        previous = agents or previous
    yield from _targets_elsewhere(mentions)


def _of(mentions: Iterable[Mention], *labels: str) -> list[Mention]:
    return [one for one in mentions if one.label in labels]


def _gap(one: Mention, other: Mention) -> int:
    return max(one.start, other.start) - min(one.end, other.end)


def _carries(here: Sequence[Mention]) -> Iterator[tuple[str, Mention, Mention, str]]:
    particles = _of(here, "NANOPARTICLE")
    for cargo in _of(here, "CARGO"):
        if particles:
            # "mRNA-LNPs": a particle right behind the cargo is nearer than one in front.
            nearest = min(particles, key=lambda one: _gap(one, cargo) * (0.6 if one.start > cargo.start else 1.0))
            yield "CARRIES", nearest, cargo, "carried-in-sentence"


def _delivered(view: View, here: Sequence[Mention]) -> Iterator[tuple[str, Mention, Mention, str]]:
    particles = _of(here, "NANOPARTICLE")
    for cell in _of(here, "CELL_TYPE"):
        for particle in sorted(particles, key=lambda one: _gap(one, cell))[:1]:
            first, second = sorted((particle, cell), key=lambda one: one.start)
            between = view.lower[first.end : second.start]
            if len(between) < 130 and _REACHES.search(between) and not _BESIDE.search(between):
                yield "DELIVERED_TO", particle, cell, "reaches-cells"


def _targets(here: Sequence[Mention]) -> Iterator[tuple[str, Mention, Mention, str]]:
    bearers = [one for one in here if bears_car(one)]
    for target in _of(here, "CAR_TARGET"):
        if bearers:
            nearest = min(bearers, key=lambda one: _gap(one, target) * (0.7 if one.start > target.start else 1.0))
            yield "TARGETS", nearest, target, "car-in-sentence"


def _targets_elsewhere(mentions: Sequence[Mention]) -> Iterator[tuple[str, Mention, Mention, str]]:
    """A target that shares no sentence with a bearer of its CAR belongs to the first bearer of the document."""
    bearers = [one for one in mentions if bears_car(one)]
    for target in _of(mentions, "CAR_TARGET"):
        if bearers and all(one.cluster != target.cluster for one in mentions if one.label == "CAR_TARGET" and one.id != target.id):
            yield "TARGETS", bearers[0], target, "car-in-document"


def _treats(view: View, here: Sequence[Mention], begin: int, stop: int) -> Iterator[tuple[str, Mention, Mention, str]]:
    if not _TREATMENT.search(view.lower, begin, stop):
        return
    agents = [one for one in here if is_therapy(one)]
    for disease in _of(here, "DISEASE"):
        preferred = [one for one in agents if bears_car(one)] or [one for one in agents if one.label == "NANOPARTICLE"] or agents
        for agent in sorted(preferred, key=lambda one: _gap(one, disease))[:1]:
            yield "TREATS", agent, disease, "therapy-in-sentence"


def _results(view: View, here: Sequence[Mention], previous: Sequence[Mention]) -> Iterator[tuple[str, Mention, Mention, str]]:
    agents = [one for one in here if is_therapy(one)]
    for outcome in _of(here, "OUTCOME"):
        clause, stop = view.clause_at(outcome.start)
        near = [one for one in agents if clause <= one.start < stop] or agents
        if near:
            agent = _agent(near, outcome)
            yield "RESULTS_IN", agent, outcome, "agent-in-sentence"
        elif previous:
            yield "RESULTS_IN", _first_choice(previous), outcome, "agent-in-sentence-before"


def _agent(agents: Sequence[Mention], outcome: Mention) -> Mention:
    before = [one for one in agents if one.end <= outcome.start]
    chosen = [one for one in (before or agents) if one.label == "NANOPARTICLE" or bears_car(one)]
    return min(chosen or before or agents, key=lambda one: _gap(one, outcome))


def _first_choice(agents: Sequence[Mention]) -> Mention:
    return next((one for one in agents if one.label == "NANOPARTICLE" or bears_car(one)), agents[0])


def _assertion(view: View, head: Mention, tail: Mention) -> str:
    if tail.label == "OUTCOME" and tail.attributes.assertion:
        return tail.attributes.assertion
    first, second = sorted((head, tail), key=lambda one: one.start)
    begin, _ = view.clause_at(first.start)
    if second.start > view.sentence_at(first.start)[1]:
        return "affirmed"
    if _DENIED.search(view.lower, begin, second.start):
        return "negated"
    supposed = head.label != "CARGO" and tail.label not in ("CARGO", "CAR_TARGET") and _SUPPOSED.search(view.lower, begin, second.start)
    return "speculated" if supposed else "affirmed"
