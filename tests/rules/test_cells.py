"""Rulings 5 and 8: lineage, state and engineering belong to a population of cells; antigen and origin do not."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Spans


@pytest.mark.parametrize(
    "marked",
    [
        "[T cells] and [B cells] were sorted.",
        "[CD8+ T cells] were sorted.",
        "[CAR-T cells] were infused.",
        "[CAR T] therapy is costly.",
        "[CAR-T] therapy is costly.",
        "CD19 [CAR-T cells] were infused.",
        "Autologous human [CAR T cells] were infused.",
        "Engineered [T cells] were infused.",
        "[CAR-NK cells] and [CAR macrophages] were made.",
        "[Chimeric antigen receptor (CAR) T cells] were infused.",
        "[Natural killer (NK) cells] were expanded.",
        "[Tumor-associated macrophages] were depleted.",
        "[Leukemia cells] and [cancer cells] were killed.",
        "[PBMCs] were drawn.",
        "[Tisagenlecleucel] was infused.",
        "[Immune cells] came.",
        "[NK cells] were expanded.",
        "CAR vectors reached [effector T] and [NK cells].",
        "[Regulatory T cells] were few.",
        "[Dendritic cells] ([DCs]) matured.",
        "[Memory T cells] and [exhausted T cells] were counted.",
    ],
)
def test_spans(spans: Spans, marked: str) -> None:
    spans(marked, "CELL_TYPE")


@pytest.mark.parametrize(
    "marked",
    [
        "The cells were washed.",
        "The CAR was expressed.",
        "CAR vectors entered K562 and Nalm-6, which were cultured.",
        "Stem cell transplantation followed.",
        "The tumor, the spleen and the liver were weighed.",
    ],
)
def test_no_population(spans: Spans, marked: str) -> None:
    spans(marked, "CELL_TYPE")


@pytest.mark.parametrize(
    "marked",
    [
        "[Mesothelin|CAR_TARGET] [CAR NK cells|CELL_TYPE] entered.",
        "[CD19|CAR_TARGET]-specific [CAR-T cells|CELL_TYPE] against [lymphoma|DISEASE] were made.",
    ],
)
def test_the_target_is_a_mention_of_its_own(spans: Spans, marked: str) -> None:
    spans(marked)


@pytest.mark.parametrize("marked", ["[CAR-T]/[NK cells] were made."])
def test_coordination(spans: Spans, marked: str) -> None:
    spans(marked, "CELL_TYPE")
