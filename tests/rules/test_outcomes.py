"""Rulings 1 to 3: the noun with what says *what* was measured, and nothing else."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Read, Spans, the, weak


@pytest.mark.parametrize(
    "marked",
    [
        "LNPs reduced [T-cell exhaustion].",
        "LNPs improved [T-cell persistence].",
        "LNPs improved [CAR T-cell persistence].",
        "LNPs improved [mRNA delivery].",
        "LNPs reduced [tumor growth] and prolonged [overall survival].",
        "LNPs prolonged the [persistence] of CAR-T cells.",
        "LNPs reduced the [expression of PD-L1] in mice.",
        "LNPs increased the [expression of GATA3, TBX21 and RORC] in mice.",
        "LNPs increased the [expression of CD3, CD4 and IFN-γ] in mice.",
        "LNPs increased [IFN-γ secretion].",
        "CAR-T cells achieved an [objective response rate] of 82%.",
        "CAR-T cells led to [complete remission] in 9 of 12 patients.",
        "CAR-T cells caused severe [cytokine release syndrome].",
        "CAR-T cells caused grade 3 [cytokine release syndrome].",
        "LNPs had a high [transfection efficiency] of T cells.",
        "LNPs raised [CAR expression] in vivo.",
        "CAR-T cells showed durable, long-term [persistence].",
        "LNPs reduced in vivo [toxicity].",
        "LNPs enhanced CAR-mediated [cytotoxicity].",
        "CAR-T cells increased [tumor infiltration].",
        "CAR-T cells caused [tumor regression].",
        weak("a name before a noun that only says a direction", "CAR-T cells led to [fibrosis] resolution."),
        weak("a name before a noun that only says a direction", "LNPs led to [PD-1] downregulation."),
        "CAR-T cells reduced [IL-6].",
        weak("no outcome is called blasts alone", "CAR-T cells led to a decrease of [blasts]."),
        "CAR-T cells led to [CR with incomplete count recovery] in 3 patients.",
    ],
)
def test_spans(spans: Spans, marked: str) -> None:
    spans(marked, "OUTCOME")


@pytest.mark.parametrize(
    "marked",
    [
        "The lymphoma had relapsed after CAR-T cells.",
        "CAR-T cells were well tolerated.",
        "CAR-T cells killed the targets.",
        "The efficacy and safety of CAR-T cells were studied.",
        "The treatment outcomes of CAR-T cells and their feasibility are unknown to us.",
        "LNPs had a size of 80 nm, a zeta potential of 2 mV and an encapsulation efficiency of 95%.",
        "CAR-T cells are used in cancer immunotherapy.",
    ],
)
def test_no_outcome(spans: Spans, marked: str) -> None:
    spans(marked, "OUTCOME")


@pytest.mark.parametrize(
    ("text", "outcome", "category"),
    [
        ("CAR-T cells led to complete remission.", "complete remission", "response"),
        ("CAR-T cells prolonged overall survival.", "overall survival", "survival"),
        ("CAR-T cells caused cytokine release syndrome.", "cytokine release syndrome", "toxicity"),
        ("LNPs prolonged T-cell persistence.", "T-cell persistence", "persistence"),
        ("LNPs increased the cytotoxicity of NK cells.", "cytotoxicity", "cytotoxicity"),
        ("LNPs increased IFN-γ secretion.", "IFN-γ secretion", "cytokine"),
        ("LNPs increased T-cell proliferation.", "T-cell proliferation", "activation"),
        ("LNPs increased the homing of CAR-T cells.", "homing", "trafficking"),
        ("LNPs reduced T-cell exhaustion.", "T-cell exhaustion", "exhaustion"),
        ("CAR-T cells reduced tumor hypoxia.", "tumor hypoxia", "microenvironment"),
        ("LNPs raised the transfection efficiency.", "transfection efficiency", "delivery"),
        ("LNPs increased CAR expression.", "CAR expression", "expression"),
    ],
)
def test_category(read: Read, text: str, outcome: str, category: str) -> None:
    assert the(read(text), outcome).attributes.category == category
