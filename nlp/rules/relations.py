"""Relations between mentions, where a sentence states, denies or supposes them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nanocart.rules.view import View
from nanocart.schema import Mention, Relation

_CAR: Final = re.compile(r"\bCAR|chimeric antigen|cel$|leucel\b|CART", re.I)
_MALIGNANT: Final = re.compile(
    r"tumou?r cell|cancer cell|leuka?emi|lymphoma|myeloma|melanoma|glioma|carcinoma|blasts?\b|malignant"
    r"|target cell|stem cell|sarcoma|blastoma|suppressor|fibroblast|M2|tumou?r-associated",
    re.I,
)
_GIVEN_AFTER: Final = re.compile(
    r"s?(?:[- ](?:based|cell))*[- ](?:\w+ )?(?:immuno)?(?:therap|vaccin|infusion|transfer|product|transplant"
    r"|administration|treatment)|[^.;,]{0,30}\b(?:were|was) (?:infused|transferred|injected|administered)"
)
_GIVEN_BEFORE: Final = re.compile(
    r"\b(?:adoptive (?:cell )?transfer of|adoptive|infus(?:ion of|ed)|transferred|therapy (?:with|using)"
    r"|treat(?:ed|ment) with|administration of|engineered|gene-modified|transduced|allogeneic|injection of"
    r"|expanded)\s(?:[\w+-]+\s){0,3}$"
)
_REACHES: Final = re.compile(
    r"deliver|transfect|target|uptake|internali|engulf|phagocyt|activat|reprogram|engineer|generat|express"
    r"|expan|stimulat|modif|transduc|edit|polari|deplet|produc"
    r"|convert|repolari|bind|bound|\binto\b|\bto\b|\bin\b|taken up|load|prim|matur|presenting|accumulat"
    r"|programm|differentiat|manufactur"
)
_BESIDE: Final = re.compile(r"\b(?:combin\w+|synerg\w+|together|alongside|plus|versus|compared|than)\b")
_TREATMENT: Final = re.compile(
    r"treat|therap|against|efficac|patients with|model|combat|anti-?tumou?r|kill|regress|manag|eradicat|cure"
    r"|benefit|\bfor\b|\bin\b|immuni[sz]|vaccin|suppress|inhibit"
)
_LIST: Final = re.compile(
    r"[\s,()/]*(?:[\w-]+\))?[\s,]*(?:(?:and|or|as well as)\s+)?(?:(?:therap(?:y|ies)"
    r"|[\w-]+-based vaccines?)[\s,]*(?:and\s+)?)?"
)
_BURDEN: Final = re.compile(
    r"\b(?:leading cause|poor prognosis|five-year|5-year survival of patients|most common|morbidity"
    r"|standard of care|unmet)\b"
)
_DENIED: Final = re.compile(r"\b(?:not|no|failed to|unable to|cannot|without|neither|nor)\b[^.;,]{0,40}$")
_SUPPOSED: Final = re.compile(
    r"\b(?:may|might|could|potential\w*|promising|expected|would|will|aim\w*|designed to|for the (?:delivery"
    r"|treatment)|propos\w+|strateg(?:y|ies)|hypothes\w+|candidates?|possib\w+|challeng\w+|future|should"
    r"|in order to|to (?:improve|enhance|overcome|treat|deliver|generate|achieve|develop))\b"
)


def therapies(view: View, mentions: Sequence[Mention]) -> frozenset[str]:
    """The clusters that can be agents: particles, CAR cells, and other cells that are given as a therapy."""
    found = set()
    for one in mentions:
        given = one.label == "NANOPARTICLE" or bears_car(one)
        if one.label == "CELL_TYPE" and not given and not _MALIGNANT.search(one.text):
            given = bool(
                _GIVEN_AFTER.match(view.lower, one.end)
                or _GIVEN_BEFORE.search(view.lower, max(0, one.start - 50), one.start)
            )
        if given and one.label != "CARGO":
            found.add(one.cluster or one.id)
    return frozenset(found)


def bears_car(one: Mention) -> bool:
    """Whether a cell or a payload bears or encodes a chimeric antigen receptor."""
    return one.label in ("CELL_TYPE", "CARGO") and bool(_CAR.search(one.text))


def between_mentions(view: View, mentions: Sequence[Mention]) -> list[Relation]:
    """Every relation but those of values and qualifiers, numbered in order of the text."""
    found: dict[tuple[str, str, str], tuple[Mention, Mention, str, str, str]] = {}
    for label, head, tail, why in _stated(view, mentions):
        key = (label, head.cluster or head.id, tail.cluster or tail.id)
        if key not in found:
            found[key] = (head, tail, label, _assertion(view, head, tail), why)
    ordered = sorted(
        found.values(), key=lambda one: (min(one[0].start, one[1].start), one[2], one[0].start, one[1].start)
    )
    return [
        Relation(f"r{number}", label, head.id, tail.id, assertion, why=f"rule {why}")
        for number, (head, tail, label, assertion, why) in enumerate(ordered, 1)
    ]


def _stated(view: View, mentions: Sequence[Mention]) -> Iterator[tuple[str, Mention, Mention, str]]:
    given = therapies(view, mentions)
    previous: list[Mention] = []
    since = 0
    title: list[Mention] = []
    treated: set[str | None] = set()
    of_sentence: dict[int, list[Mention]] = defaultdict(list)
    for one in mentions:
        of_sentence[view.sentence_number(one.start)].append(one)
    for number, (begin, stop) in enumerate(view.sentences):
        here = of_sentence[number]
        agents = [one for one in here if one.cluster in given]
        if number == 0:
            title = agents
        yield from _carries(here)
        yield from _delivered(view, here)
        yield from _targets(here)
        if _TREATMENT.search(view.lower, begin, stop):
            diseases = _of(here, "DISEASE")
            for disease in diseases:
                for agent in agents or previous:
                    treated.add(disease.cluster)
                    yield "TREATS", agent, disease, "therapy-in-sentence" if agents else "therapy-in-sentence-before"
        yield from _results(view, here, agents, previous or title)
        since = 0 if agents else since + 1
        previous = agents or (previous if since < 2 else [])
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
    targets = _of(mentions, "CAR_TARGET")
    times = Counter(one.cluster for one in targets)
    for target in targets:
        if bearers and times[target.cluster] == 1:
            yield "TARGETS", bearers[0], target, "car-in-document"


def _results(
    view: View, here: Sequence[Mention], agents: Sequence[Mention], elsewhere: Sequence[Mention]
) -> Iterator[tuple[str, Mention, Mention, str]]:
    for outcome in _of(here, "OUTCOME"):
        clause, stop = view.clause_at(outcome.start)
        near = [one for one in agents if clause <= one.start < stop] or agents
        if near:
            for agent in _coordinated(view, near, _agent(near, outcome)):
                yield "RESULTS_IN", agent, outcome, "agent-in-sentence"
        elif elsewhere and not _BURDEN.search(view.lower, *view.sentence_at(outcome.start)):
            for agent in _coordinated(view, elsewhere, _first_choice(elsewhere)):
                yield "RESULTS_IN", agent, outcome, "agent-in-sentence-before"


def _coordinated(view: View, agents: Sequence[Mention], chosen: Mention) -> list[Mention]:
    """The agent with those that it is listed with: "TILs, NK cells and CAR-T cells"."""
    group, at = [chosen], agents.index(chosen)
    for step in (-1, 1):
        edge, number = chosen, at + step
        while 0 <= number < len(agents):
            first, second = sorted((edge, agents[number]), key=lambda one: one.start)
            if not _LIST.fullmatch(view.lower, first.end, second.start):
                break
            edge = agents[number]
            group.append(edge)
            number += step
    return group


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
    supposed = (
        head.label != "CARGO"
        and tail.label not in ("CARGO", "CAR_TARGET")
        and _SUPPOSED.search(view.lower, begin, second.start)
    )
    return "speculated" if supposed else "affirmed"
