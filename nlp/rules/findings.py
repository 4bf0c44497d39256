"""The rows of the evidence table: each outcome with its agent and what the document says of that agent."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from nanocart.rules.relations import bears_car
from nanocart.rules.view import View
from nanocart.schema import Finding, Mention, Relation

_COMPARISON: Final = re.compile(
    r"\b(?:compared\s+(?:with|to)|in comparison (?:with|to)|versus|vs\.?|than|relative to|over)\s+(?:(?:the|that"
    r"|those|of|with|in|conventional|standard|free|control|non-\w+|un\w+)\s+){0,4}"
)


def assemble(
    view: View,
    document_id: str,
    mentions: Sequence[Mention],
    relations: Sequence[Relation],
    *,
    review: bool = False,
    statements: Statements | None = None,
) -> list[Finding]:
    """One row per statement that ascribes an outcome to an agent; statements of the same row are one row.

    In a `review`, what is said elsewhere of an agent may be said of another therapy, and does not fill a row. Without
    `statements` every mention of an outcome has the agents that the relations give to its cluster.
    """
    book = _Book(mentions, relations, review)
    found = _stated(book, statements) if statements else _related(view, book, relations)
    rows: dict[object, Finding] = {}
    for agents, outcome, other in found:
        row = _row(view, book, agents, outcome, other)
        key = book.signature(row)
        if key not in rows or _length(row) > _length(rows[key]):
            rows[key] = row
    ordered = sorted(rows.values(), key=lambda row: (book.by_id[row.outcome].start, row.nanoparticle, row.cell_type))
    return [replace(row, id=_identifier(row, document_id, book)) for row in ordered]


@dataclass(frozen=True, slots=True)
class Statements:
    """Who does what, by mention: pairs of agent and outcome, and what an outcome is compared with."""

    agents: tuple[tuple[str, str], ...] = ()
    compared: Mapping[str, str] = field(default_factory=dict)


def _stated(book: _Book, statements: Statements) -> Iterator[tuple[list[Mention], Mention, Mention | None]]:
    """The agents of each row; a particle and a cell of one outcome are one row: the one makes or treats the other."""
    given: dict[str, list[Mention]] = defaultdict(list)
    for agent, outcome in statements.agents:
        given[outcome].append(book.nearest(book.by_id[agent], book.by_id[outcome]))
    for id_, agents in given.items():
        labels = sorted(one.label for one in agents)
        other = statements.compared.get(id_)
        for group in [agents] if labels == ["CELL_TYPE", "NANOPARTICLE"] else [[one] for one in agents]:
            yield group, book.by_id[id_], book.by_id[other] if other else None


def _related(
    view: View, book: _Book, relations: Sequence[Relation]
) -> Iterator[tuple[list[Mention], Mention, Mention | None]]:
    for relation in relations:
        if relation.label == "RESULTS_IN":
            for outcome in book.same(book.by_id[relation.tail]):
                agents = book.together(book.nearest(book.by_id[relation.head], outcome), outcome)
                yield agents, outcome, _compared_with(view, book, outcome, agents)


class _Book:
    """Mentions and relations of one document, looked up by cluster."""

    def __init__(self, mentions: Sequence[Mention], relations: Sequence[Relation], review: bool) -> None:
        self.review = review
        self.mentions = mentions
        self.by_id = {one.id: one for one in mentions}
        self.clusters: dict[str, list[Mention]] = defaultdict(list)
        for one in sorted(mentions, key=lambda one: one.start):
            self.clusters[one.cluster or one.id].append(one)
        self.tails: dict[tuple[str, str], list[Mention]] = defaultdict(list)
        self.heads: dict[tuple[str, str], list[Mention]] = defaultdict(list)
        self.supposed: set[tuple[str, str, str]] = set()
        self.limits: dict[str, list[Mention]] = defaultdict(list)
        for relation in relations:
            if relation.label in ("VALUE_OF", "QUALIFIES"):  # of this very statement, not of its cluster
                self.limits[relation.tail].append(self.by_id[relation.head])
            elif relation.assertion != "negated":
                head, tail = self.by_id[relation.head], self.by_id[relation.tail]
                self.tails[relation.label, head.cluster or head.id].append(tail)
                self.heads[relation.label, tail.cluster or tail.id].append(head)
                if relation.assertion == "speculated":
                    self.supposed.add((relation.label, head.cluster or head.id, tail.cluster or tail.id))

    def same(self, outcome: Mention) -> list[Mention]:
        """The mentions of an outcome's cluster that say something of their own."""
        return self.clusters[outcome.cluster or outcome.id]

    def nearest(self, one: Mention, to: Mention) -> Mention:
        """The mention of that thing that stands nearest, those in front first."""
        found = self.clusters[one.cluster or one.id]
        at = bisect_right(found, to.start, key=lambda m: m.start)
        around = found[max(0, at - 1) : at + 1]
        return min(around, key=lambda m: abs(m.start - to.start) + (0 if m.start <= to.start else 40))

    def within(self, view: View, thing: str, number: int) -> list[Mention]:
        """The mentions of a thing in a sentence."""
        if not 0 <= number < len(view.sentences):
            return []
        begin, stop = view.sentences[number]
        found = self.clusters[thing]
        first, last = (bisect_left(found, at, key=lambda m: m.start) for at in (begin, stop))
        return found[first:last]

    def together(self, agent: Mention, outcome: Mention) -> list[Mention]:
        """The agent with the CAR cells that it makes, or the particle that makes it."""
        others = self.tails if agent.label == "NANOPARTICLE" else self.heads
        found = others["DELIVERED_TO", agent.cluster or agent.id]
        partners = [one for one in found if bears_car(agent if one.label == "NANOPARTICLE" else one)]
        return [agent, *(self.nearest(one, outcome) for one in partners[:1])]

    def slot(self, view: View, heads: Sequence[Mention], label: str, to: Mention) -> tuple[str, ...]:
        """The mention ids that the relation gives for the heads, one for each thing.

        Those that the sentence names; failing that, those that the one before names; failing that, all that are stated
        and not merely supposed, except several in a review, which speaks of several therapies.
        """
        partners = {
            (tail.cluster or tail.id): (label, head.cluster or head.id, tail.cluster or tail.id) in self.supposed
            for head in heads
            for tail in self.tails[label, head.cluster or head.id]
        }
        number = view.sentence_number(to.start)
        for at in (number, number - 1):
            here = [one for thing in partners for one in self.within(view, thing, at)]
            if here:
                first = {one.cluster or one.id: one for one in sorted(here, key=lambda one: -one.start)}
                return tuple(one.id for one in sorted(first.values(), key=lambda one: one.start))
        stated = [thing for thing, supposed in partners.items() if not supposed]
        if self.review and len(stated) > 1:
            return ()
        found = [self.nearest(self.clusters[thing][0], to) for thing in stated]
        return tuple(one.id for one in sorted(found, key=lambda one: one.start))

    def thing(self, id_: str) -> str:
        """What a mention id stands for: its cluster, else the folded text."""
        one = self.by_id[id_]
        return one.cluster or one.text.lower()

    def signature(self, row: Finding) -> object:
        """What makes two rows the same."""
        agents = (frozenset(map(self.thing, row.nanoparticle)), frozenset(map(self.thing, row.cell_type)))
        limits = frozenset(self.thing(id_) for id_ in row.qualifier)
        value = self.thing(row.value) if row.value else None
        return (self.thing(row.outcome), agents, row.direction, row.assertion, value, limits)


def _row(view: View, book: _Book, agents: Sequence[Mention], outcome: Mention, other: Mention | None) -> Finding:
    particles = [one for one in agents if one.label == "NANOPARTICLE"]
    cells = [one for one in agents if one.label == "CELL_TYPE"]
    cargo = book.slot(view, particles, "CARRIES", outcome)
    payloads = [book.by_id[id_] for id_ in cargo]
    values = [one for one in book.limits[outcome.id] if one.label == "VALUE"]
    limits = [one for one in book.limits[outcome.id] if one.label == "QUALIFIER"]
    return Finding(
        "",
        outcome.id,
        tuple(one.id for one in particles),
        cargo,
        book.slot(view, [*cells, *payloads], "TARGETS", outcome),
        tuple(one.id for one in cells),
        book.slot(view, agents, "TREATS", outcome),
        outcome.attributes.direction or "reported",
        outcome.attributes.assertion or "affirmed",
        values[0].id if values else None,
        tuple(one.id for one in limits),
        other.id if other else None,
        view.sentence_at(outcome.start),
    )


def _compared_with(view: View, book: _Book, outcome: Mention, agents: Sequence[Mention]) -> Mention | None:
    begin, stop = view.sentence_at(outcome.start)
    things = {one.cluster for one in agents}
    for match in _COMPARISON.finditer(view.lower, begin, stop):
        for one in book.mentions:
            if (
                one.label in ("NANOPARTICLE", "CELL_TYPE", "QUALIFIER")
                and match.end() <= one.start <= match.end() + 25
                and one.cluster not in things
            ):
                return one
    return None


def _length(row: Finding) -> int:
    return row.evidence[1] - row.evidence[0] if row.evidence else 0


def _identifier(row: Finding, document_id: str, book: _Book) -> str:
    """An identifier that stays the same from run to run."""
    said = [document_id, row.direction, row.assertion] + [
        f"{book.by_id[i].start}-{book.by_id[i].end}" for i in row.mention_ids()
    ]
    return "f" + hashlib.sha256("|".join(said).encode()).hexdigest()[:12]


def value_relations(pairs: Sequence[tuple[Mention, Mention]], first: int) -> list[Relation]:
    """`VALUE_OF` and `QUALIFIES` for pairs of (figure or limit, outcome), numbered from `first`."""
    names: Mapping[str, str] = {"VALUE": "VALUE_OF", "QUALIFIER": "QUALIFIES"}
    return [
        Relation(f"r{number}", names[span.label], span.id, outcome.id, why="rule nearest-outcome")
        for number, (span, outcome) in enumerate(pairs, first)
    ]
