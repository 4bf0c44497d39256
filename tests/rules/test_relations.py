"""Each relation where a sentence states, denies or supposes it, and never because one knows it."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Read, stated


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("LNPs loaded with CAR mRNA were injected.", ("CARRIES", "LNPs", "CAR mRNA", "affirmed")),
        ("CAR mRNA-loaded LNPs were injected.", ("CARRIES", "LNPs", "CAR mRNA", "affirmed")),
        (
            "Exosomes and liposomes were made; the liposomes carried siRNA.",
            ("CARRIES", "liposomes", "siRNA", "affirmed"),
        ),
        ("LNPs transfected T cells.", ("DELIVERED_TO", "LNPs", "T cells", "affirmed")),
        ("LNPs delivered CAR mRNA to T cells.", ("DELIVERED_TO", "LNPs", "T cells", "affirmed")),
        ("LNPs reprogrammed T cells into CAR-T cells.", ("DELIVERED_TO", "LNPs", "T cells", "affirmed")),
        ("CAR T cells were generated in vivo by LNPs.", ("DELIVERED_TO", "LNPs", "CAR T cells", "affirmed")),
        ("LNPs did not transfect B cells.", ("DELIVERED_TO", "LNPs", "B cells", "negated")),
        ("LNPs failed to reach T cells.", ("DELIVERED_TO", "LNPs", "T cells", "negated")),
        ("LNPs may reprogram T cells.", ("DELIVERED_TO", "LNPs", "T cells", "speculated")),
        ("LNPs are designed to transfect T cells.", ("DELIVERED_TO", "LNPs", "T cells", "speculated")),
        ("CD19 CAR-T cells were infused.", ("TARGETS", "CAR-T cells", "CD19", "affirmed")),
        ("LNPs carried FAP CAR mRNA.", ("TARGETS", "CAR mRNA", "FAP", "affirmed")),
        ("CAR-T cells against BCMA were infused.", ("TARGETS", "CAR-T cells", "BCMA", "affirmed")),
        ("CAR-T cells cured patients with lymphoma.", ("TREATS", "CAR-T cells", "lymphoma", "affirmed")),
        ("CAR-T cells may treat lymphoma.", ("TREATS", "CAR-T cells", "lymphoma", "speculated")),
        ("Mice with melanoma were treated with LNPs.", ("TREATS", "LNPs", "melanoma", "affirmed")),
        ("LNPs reduced tumor growth.", ("RESULTS_IN", "LNPs", "tumor growth", "affirmed")),
        ("Tumor growth was reduced by LNPs.", ("RESULTS_IN", "LNPs", "Tumor growth", "affirmed")),
        ("LNPs caused no toxicity.", ("RESULTS_IN", "LNPs", "toxicity", "negated")),
        ("LNPs could reduce toxicity in the clinic.", ("RESULTS_IN", "LNPs", "toxicity", "speculated")),
        ("LNPs were injected. Tumor growth was reduced.", ("RESULTS_IN", "LNPs", "Tumor growth", "affirmed")),
        ("LNPs increased CAR expression 3.5-fold.", ("VALUE_OF", "3.5-fold", "CAR expression", "affirmed")),
        ("LNPs caused grade 3 toxicity.", ("QUALIFIES", "grade 3", "toxicity", "affirmed")),
        ("Unlike liposomes, LNPs transfected T cells.", ("DELIVERED_TO", "LNPs", "T cells", "affirmed")),
    ],
)
def test_stated(read: Read, text: str, wanted: tuple[str, ...]) -> None:
    assert wanted in stated(read(text), wanted[0])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("LNPs carried CAR mRNA. Doxorubicin was given to other mice.", "TARGETS"),
        ("LNPs were compared with CAR-T cells.", "DELIVERED_TO"),
        ("CD5-targeted LNPs carried siRNA.", "TARGETS"),
        ("Lymphoma is common. Nobody knows why.", "TREATS"),
        ("CAR-T cells were infused. LNPs were stored.", "DELIVERED_TO"),
    ],
)
def test_not_stated(read: Read, text: str, label: str) -> None:
    assert stated(read(text), label) == set()


def test_one_relation_for_a_thing_however_often_it_is_said(read: Read) -> None:
    document = read(
        "Lipid nanoparticles (LNPs) carried CAR mRNA. The LNPs carried CAR mRNA. LNPs with CAR mRNA were stable."
    )
    assert len(stated(document, "CARRIES")) == 1


def test_every_coordinated_target(read: Read) -> None:
    document = read("CD19/CD22 CAR-T cells were infused.")
    assert {tail for _, _, tail, _ in stated(document, "TARGETS")} == {"CD19", "CD22"}


def test_a_denial_stops_at_its_cell(read: Read) -> None:
    document = read("LNPs transfected T cells and macrophages, but not B cells.")
    found = {(tail, assertion) for _, _, tail, assertion in stated(document, "DELIVERED_TO")}
    assert found == {("T cells", "affirmed"), ("macrophages", "affirmed"), ("B cells", "negated")}
