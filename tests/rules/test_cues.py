"""Ruling 10: direction is of the measured thing, not of its worth; a cue stops at its clause."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Read, the, weak


@pytest.mark.parametrize(
    ("text", "outcome", "direction"),
    [
        ("LNPs enhanced tumor infiltration.", "tumor infiltration", "increased"),
        ("Overall survival was significantly prolonged by LNPs.", "Overall survival", "increased"),
        ("LNPs restored T-cell function.", "T-cell function", "increased"),
        ("LNPs led to higher CAR expression.", "CAR expression", "increased"),
        ("LNPs reduced cardiac fibrosis.", "cardiac fibrosis", "decreased"),
        ("LNPs prevented cytokine release syndrome.", "cytokine release syndrome", "decreased"),
        ("LNPs avoided systemic toxicity.", "systemic toxicity", "decreased"),
        ("LNPs mitigated toxicity.", "toxicity", "decreased"),
        ("A decrease in tumor growth was seen with LNPs.", "tumor growth", "decreased"),
        ("Overall survival was not prolonged by LNPs.", "Overall survival", "unchanged"),
        ("There was no difference in overall survival with LNPs.", "overall survival", "unchanged"),
        ("LNPs did not affect tumor growth.", "tumor growth", "unchanged"),
        ("With LNPs, tumor growth was comparable.", "tumor growth", "unchanged"),
        ("LNPs had robust antitumor activity.", "antitumor activity", "high"),
        ("LNPs showed potent cytotoxicity.", "cytotoxicity", "high"),
        ("LNPs showed minimal toxicity.", "toxicity", "low"),
        ("LNPs showed negligible cytotoxicity.", "cytotoxicity", "low"),
        ("CAR-T cells caused cytokine release syndrome.", "cytokine release syndrome", "reported"),
        ("CAR-T cells induced complete remission.", "complete remission", "reported"),
        ("Complete remission was seen in 82% of patients after CAR-T cells.", "Complete remission", "reported"),
        ("LNPs reduced tumor growth and T-cell exhaustion.", "T-cell exhaustion", "decreased"),
        ("LNPs reduced tumor growth, but increased toxicity.", "toxicity", "increased"),
        ("LNPs reduced tumor growth, but increased toxicity.", "tumor growth", "decreased"),
        (
            "LNPs enhanced T-cell proliferation, whereas T-cell exhaustion was reduced.",
            "T-cell exhaustion",
            "decreased",
        ),
        (
            "LNPs enhanced T-cell proliferation, whereas T-cell exhaustion was reduced.",
            "T-cell proliferation",
            "increased",
        ),
        weak(
            "a later clause that calls the difference not significant is not looked at",
            "Overall survival was longer with LNPs, but the difference was not significant.",
            "Overall survival",
            "unchanged",
        ),
        ("Overall survival was 14 vs 9 months with LNPs.", "Overall survival", "reported"),
    ],
)
def test_direction(read: Read, text: str, outcome: str, direction: str) -> None:
    found = the(read(text), outcome).attributes
    assert found.direction == direction
    assert found.assertion == "affirmed"


@pytest.mark.parametrize(
    ("text", "negated", "affirmed"),
    [
        ("No cytokine release syndrome occurred with LNPs.", "cytokine release syndrome", ""),
        ("LNPs worked without toxicity.", "toxicity", ""),
        ("CAR-T cells caused no grade 3 cytokine release syndrome.", "cytokine release syndrome", ""),
        ("Cytokine release syndrome was not observed with LNPs.", "Cytokine release syndrome", ""),
        ("LNPs showed no toxicity, but tumor growth was reduced.", "toxicity", "tumor growth"),
        ("LNPs reduced tumor growth without toxicity.", "toxicity", "tumor growth"),
        ("LNPs did not cause toxicity; tumor growth was reduced.", "toxicity", "tumor growth"),
        ("No toxicity was seen with LNPs. Tumor growth was reduced.", "toxicity", "Tumor growth"),
        ("No toxicity was seen with LNPs and tumor growth was reduced.", "toxicity", "tumor growth"),
        ("Neither toxicity nor cytokine release syndrome occurred with LNPs.", "toxicity", ""),
        ("Neither toxicity nor cytokine release syndrome occurred with LNPs.", "cytokine release syndrome", ""),
    ],
)
def test_negation_stops_at_its_clause(read: Read, text: str, negated: str, affirmed: str) -> None:
    document = read(text)
    found = the(document, negated).attributes
    assert (found.assertion, found.direction) == ("negated", "reported")
    if affirmed:
        assert the(document, affirmed).attributes.assertion == "affirmed"


@pytest.mark.parametrize(
    ("text", "outcome", "assertion"),
    [
        ("LNPs may reduce tumor growth.", "tumor growth", "speculated"),
        ("LNPs could reduce toxicity in future.", "toxicity", "speculated"),
        ("LNPs have the potential to enhance tumor infiltration.", "tumor infiltration", "speculated"),
        ("We aimed to reduce cytokine release syndrome with LNPs.", "cytokine release syndrome", "speculated"),
        ("LNPs are expected to prolong overall survival.", "overall survival", "speculated"),
        ("Do LNPs reduce tumor growth?", "tumor growth", "speculated"),
        ("T-cell exhaustion remains a challenge for CAR-T cells.", "T-cell exhaustion", "speculated"),
        ("LNPs appear to reduce tumor growth.", "tumor growth", "speculated"),
        ("We show that LNPs can reduce tumor growth.", "tumor growth", "affirmed"),
        ("LNPs reduced tumor growth. They may reduce toxicity.", "tumor growth", "affirmed"),
        ("LNPs reduced tumor growth, but may increase toxicity.", "tumor growth", "affirmed"),
        ("LNPs reduced tumor growth, but may increase toxicity.", "toxicity", "speculated"),
        weak(
            "could counts as speculation even where it tells a past result",
            "In treated mice, LNPs could reduce tumor growth by 40%.",
            "tumor growth",
            "affirmed",
        ),
    ],
)
def test_speculation(read: Read, text: str, outcome: str, assertion: str) -> None:
    assert the(read(text), outcome).attributes.assertion == assertion
