"""Ruling 11: neither therapy with immune cells nor nanoparticles in biomedical use, no annotation at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("CAR-T cells were infused into patients.", True),
        ("Chimeric antigen receptors redirect T cells.", True),
        ("CAR macrophages engulfed tumor cells.", True),
        ("Adoptive cell therapy with tumor-infiltrating lymphocytes was given.", True),
        ("Lipid nanoparticles delivered mRNA to the liver of mice.", True),
        ("Exosomes loaded with siRNA treated mice.", True),
        ("Gold nanorods heated tumors.", True),
        ("Tisagenlecleucel was given to children.", True),
        ("Patients with HIV took cART.", False),
        ("CART peptide curbs appetite in rats.", False),
        ("The constitutive androstane receptor (CAR) induced CYP2B6 in the liver.", False),
        ("An NK1 receptor antagonist stopped itch in patients.", False),
        ("Classification and regression trees (CART) predicted sepsis.", False),
        ("The drivers survived the car accident.", False),
        ("A liposomal skin cream was tested in a cosmetic trial on skin of volunteers.", False),
        ("Gold nanoparticles sharpened a transistor.", False),
        ("Blinatumomab was given to patients with leukemia.", False),
        ("A plasma level of 3 nM was reached in patients.", False),
        ("", False),
    ],
)
def test_scope(nlp: Language, text: str, inside: bool) -> None:
    doc = nlp(text)
    assert doc._.study.in_scope is inside
    if not inside:
        assert (doc.ents, doc._.relations, doc._.findings) == ((), (), ())
