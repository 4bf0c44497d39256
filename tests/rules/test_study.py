"""The study card: PubMed's own fields first, then the text; empty where neither tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nanocart.annotations import to_doc
from nanocart.schema import Document, StudyFacts
from tests.rules.conftest import weak

if TYPE_CHECKING:
    from spacy.language import Language


def card(nlp: Language, text: str, **metadata: Any) -> StudyFacts:
    facts: StudyFacts = nlp(to_doc(Document.of("1", "", text, metadata=metadata), nlp))._.study
    return facts


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (["Journal Article", "Review"], "review"),
        (["Systematic Review", "Meta-Analysis"], "meta-analysis"),
        (["Clinical Trial Protocol"], "protocol"),
        (["Case Reports"], "case report"),
        (["Comment", "Editorial"], "comment"),
        (["Clinical Trial, Phase I"], "primary"),
    ],
)
def test_kind_by_pubmed(nlp: Language, types: list[str], kind: str) -> None:
    assert card(nlp, "CAR-T cells are given.", publication_types=types).kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("In this review, we discuss LNPs in cancer.", "review"),
        ("We treated mice with LNPs.", "primary"),
        ("This study protocol describes a trial of CAR-T cells; 20 patients will be enrolled.", "protocol"),
        ("We report a case of lymphoma in a 54-year-old man who received CAR-T cells.", "case report"),
        ("We did a meta-analysis of trials of CAR-T cells.", "meta-analysis"),
        ("CAR-T cells are cells.", None),
    ],
)
def test_kind_by_the_text(nlp: Language, text: str, kind: str | None) -> None:
    assert card(nlp, text).kind == kind


def test_pubmed_is_believed_before_the_text(nlp: Language) -> None:
    assert (
        card(nlp, "In this review, we discuss LNPs in cancer.", publication_types=["Case Reports"]).kind
        == "case report"
    )


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("We treated mice with LNPs.", ("animal",)),
        ("We treated cell lines with LNPs in vitro.", ("in vitro",)),
        ("In a phase 1 trial 12 patients were treated with CAR-T cells.", ("human",)),
        ("We tested LNPs in vitro and in mice.", ("in vitro", "animal")),
        ("We made LNPs.", ()),
    ],
)
def test_setting(nlp: Language, text: str, setting: tuple[str, ...]) -> None:
    assert card(nlp, text).setting == setting


@pytest.mark.parametrize(
    ("text", "types", "phase"),
    [
        ("We enrolled patients in a phase 1 trial of CAR-T cells.", [], "1"),
        ("We enrolled patients in a phase I/II trial of CAR-T cells.", [], "1/2"),
        ("We enrolled patients in a phase 1b/2 trial of CAR-T cells.", [], "1/2"),
        ("We enrolled patients in a phase III trial of CAR-T cells.", [], "3"),
        ("We treated patients with CAR-T cells.", ["Clinical Trial, Phase II"], "2"),
        ("We treated patients with CAR-T cells.", [], None),
    ],
)
def test_phase(nlp: Language, text: str, types: list[str], phase: str | None) -> None:
    assert card(nlp, text, publication_types=types).phase == phase


def test_registry_of_record_and_text(nlp: Language) -> None:
    text = "We enrolled patients for CAR-T cells (NCT01234567; ChiCTR2000012345)."
    assert card(nlp, text, registry=["NCT00000001"]).registry == ("NCT00000001", "NCT01234567", "ChiCTR2000012345")


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("We treated 12 patients with CAR-T cells.", 12),
        ("Fourteen patients were treated with CAR-T cells.", 14),
        ("We treated mice with CAR-T cells.", None),
        ("We enrolled 1,234 patients for CAR-T cells.", 1234),
    ],
)
def test_number_of_patients(nlp: Language, text: str, n: int | None) -> None:
    assert card(nlp, text).n == n


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("We infused autologous CAR-T cells.", ("ex vivo",)),
        ("LNPs generated CAR-T cells in vivo.", ("in vivo",)),
        ("LNPs were injected.", ()),
        weak(
            "'arose in the animal itself' is not read as made in vivo",
            "CAR-T cells arose in the animal itself once LNPs were injected.",
            ("in vivo",),
        ),
    ],
)
def test_where_the_car_is_made(nlp: Language, text: str, made: tuple[str, ...]) -> None:
    assert card(nlp, text).car_made == made


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("LNPs with CAR mRNA reprogrammed T cells in vivo.", "makes CAR cells"),
        ("IL-15 nanogels as backpacks boosted CAR-T cells.", "arms or boosts cells"),
        ("Nanoparticles repolarized macrophages of the tumor microenvironment.", "changes the microenvironment"),
        ("Nanoparticles served as artificial antigen-presenting cells for T cells.", "presents antigen"),
        ("Liposomes loaded with doxorubicin were injected into mice.", "carries a drug"),
        ("Iron oxide nanoparticles let us track CAR-T cells by MRI.", "images"),
    ],
)
def test_role_of_the_particle(nlp: Language, text: str, role: str) -> None:
    assert role in card(nlp, text).particle_role


def test_no_particle_no_role(nlp: Language) -> None:
    assert card(nlp, "CAR-T cells were loaded with doxorubicin and tracked by MRI.").particle_role == ()


@pytest.mark.parametrize(
    ("text", "metadata", "retracted"),
    [
        ("LNPs work.", {"retracted": True}, True),
        ("LNPs work.", {"publication_types": ["Retracted Publication"]}, True),
        ("RETRACTED: LNPs work.", {}, True),
        ("LNPs work.", {}, False),
        ("Stock prices fell.", {"retracted": True}, True),
    ],
)
def test_retracted(nlp: Language, text: str, metadata: dict[str, Any], retracted: bool) -> None:
    assert card(nlp, text, **metadata).retracted is retracted


def test_out_of_scope_the_card_is_empty(nlp: Language) -> None:
    assert card(nlp, "In this review, we discuss a phase 1 trial of aspirin in 12 patients.") == StudyFacts(
        in_scope=False
    )


@pytest.mark.parametrize(
    "metadata", [{"publication_types": "Review"}, {"mesh": None}, {"registry": [5]}, {"registry": "NCT00000001"}]
)
def test_metadata_of_an_unexpected_kind_breaks_nothing(nlp: Language, metadata: dict[str, Any]) -> None:
    assert card(nlp, "We treated mice with LNPs.", **metadata).setting == ("animal",)
