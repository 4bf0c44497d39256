"""Surfaces that a reader takes for the same fold alike; sentences end where a reader ends them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.lexicon import Lexicon
from nanocart.text import UNIT, fold, folded, letters, sentences, units
from tests.strategies import CHARACTERS

ANY = st.text(CHARACTERS + "\n.?!) et al.", max_size=120) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IFN-γ", "IFN gamma"),
        ("IFN-γ", "IFNγ"),
        ("TGF-β1", "TGF-beta1"),
        ("µ opioid", "mu opioid"),  # the micro sign
        ("γδ T cells", "gamma delta T cell"),
        ("CAR-T cells", "CAR T cell"),
        ("CAR‑T", "CAR-T"),  # a non-breaking hyphen
        ("lipid nanoparticles", "Lipid Nanoparticle"),
        ("LNPs", "LNP"),
        ("therapies", "therapy"),
        ("metastases", "metastasis"),
        ("viruses", "virus"),
        ("mice", "mouse"),
        ("nuclei", "nucleus"),
        ("masses", "mass"),
        ("tumours", "tumor"),
        ("leukaemia", "leukemia"),
        ("oedema", "edema"),
        ("haemophagocytic", "hemophagocytic"),
        ("polarisation", "polarization"),
        ("functionalised", "functionalized"),
        ("labelled", "labeled"),
        ("fibres", "fiber"),
        ("sulphide", "sulfide"),
        ("naïve", "naive"),
        ("nai\u0308ve", "naïve"),
        ("Crohn's disease", "Crohn disease"),
        ("Hodgkin’s", "Hodgkin"),
        ("TiO₂", "TiO2"),
        ("cm²", "cm2"),
        ("10⁶", "106"),
    ],
)
def test_variants_of_one_term_fold_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CRS", "CR"),
        ("CARs", "CRS"),
        ("CD19", "CD20"),
        ("IFN-γ", "IFN-α"),
        ("lupus", "lupu"),
        ("mass", "mas"),
        ("TNBC", "TNB"),
    ],
)
def test_different_terms_stay_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CD3ζ", ["CD", "3", "ζ"]),
        ("IL-2/IL-15", ["IL", "2", "IL", "15"]),
        ("poly(I:C)", ["poly", "I", "C"]),
        ("Crohn's", ["Crohn's"]),
        ("a_b", ["a", "b"]),
        ("+-–", []),
    ],
)
def test_units(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end, _ in units(text)] == found


@pytest.mark.parametrize(
    ("surface", "said"), [("CAR-Ts", "CART"), ("LNPs", "LNP"), ("cells", "cells"), ("CD19", "CD19"), ("As", "As")]
)
def test_letters_as_they_are_written(surface: str, said: str) -> None:
    assert letters(surface) == said


@given(ANY)
def test_units_slice_the_text_and_know_its_fold(text: str) -> None:
    found = units(text)
    assert [form for _, _, form in found] == list(folded(text))
    assert all(fold(text[start:end]) == form for start, end, form in found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))


def test_a_folded_word_stays_as_it_is() -> None:
    words = {
        unit for one in Lexicon.shipped() for name, _ in one.terms() for unit in UNIT.findall(name) if unit.islower()
    }
    # "oo" and "e" meet when a ligature is resolved, once.
    assert {word for word in words if fold(fold(word)) != fold(word)} <= {"gastrooesophageal"}


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12))
def test_the_first_letters_case_does_not_matter(word: str) -> None:
    assert fold(word) == fold(word.capitalize())


@pytest.mark.parametrize(
    "text",
    [
        "Mice got LNPs i.v. daily.|All lived.",
        "LNPs were given i.p.|Mice gained weight.",
        "Gold vs. silver nanorods were compared.|Gold won.",
        "Smith et al. reported CRS.|We did not.",
        "Smith et al. (2020) reported CRS.|We did not.",
        "As Smith, J. A. Brown and we said, it works.|It does.",
        "Survival was 1.5 vs. 0.9 months.|All died.",
        "Groups (n = 12) were treated.|Two died.",
        "It fell (p < 0.001).|It rose.",
        "See Fig. 2 and Figs. 3 to 5.|We agree.",
        "Vesicles of E. coli were used.|They worked.",
        "Carriers (e.g. LNPs, i.e. lipid ones) work.|We agree.",
        "It lasted ca. 3 days at approx. 37 °C.|It ended.",
        "Is it safe?|Yes!|We think so.",
        'They said "it works."|We agree.',
        "It was hepatitis B.|The mice lived.",
        "Tumors shrank.|mRNA encoded the CAR.",
        "Tumors shrank.|p53 was lost.",
        "Tumors shrank.|γδ T cells grew.",
        "Tumors shrank.|siRNA was given.",
        "Tumors shrank.|4-1BB was used.",
        "Tumors shrank.|(The controls grew.)",
        "It rose at approx. noon. and fell.",
        "A title without a stop\n|The abstract begins.",
        "A title.\n|\n|B cells fell.",
        "They used mice, rats etc.|The rest died.",
        "One.   |  Two.",
        "No stop at the end",
    ],
)
def test_sentences(text: str) -> None:
    """A bar marks where a sentence ends."""
    wanted = [part.strip() for part in text.split("|") if part.strip()]
    plain = text.replace("|", " ").replace("\n ", "\n")
    assert [plain[start:end] for start, end in sentences(plain)] == wanted


def test_a_first_initial_ends_no_sentence() -> None:
    assert len(sentences("It was designed by J. A. Smith in 2020.")) == 1


@pytest.mark.parametrize(("text", "count"), [("", 0), (" \n ", 0), ("x", 1), (".", 1), ("🧬", 1)])
def test_sentences_of_next_to_nothing(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@given(ANY)
def test_sentences_are_in_order_and_cover_every_character(text: str) -> None:
    found = sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))
    assert all(text[start:end] == text[start:end].strip() for start, end in found)
    inside = {at for start, end in found for at in range(start, end)}
    assert all(char.isspace() or at in inside for at, char in enumerate(text))


def test_a_list_without_a_full_stop_is_cut_between_words() -> None:
    text = "nanoparticles " * 1000
    found = sentences(text)
    assert max(end - start for start, end in found) <= 3000
    assert [word for start, end in found for word in text[start:end].split()] == text.split()


def test_a_word_without_an_end_is_cut_too() -> None:
    text = "A" * 10_000
    assert "".join(text[start:end] for start, end in sentences(text)) == text
