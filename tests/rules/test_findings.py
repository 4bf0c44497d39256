"""A finding is one row: an outcome, its agent, and what the document says of that agent."""

from __future__ import annotations

from typing import Any

import pytest

from nanocart.schema import SLOTS, Document, Finding
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
