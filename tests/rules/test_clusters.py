"""Mentions of one thing share a cluster: long form, abbreviation, plural, synonym, what refers back."""

from __future__ import annotations

import pytest

from tests.rules.conftest import Read


def groups(read: Read, text: str, label: str) -> list[str | None]:
    return [one.cluster for one in read(text).entities if one.label == label]


@pytest.mark.parametrize(
    ("text", "label", "pattern"),
    [
        ("Lipid nanoparticles (LNPs) were made. LNPs were stable.", "NANOPARTICLE", "aaa"),
        ("LNPs were made. The nanoparticles were stable.", "NANOPARTICLE", "aa"),
        ("LNPs and exosomes were made. The LNPs were stable.", "NANOPARTICLE", "aba"),
        ("Exosomes were made. PLGA nanoparticles were made. The nanoparticles were stable.", "NANOPARTICLE", "abb"),
        ("CAR-T cells were infused. A CAR T cell was seen.", "CELL_TYPE", "aa"),
        ("T cells and B cells and T cells came.", "CELL_TYPE", "aba"),
        (
            "BCMA CAR-T cells bind B-cell maturation antigen (BCMA). CAR-T cells against BCMA came.",
            "CAR_TARGET",
            "aaaa",
        ),
        ("LNPs reduced tumor growth. Tumour growth was reduced.", "OUTCOME", "aa"),
        ("CAR-T cells for lupus and lymphoma were given to patients with lupus.", "DISEASE", "aba"),
        ("The nanoparticles were new. They were LNPs.", "NANOPARTICLE", "aa"),
    ],
)
def test_who_is_who(read: Read, text: str, label: str, pattern: str) -> None:
    found = groups(read, text, label)
    assert None not in found
    first = {cluster: "abc"[number] for number, cluster in enumerate(dict.fromkeys(found))}
    assert "".join(first[one] for one in found) == pattern


def test_types_never_share_a_cluster(read: Read) -> None:
    document = read("LNPs delivered CAR mRNA to T cells. LNPs reduced tumor growth in lymphoma.")
    labels: dict[str | None, set[str]] = {}
    for one in document.entities:
        labels.setdefault(one.cluster, set()).add(one.label)
    assert all(len(found) == 1 for found in labels.values())


def test_the_abbreviation_of_something_else_loses_its_meaning(nlp: object) -> None:
    text = "Cocaine- and amphetamine-regulated transcript (CART) was found. LNPs silenced CART."
    assert [ent.text for ent in nlp(text).ents if "CART" in ent.text] == []  # type: ignore[operator]


def test_a_citation_in_brackets_is_no_abbreviation(read: Read) -> None:
    document = read("Lipid nanoparticles (Lee et al., 2020) were made. Lee made liposomes.")
    assert [one.text for one in document.entities] == ["Lipid nanoparticles", "liposomes"]
