"""A finding is one row: an outcome, its agent, and what the document says of that agent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nanocart.rules.findings import Statements, assemble
from nanocart.rules.view import View
from nanocart.schema import SLOTS, Document, Finding, Mention, Relation
from tests.rules.conftest import Read


def texts(document: Document, row: Finding) -> dict[str, Any]:
    """A row in words, without what is empty."""

    def word(id_: str) -> str:
        return document.mention(id_).text

    found: dict[str, Any] = {slot: tuple(map(word, getattr(row, slot))) for slot in SLOTS}
    found |= {name: word(getattr(row, name)) for name in ("outcome", "value", "compared_with") if getattr(row, name)}
    found |= {"direction": row.direction, "assertion": row.assertion}
    return {name: value for name, value in found.items() if value}


def rows(document: Document) -> list[dict[str, Any]]:
    return [texts(document, row) for row in document.findings]


def test_a_whole_row(read: Read) -> None:
    text = (
        "Mice with lupus were treated with LNPs carrying FAP CAR mRNA. LNPs reduced tumor growth by 40% at 12 months."
    )
    document = read(text)
    assert rows(document) == [
        {
            "nanoparticle": ("LNPs",),
            "cargo": ("CAR mRNA",),
            "car_target": ("FAP",),
            "disease": ("lupus",),
            "outcome": "tumor growth",
            "value": "40%",
            "qualifier": ("at 12 months",),
            "direction": "decreased",
            "assertion": "affirmed",
        }
    ]
    start, end = document.findings[0].evidence or (0, 0)
    assert document.text[start:end] == "LNPs reduced tumor growth by 40% at 12 months."


def test_two_outcomes_are_two_rows(read: Read) -> None:
    found = rows(read("LNPs reduced tumor growth and prolonged overall survival."))
    assert [(row["outcome"], row["direction"]) for row in found] == [
        ("tumor growth", "decreased"),
        ("overall survival", "increased"),
    ]


def test_two_grades_are_two_rows(read: Read) -> None:
    text = (
        "CD19 CAR-T cells were infused. Cytokine release syndrome occurred in 79%. "
        "Grade 3 cytokine release syndrome occurred in 11%."
    )
    found = rows(read(text))
    assert [(row["value"], row.get("qualifier")) for row in found] == [("79%", None), ("11%", ("Grade 3",))]


def test_a_negated_event_keeps_its_grade(read: Read) -> None:
    (row,) = rows(read("CAR-T cells caused no grade 3 cytokine release syndrome."))
    assert (row["assertion"], row["qualifier"]) == ("negated", ("grade 3",))


def test_several_targets_in_one_slot(read: Read) -> None:
    (row,) = rows(read("CD19/CD22 CAR-T cells led to complete remission."))
    assert row["car_target"] == ("CD19", "CD22")


def test_results_and_conclusion_are_one_row_with_the_more_specific_sentence(read: Read) -> None:
    document = read("LNPs reduced tumor growth in mice that bore large flank tumors. Thus LNPs reduced tumor growth.")
    (row,) = document.findings
    start, end = row.evidence or (0, 0)
    assert "flank" in document.text[start:end]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("LNPs reduced tumor growth compared with liposomes.", "liposomes"),
        ("CAR-T cells prolonged overall survival versus CAR-NK cells.", "CAR-NK cells"),
        ("LNPs led to higher CAR expression than exosomes.", "exosomes"),
    ],
)
def test_compared_with(read: Read, text: str, other: str) -> None:
    found = rows(read(text))
    assert found[0]["compared_with"] == other
    assert len(found) == 1  # the comparator has no direction or value of its own (ruling 13)


def test_no_comparison_no_mention_of_one(read: Read) -> None:
    (row,) = rows(read("LNPs reduced tumor growth."))
    assert "compared_with" not in row


def test_no_agent_no_row(read: Read) -> None:
    assert rows(read("Tumor growth was reduced.")) == []


def test_both_agents_where_the_particle_makes_the_cells(read: Read) -> None:
    (row,) = rows(read("LNPs generated CAR T cells in vivo and reduced tumor growth."))
    assert (row["nanoparticle"], row["cell_type"]) == (("LNPs",), ("CAR T cells",))


def test_identifiers_stay_from_run_to_run(read: Read) -> None:
    text = "LNPs reduced tumor growth and prolonged overall survival."
    first, second = read(text), read(text)
    assert [row.id for row in first.findings] == [row.id for row in second.findings]
    assert len({row.id for row in first.findings}) == 2


def related(text: str, *, review: bool = False, supposed: str = "") -> tuple[str, ...]:
    """The diseases in the row on tumor growth, where the LNPs treat whatever disease the text has."""
    places = [(match.start(), match.end(), match[0]) for match in re.finditer(r"LNPs|\w+oma\b|tumor growth", text)]
    labels = {"LNPs": "NANOPARTICLE", "tumor growth": "OUTCOME"}
    mentions = [
        Mention(f"e{at}", start, end, labels.get(word, "DISEASE"), word, cluster=word)
        for at, (start, end, word) in enumerate(places)
    ]
    agent = next(one for one in mentions if one.text == "LNPs")
    relations = [
        Relation(f"r{one.id}", "TREATS", agent.id, one.id, "speculated" if one.text == supposed else "affirmed")
        for one in mentions
        if one.label == "DISEASE"
    ]
    outcome = next(one for one in mentions if one.label == "OUTCOME")
    relations.append(Relation("r", "RESULTS_IN", agent.id, outcome.id))
    (row,) = assemble(View(text), "1", mentions, relations, review=review)
    return tuple(one.text for one in mentions if one.id in row.disease)


@pytest.mark.parametrize(
    ("text", "diseases"),
    [
        ("LNPs treat glioma and lymphoma. LNPs reduced tumor growth in lymphoma.", ("lymphoma",)),
        ("LNPs treat glioma. Mice had lymphoma. LNPs reduced tumor growth.", ("lymphoma",)),
        ("LNPs treat glioma and lymphoma. They last. LNPs reduced tumor growth.", ("glioma", "lymphoma")),
    ],
)
def test_of_several_diseases_those_named_nearest_fill_the_row(text: str, diseases: tuple[str, ...]) -> None:
    assert related(text) == diseases


def test_in_a_review_several_diseases_named_elsewhere_fill_no_row() -> None:
    assert related("LNPs treat glioma and lymphoma. They last. LNPs reduced tumor growth.", review=True) == ()
    assert related("LNPs treat glioma. They last. LNPs reduced tumor growth.", review=True) == ("glioma",)


def test_a_disease_that_is_only_supposed_fills_the_rows_that_name_it() -> None:
    text = "LNPs treat glioma and may treat lymphoma. They last. LNPs reduced tumor growth"
    assert related(f"{text}.", supposed="lymphoma") == ("glioma",)
    assert related(f"{text} in lymphoma.", supposed="lymphoma") == ("lymphoma",)


def test_statements_say_which_mention_of_an_outcome_has_a_row_and_with_whom() -> None:
    text = "LNPs reduced toxicity. Toxicity is a burden. CAR-T cells and LNPs reduced toxicity."
    marked = [("LNPs", 0), ("toxicity", 13), ("Toxicity", 23), ("CAR-T cells", 45), ("LNPs", 61), ("toxicity", 74)]
    labels = {"LNPs": "NANOPARTICLE", "CAR-T cells": "CELL_TYPE"}
    mentions = [
        Mention(f"e{at}", start, start + len(word), labels.get(word, "OUTCOME"), word, cluster=word.lower())
        for at, (word, start) in enumerate(marked)
    ]
    relations = [Relation("r1", "RESULTS_IN", "e0", "e1"), Relation("r2", "RESULTS_IN", "e3", "e5")]
    said = Statements((("e0", "e1"), ("e3", "e5"), ("e4", "e5")), {"e1": "e3"})
    found = assemble(View(text), "1", mentions, relations, statements=said)
    assert [(row.outcome, row.nanoparticle, row.cell_type, row.compared_with) for row in found] == [
        ("e1", ("e0",), (), "e3"),
        ("e5", ("e4",), ("e3",), None),
    ]
