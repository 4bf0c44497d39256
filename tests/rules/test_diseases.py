"""`DISEASE` is the condition treated or modelled; where the sentence changes it, it is an `OUTCOME` (ruling 7)."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Spans, weak


@pytest.mark.parametrize(
    "marked",
    [
        "Relapsed/refractory [B-cell lymphoma] was treated with CAR-T cells.",
        "Metastatic [melanoma] is hard to treat.",
        "CAR-T cells treat [glioblastoma], [solid tumors] and [systemic lupus erythematosus].",
        "[Cancer] immunotherapy is growing.",
        "Patients with [multiple myeloma] were enrolled.",
        "Mice with [cardiac fibrosis] were treated.",
        "[Lymphoma] patients were treated.",
        "A [neuroblastoma] model was used.",
        "Leukemia cells were killed.",
        "The tumor was measured.",
        "Tumors were measured.",
        "[Malignancies] and [cancer] are common.",
    ],
)
def test_spans(spans: Spans, marked: str) -> None:
    spans(marked, "DISEASE")


@pytest.mark.parametrize(
    ("marked", "effect"),
    [
        ("CAR-T cells reduced cardiac fibrosis.", "cardiac fibrosis"),
        weak("anemia is a weak name, which 'caused' does not bear out", "CAR-T cells caused anemia.", "anemia"),
        ("Cytokine release syndrome occurred after CAR-T cells.", "Cytokine release syndrome"),
        ("CAR-T cells prevented graft-versus-host disease.", "graft-versus-host disease"),
    ],
)
def test_a_condition_that_is_changed_is_an_outcome(spans: Spans, marked: str, effect: str) -> None:
    spans(marked, "DISEASE")
    spans(marked.replace(effect, f"[{effect}]"), "OUTCOME")


@pytest.mark.parametrize("marked", ["CAR-T cells were infused after relapse."])
def test_an_inclusion_criterion_is_neither(spans: Spans, marked: str) -> None:
    spans(marked, "DISEASE")
    spans(marked, "OUTCOME")
