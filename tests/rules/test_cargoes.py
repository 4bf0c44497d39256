"""`CARGO` is what a particle carries, not what is given beside it (rulings 4 and 9)."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Spans, weak


@pytest.mark.parametrize(
    "marked",
    [
        "LNPs carrying [CAR mRNA] were injected.",
        "Exosomes loaded with [doxorubicin] were injected.",
        "[mRNA]-LNPs were injected.",
        "[siRNA]-loaded nanoparticles were injected.",
        "Lipid nanoparticles delivered [circular RNA] to macrophages.",
        "PLGA nanoparticles encapsulating [IL-12] were injected.",
        "[Plasmid DNA] was packaged in polymeric nanoparticles.",
        "Lipid nanoparticles deliver [Cas9 ribonucleoprotein] to T cells.",
        "LNPs carrying [CAR mRNA] treated mice with lupus.",
        "Liposomes contained [IL-15] and [doxorubicin].",
    ],
)
def test_what_a_particle_carries(spans: Spans, marked: str) -> None:
    spans(marked, "CARGO")


@pytest.mark.parametrize(
    "marked",
    [
        "CAR-T cells were infused after fludarabine and cyclophosphamide.",
        "LNPs carried [CAR mRNA]. Tocilizumab was given to two patients.",
        "Doxorubicin-resistant cells were killed by CAR-T cells.",
        "Mice were treated with IL-2.",
        "LNPs carrying [CAR mRNA] were injected. Cyclophosphamide was given beforehand.",
    ],
)
def test_what_is_given_beside_the_therapy(spans: Spans, marked: str) -> None:
    spans(marked, "CARGO")


@pytest.mark.parametrize(
    "marked",
    [
        "LNPs carried [doxorubicin]. Free [doxorubicin] was given too.",
        weak(
            "'released' does not make what follows a cargo", "Nanoparticles released [IL-12]. Serum IL-12 was measured."
        ),
    ],
)
def test_a_cargo_counts_in_every_mention_of_that_role(spans: Spans, marked: str) -> None:
    spans(marked, "CARGO")


@pytest.mark.parametrize(
    "marked",
    ["LNPs carried [mRNA|CARGO]. [mRNA delivery|OUTCOME] was improved."],
)
def test_delivery_swallows_its_cargo_where_it_is_measured(spans: Spans, marked: str) -> None:
    spans(marked, "OUTCOME")


@pytest.mark.parametrize(
    "marked",
    ["LNPs carried [mRNA]. An [mRNA] delivery platform was built of them."],
)
def test_a_platform_is_named_by_its_cargo(spans: Spans, marked: str) -> None:
    spans(marked, "CARGO")
