"""Ruling 12: figures with their units and numbers at risk; grades, time points and conditions that limit them."""

from __future__ import annotations

import pytest

from nanocart.schema import Document
from tests.rules.conftest import Read, stated, weak


def limits(document: Document, label: str) -> list[str]:
    return [one.text for one in document.entities if one.label == label]


@pytest.mark.parametrize(
    ("text", "value", "outcome"),
    [
        ("With CAR-T cells the objective response rate was 82%.", "82%", "objective response rate"),
        (
            "Complete remission was achieved in 12 of 15 patients by CAR-T cells.",
            "12 of 15 patients",
            "Complete remission",
        ),
        ("Complete remission was seen in 4 of 6 (66.7%) after CAR-T cells.", "4 of 6 (66.7%)", "Complete remission"),
        ("Overall survival after CAR-T cells was 14.2 months.", "14.2 months", "Overall survival"),
        ("The objective response rate was 26% vs 52% with LNPs.", "26% vs 52%", "objective response rate"),
        ("LNPs increased CAR expression 3.5-fold.", "3.5-fold", "CAR expression"),
        ("CAR-T cells led to complete remission in 9/12 patients.", "9/12 patients", "complete remission"),
        ("LNPs reduced tumor growth by 40%, whereas toxicity rose by 10%.", "40%", "tumor growth"),
        ("LNPs reduced tumor growth by 40%, whereas toxicity rose by 10%.", "10%", "toxicity"),
    ],
)
def test_a_figure_belongs_to_its_outcome(read: Read, text: str, value: str, outcome: str) -> None:
    document = read(text)
    assert ("VALUE_OF", value, outcome, "affirmed") in stated(document, "VALUE_OF")


@pytest.mark.parametrize(
    "text",
    [
        "LNPs reduced tumor growth (p < 0.001).",
        "LNPs reduced tumor growth in mice (n = 12).",
        "LNPs of 80 nm reduced tumor growth.",
        "CD19 CAR-T cells reduced tumor growth.",
    ],
)
def test_numbers_that_are_no_figure_of_an_outcome(read: Read, text: str) -> None:
    assert limits(read(text), "VALUE") == []


@pytest.mark.parametrize(
    ("text", "qualifier", "kind"),
    [
        ("CAR-T cells caused grade 3 cytokine release syndrome.", "grade 3", "grade"),
        ("CAR-T cells caused cytokine release syndrome of grade 3 or higher.", "grade 3 or higher", "grade"),
        ("CAR-T cells caused no grade ≥3 cytokine release syndrome.", "grade ≥3", "grade"),
        ("With CAR-T cells, overall survival was 60% at 12 months.", "at 12 months", "time"),
        ("CAR expression by LNPs peaked on day 7.", "on day 7", "time"),
        ("LNPs caused toxicity at the high dose.", "at the high dose", "condition"),
        ("LNPs reduced tumor growth in the absence of oxygen.", "in the absence of oxygen", "condition"),
        ("At the high dose LNPs caused toxicity.", "At the high dose", "condition"),
        weak(
            "a qualifier loses to the cell inside it",
            "LNPs reduced tumor growth in the absence of macrophages.",
            "in the absence of macrophages",
            "condition",
        ),
        weak(
            "a subgroup of patients is no qualifier",
            "In patients with low scores CAR-T cells led to complete remission.",
            "In patients with low scores",
            "condition",
        ),
        weak(
            "what the mice lack is no qualifier",
            "In mice without macrophages LNPs reduced tumor growth.",
            "In mice without macrophages",
            "condition",
        ),
    ],
)
def test_a_qualifier_limits_its_outcome(read: Read, text: str, qualifier: str, kind: str) -> None:
    document = read(text)
    (one,) = [one for one in document.entities if one.label == "QUALIFIER"]
    assert (one.text, one.attributes.kind) == (qualifier, kind)
    assert [relation.head for relation in document.relations if relation.label == "QUALIFIES"] == [one.id]


@pytest.mark.parametrize("text", ["LNPs reduced tumor growth in mice.", "LNPs reduced tumor growth in vitro."])
def test_the_setting_of_the_study_is_no_qualifier(read: Read, text: str) -> None:
    assert limits(read(text), "QUALIFIER") == []


def test_figures_need_an_outcome(read: Read) -> None:
    document = read("LNPs hold 82% lipid at 12 months.")
    assert limits(document, "VALUE") == limits(document, "QUALIFIER") == []
