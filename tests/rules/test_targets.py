"""`CAR_TARGET` is what a CAR binds: roles decide, not strings (rulings 6 and 9)."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Spans


@pytest.mark.parametrize(
    "marked",
    [
        "[CD19] CAR-T cells were infused.",
        "Anti-[CD19] CAR T cells were infused.",
        "[BCMA]-directed CAR-T cells were infused.",
        "[GD2]-specific CAR T cells were infused.",
        "CAR-T cells against [mesothelin] were infused.",
        "CAR-T cells targeting both [CD19] and [CD22] were infused.",
        "CAR T cells against [mesothelin] were infused.",
        "CAR-T cells targeting [B-cell maturation antigen] ([BCMA]) were infused.",
        "[CD19]/[CD22] CAR-T cells were infused.",
        "A bispecific [CD19]/[CD20] CAR was made.",
        "[CD19]CAR T cells were infused.",
        "CAR T cells specific for [claudin 18.2] were infused.",
        "A CAR that recognizes [HER2] was made.",
        "LNPs carrying [FAP] CAR mRNA were injected.",
        "[CD7] CAR T cells and CD5-targeted LNPs were made.",
        "[EGFRvIII] CAR-T cells were infused.",
    ],
)
def test_what_a_car_binds(spans: Spans, marked: str) -> None:
    spans(marked, "CAR_TARGET")


@pytest.mark.parametrize(
    "marked",
    [
        "CD5-targeted lipid nanoparticles reached T cells.",
        "CD3-targeted LNPs carried CAR mRNA.",
        "CD8-targeted LNPs made CAR T cells.",
        "Anti-CD7 antibody-conjugated LNPs made CAR T cells.",
        "PD-1 blockade helped CAR-T cells.",
        "Anti-PD-1 antibody was given with CAR T cells.",
        "CD8+ T cells were sorted.",
        "CD4+ and CD8+ CAR-T cells were infused.",
        "CAR-T cells that were PD-1+ and TIM-3+ were counted.",
        "Tumor antigens and neoantigens are targets of CAR-T cells.",
        "CD19 was measured by flow cytometry.",
        "Blinatumomab, a CD19-directed bispecific antibody, was given.",
        "Rituximab binds CD20.",
    ],
)
def test_what_a_car_does_not_bind(spans: Spans, marked: str) -> None:
    spans(marked, "CAR_TARGET")


@pytest.mark.parametrize(
    "marked",
    [
        "CART peptide is made in the hypothalamus.",
        "The patients with HIV took cART for years.",
        "CAR and PXR, the nuclear receptors, induced CYP2B6 in the liver.",
        "The coxsackievirus and adenovirus receptor (CAR) holds myocytes together.",
        "An NK1 receptor antagonist stopped the itch.",
        "Neurokinin receptors NK1, NK2 and NK3 were blocked.",
        "A liposomal cream smoothed the skin.",
    ],
)
def test_false_friends_carry_no_annotation(nlp: object, marked: str) -> None:
    assert nlp(marked).ents == ()  # type: ignore[operator]


def test_the_schemes_own_example(spans: Spans) -> None:
    spans(
        "CD5-targeted [lipid nanoparticles|NANOPARTICLE] carrying [FAP|CAR_TARGET] [CAR mRNA|CARGO] "
        "reprogrammed [T cells|CELL_TYPE]."
    )


@pytest.mark.parametrize(
    "marked",
    [
        "[FAP] CAR T cells worked. [FAP] was lost in two mice.",
        "CD7-targeted LNPs made [CD7] CAR T cells.",
        "[CD19] CAR-T cells were given. CD19-targeted LNPs were not.",
    ],
)
def test_a_target_counts_in_every_mention_of_that_role(spans: Spans, marked: str) -> None:
    spans(marked, "CAR_TARGET")
