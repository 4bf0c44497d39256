"""Ruling 4: composition, structure and form belong to a particle; size, praise, ligand and payload do not."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Spans


@pytest.mark.parametrize(
    "marked",
    [
        "We made [ionizable lipid nanoparticles] of 80 nm.",
        "The [LNPs] were stable.",
        "A novel [lipid nanoparticle] ([LNP]) was made.",
        "Novel [PLGA nanoparticles] and small [gold nanorods] were made.",
        "[PLGA-NPs] released it.",
        "[RBC-membrane-coated nanoparticles] circulated.",
        "[Macrophage-membrane-coated gold nanorods] heated the tumor.",
        "[Mesoporous silica nanoparticles] were filled.",
        "[Exosomes] were harvested.",
        "CD5-targeted [lipid nanoparticles] bound.",
        "CD3-targeted [LNPs] bound.",
        "mRNA-loaded [lipid nanoparticles] were injected.",
        "mRNA-[LNPs] were injected.",
        "siRNA-loaded [liposomes] were injected.",
        "[nab-paclitaxel] was given.",
        "[Liposomal doxorubicin] was given.",
        "[Virus-like particles] were made.",
        "[Lipid nanoparticles] ([LNPs]) were made.",
        "Three [nanocarriers], two [nanogels] and a [nanoemulsion] were compared.",
        "The [nanoparticles] were injected.",
        "[Polymeric nanoparticles] and [lipid nanoparticles] were compared.",
        "[Superparamagnetic iron oxide nanoparticles] labelled the cells.",
    ],
)
def test_spans(spans: Spans, marked: str) -> None:
    spans(marked, "NANOPARTICLE")


@pytest.mark.parametrize(
    "marked",
    [
        "Lentiviral vectors and AAV were used.",
        "A nanobody was made.",
        "Hydrogels, scaffolds, microparticles and microneedles were made.",
        "The SNPs were typed.",
        "Advances in nanotechnology and nanomedicine are reviewed.",
        "A viral vector with a half-life of 3 nM, 50 nanometers and 2 nanoseconds.",
    ],
)
def test_no_particle(spans: Spans, marked: str) -> None:
    spans(marked, "NANOPARTICLE")


@pytest.mark.parametrize(
    "marked",
    ["[Nanotechnology] improved trafficking of CAR-T cells.", "[Nanoplatforms] deliver genes to T cells."],
)
def test_a_field_that_acts_is_a_generic_particle(spans: Spans, marked: str) -> None:
    spans(marked, "NANOPARTICLE")


@pytest.mark.parametrize("marked", ["[Nano-CAR-X] was injected into mice."])
def test_a_coined_name_is_one_span(spans: Spans, marked: str) -> None:
    spans(marked)
